import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { isOver, leaveBehind, onEnd } from './tidy.mjs'

const START_LIMIT_MS = 60_000
const PATH = '/Asiointitili/ViranomaispalvelutWSInterface'

/**
 * One place for a gateway process, which may be killed and started again.
 * @param env  its settings; nothing of ours is handed down
 */
export function gatewaySlot({ name, dist, env, logs }) {
  const slot = { name, url: null, pid: null, isUp: false, ended: Promise.resolve(null), start, kill, signal }
  let starting = null
  const log = createWriteStream(join(logs, `${name}.log`), { flags: 'a' })
  onEnd(() => (slot.isUp || slot.pid !== null ? kill() : undefined))

  /** Resolves when it serves, and with false when it ended first. Whoever asks meanwhile waits for the same process. */
  function start() {
    if (slot.isUp) return Promise.resolve(true)
    starting ??= slot.ended.then(launch).finally(() => (starting = null))
    return starting
  }

  async function launch() {
    if (isOver()) return false
    const child = spawn(process.execPath, [join(dist, 'main.js')], {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0', HOST: '127.0.0.1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C at the terminal is for the harness, which then ends what it started.
      detached: true,
    })
    leaveBehind('process', child.pid)
    slot.pid = child.pid
    child.stderr.pipe(log, { end: false })
    slot.ended = new Promise((resolve) =>
      child.once('exit', (code, signal) => {
        if (slot.pid === child.pid) Object.assign(slot, { isUp: false, url: null, pid: null })
        resolve({ code, signal })
      }),
    )
    const serving = new Promise((resolve) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        log.write(`${line}\n`)
        if (line.includes('"event":"gateway.started"')) resolve(Number(/"port":(\d+)/.exec(line)[1]))
      })
    })
    let timer
    const late = new Promise((resolve) => (timer = setTimeout(() => resolve(null), START_LIMIT_MS)))
    const port = await Promise.race([serving, slot.ended.then(() => null), late])
    clearTimeout(timer)
    if (port === null || slot.pid !== child.pid) return false
    Object.assign(slot, { isUp: true, url: `http://127.0.0.1:${port}${PATH}` })
    return true
  }

  /** kill -9; resolves when it is gone. */
  function kill() {
    return signal('SIGKILL')
  }

  /** Resolves with how it ended, when it has. */
  function signal(word) {
    if (slot.pid !== null) send(slot.pid, word)
    if (word === 'SIGKILL') Object.assign(slot, { isUp: false, url: null })
    return slot.ended
  }

  return slot
}

/** Starts it and complains when it does not come up. */
export async function startOrThrow(slot) {
  if (!(await slot.start())) throw new Error(`${slot.name} did not start; its log tells why`)
}

export function send(pid, signal) {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}
