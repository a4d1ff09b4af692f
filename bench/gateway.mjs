import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startChild } from './child.mjs'

const START_LIMIT_MS = 120_000
const PATH = '/Asiointitili/ViranomaispalvelutWSInterface'

/**
 * Starts the whole gateway as its users do, with its own PostgreSQL, on a free port of the loopback.
 * @param place.log  file for what it prints, when the place has several
 * @returns as `startChild`; url; codeOf(traceId), which is what the gateway's log says a request was answered with
 */
export async function startGateway({ dist, dataDir, log }, settings = {}) {
  const output = log ?? join(dataDir, '..', 'gateway.log')
  rmSync(output, { force: true })
  const env = { ASTI_DATA_DIR: dataDir, HOST: '127.0.0.1', PORT: '0', ...settings }
  const child = startChild({ file: join(dist, 'main.js'), env, output })
  for (const until = Date.now() + START_LIMIT_MS; Date.now() < until && !child.hasEnded(); await sleep(50)) {
    const started = findLine(output, '"gateway.started"')
    if (started === undefined) continue
    const codeOf = (traceId) => findLine(output, '"request.answered"', `"${traceId}"`)?.code
    return { ...child, url: `http://127.0.0.1:${started.port}${PATH}`, codeOf }
  }
  await child.stop()
  throw new Error(`The gateway did not start:\n${readFileSync(output, 'utf8')}`)
}

function findLine(file, ...parts) {
  const lines = readFileSync(file, 'utf8').split('\n')
  const line = lines.findLast((one) => parts.every((part) => one.includes(part)))
  return line === undefined ? undefined : JSON.parse(line)
}
