import { fork } from 'node:child_process'
import { clearInterval, setInterval } from 'node:timers'
import { fileURLToPath } from 'node:url'
import { readBlackBox } from './black-box.mjs'
import { asText } from './loop.mjs'
import { TARGETS } from './targets/index.mjs'

const child = fileURLToPath(new URL('./child.mjs', import.meta.url))
/** An input takes milliseconds; a machine may have much else to do. */
const HANG_MS = 20_000
const LOOK_MS = 500
const HEAP_MIB = 768
const alive = new Set()

/**
 * Runs a target in a process of its own and watches it from here.
 * @param hear  gets { context }, { progress }, { replayed }, and { failure, input } also for a process that hangs or dies
 */
export function runWatched(task, hear) {
  const { lanes } = TARGETS[task.name]
  const process_ = fork(child, [], {
    execArgv: ['--expose-gc', `--max-old-space-size=${HEAP_MIB}`, '--no-deprecation'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: inherited(),
  })
  alive.add(process_)
  let said = ''
  process_.stderr.setEncoding('utf8').on('data', (text) => (said = (said + text).slice(-8_000)))
  process_.on('message', hear)
  process_.send(task)
  const blame = (kind, detail) => {
    const inHand = readBlackBox(task.folder, lanes)
    for (const input of inHand) hear({ failure: { kind, detail }, input: asText(input) })
    if (inHand.length === 0) hear({ failure: { kind, detail }, input: null })
  }
  let isHanging = false
  const look = setInterval(() => {
    const since = Math.min(...readBlackBox(task.folder, lanes).map((input) => input.since))
    if (isHanging || Date.now() - since < HANG_MS) return
    isHanging = true
    blame('hang', `no end after ${HANG_MS / 1_000} s`)
    process_.kill('SIGKILL')
  }, LOOK_MS)
  return new Promise((resolve) =>
    process_.once('close', (code, signal) => {
      clearInterval(look)
      alive.delete(process_)
      if (!isHanging && code !== 0) blame('the process ended', `${signal ?? `exit code ${code}`}\n${said}`)
      resolve()
    }),
  )
}

export const stopAll = () => {
  for (const process_ of alive) process_.kill('SIGKILL')
}

/** Nothing of the caller's settings may decide what is fuzzed. */
const inherited = () =>
  Object.fromEntries(
    ['PATH', 'HOME', 'TMPDIR', 'LANG'].flatMap((name) => (name in process.env ? [[name, process.env[name]]] : [])),
  )
