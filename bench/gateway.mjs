import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startChild } from './child.mjs'

const START_LIMIT_MS = 120_000
const PATH = '/Asiointitili/ViranomaispalvelutWSInterface'

/** Starts the whole gateway as its users do, with its own PostgreSQL, on a free port of the loopback. */
export async function startGateway({ dist, dataDir }) {
  const output = join(dataDir, '..', 'gateway.log')
  rmSync(output, { force: true })
  const env = { ASTI_DATA_DIR: dataDir, HOST: '127.0.0.1', PORT: '0' }
  const child = startChild({ file: join(dist, 'main.js'), env, output })
  for (const until = Date.now() + START_LIMIT_MS; Date.now() < until && !child.hasEnded(); await sleep(50)) {
    const started = readFileSync(output, 'utf8')
      .split('\n')
      .find((line) => line.includes('"gateway.started"'))
    if (started !== undefined) return { ...child, url: `http://127.0.0.1:${JSON.parse(started).port}${PATH}` }
  }
  await child.stop()
  throw new Error(`The gateway did not start:\n${readFileSync(output, 'utf8')}`)
}
