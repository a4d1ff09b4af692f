// One handler in a process of its own: handles requests one after another and tells how long each took.
import { readFileSync } from 'node:fs'
import { meter } from './meter.mjs'
import { createOurs } from './ours.mjs'
import { answerTo } from './probe.mjs'
import { createStraightforward } from './straightforward.mjs'

const { BENCH_HANDLER, BENCH_CERTIFICATE, BENCH_DIST } = process.env
const certificatePem = readFileSync(BENCH_CERTIFICATE, 'utf8')
const handle =
  BENCH_HANDLER === 'ours' ? await createOurs(certificatePem, BENCH_DIST) : createStraightforward(certificatePem)
let pools

/** Reads requests that are to be handled, so that they count as idle memory. */
answerTo('load', ({ warmUp, measured }) => {
  const read = (files) => files.map((file) => readFileSync(file))
  pools = { warmUp: read(warmUp), measured: read(measured) }
})

/** Handles the requests of a pool in turn. */
answerTo('run', ({ pool: name, ...span }) => {
  const pool = pools[name]
  return meter((i) => check(pool[i % pool.length]), span)
})

/** Reads one request from its file, so that it is part of the peak, and handles it. */
answerTo('once', async ({ file }) => check(readFileSync(file)))

async function check(raw) {
  const command = await handle(raw)
  if (!command.items[0].reference.startsWith('bench-')) throw new Error('the command is not the one that was sent')
}
