// The endpoint's verification in a process of its own: judges one request again and again and tells what that cost.
import { readFileSync } from 'node:fs'
import { meter } from './meter.mjs'
import { createGate } from './ours.mjs'
import { answerTo } from './probe.mjs'

const { BENCH_CERTIFICATE, BENCH_DIST } = process.env
const judge = await createGate(readFileSync(BENCH_CERTIFICATE, 'utf8'), BENCH_DIST)

answerTo('run', async ({ file, code, ...span }) => {
  const raw = readFileSync(file)
  return meter(async () => {
    const met = await judge(raw)
    if (met !== code) throw new Error(`met ${met} instead of ${code}`)
  }, span)
})
