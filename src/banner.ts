import { relative } from 'node:path'
import type { Config } from './config/index.js'
import { JOINING_PATH, originOf, SIGNED_PATH } from './endpoint.js'
import type { Runtime } from './runtime.js'
import { demoService } from './sandbox/index.js'
import { version } from './version.js'

/** What runs where, and what to try next; for the person who typed the command. */
export function banner(config: Config, port: number, { embedded, sandbox }: Runtime): string {
  const base = config.publicUrl ?? originOf(config.host, port, config.tlsKeyFile === undefined ? 'http' : 'https')
  const here = (path: string): string => relative(process.cwd(), path) || path
  const takesRequests = config.role !== 'worker'
  const lines = [
    `Asiointitili Gateway ${version} (${config.mode}${config.role === 'all' ? '' : `, ${config.role}`})`,
    '',
    ...(takesRequests
      ? [
          `  Endpoint   ${base}${SIGNED_PATH}`,
          `  WSDL       ${base}${SIGNED_PATH}?wsdl`,
          `  Joining    ${base}${JOINING_PATH}?wsdl`,
        ]
      : ['  Delivers what other processes on the same database take; takes no requests']),
    `  Health     ${base}/health/ready      Metrics  ${base}/metrics`,
    `  Database   ${embedded === null ? 'DATABASE_URL' : `PostgreSQL of our own in ${here(config.dataDir)}/postgres`}`,
  ]
  if (sandbox !== null && takesRequests) {
    lines.push(
      `  Demo       ${demoService.authorityId} / ${demoService.id}, key and certificate in ${here(sandbox.demoCertificateFile).replace(/\/[^/]+$/, '')}/`,
      '',
      '  Try next, in another terminal:   npm run demo',
    )
  }
  return `\n${lines.join('\n')}\n  Stop with Ctrl-C.\n\n`
}
