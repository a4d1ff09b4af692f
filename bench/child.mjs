import { fork } from 'node:child_process'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const probe = new URL('./probe.mjs', import.meta.url).href
const alive = new Set()

/**
 * Starts a process with the probe in it.
 * @param options.file    module to run
 * @param options.output  file that gets what it prints; without it, that comes to our stderr
 * @returns ask(verb, args), which rejects when the process ends first; stop(), which resolves when it is gone
 */
export function startChild({ file, env, output }) {
  const fd = output === undefined ? 2 : openSync(output, 'a')
  const child = fork(file, [], {
    execArgv: ['--expose-gc', '--no-deprecation', '--import', probe],
    stdio: ['ignore', fd, fd, 'ipc'],
    env: { ...inherited(), ...env },
  })
  alive.add(child)
  const waiting = new Map()
  let nextId = 0
  child.on('message', ({ id, result, error }) => {
    const { resolve, reject } = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) resolve(result)
    else reject(new Error(error))
  })
  const exited = new Promise((resolve) =>
    child.once('exit', (code, signal) => {
      alive.delete(child)
      for (const { reject } of waiting.values()) reject(new Error(`${file} ended (${signal ?? code})`))
      resolve()
    }),
  )
  return {
    hasEnded: () => !alive.has(child),
    ask: (verb, args) =>
      new Promise((resolve, reject) => {
        if (!alive.has(child)) return reject(new Error(`${file} has ended`))
        const id = nextId++
        waiting.set(id, { resolve, reject })
        child.send({ id, verb, args })
      }),
    stop: () => {
      child.kill('SIGTERM')
      return exited
    },
  }
}

export const benchFile = (name) => join(fileURLToPath(new URL('.', import.meta.url)), name)

/** Nothing of the caller's settings may decide what is measured. */
const inherited = () =>
  Object.fromEntries(
    ['PATH', 'HOME', 'TMPDIR', 'LANG'].flatMap((name) => (name in process.env ? [[name, process.env[name]]] : [])),
  )

export const stopAll = () =>
  Promise.all(
    [...alive].map(
      (child) =>
        new Promise((resolve) => {
          child.once('exit', resolve)
          child.kill('SIGTERM')
        }),
    ),
  )
