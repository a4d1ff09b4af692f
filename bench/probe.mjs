/**
 * Loaded into every process that is measured: answers the bench's questions over the IPC channel. What is measured is
 * the whole process, garbage collection and thread pool included.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { setTimeout as sleep } from 'node:timers/promises'

const STATUS = '/proc/self/status'
const verbs = new Map()
let inspector = null

export const answerTo = (verb, answer) => verbs.set(verb, answer)

answerTo('cpu', () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
})

answerTo('gc', () => {
  globalThis.gc?.()
  globalThis.gc?.()
})

/** Starts a new measurement of the peak and tells the resident bytes now. Without Linux the peak stays that of the process. */
answerTo('idle', () => {
  globalThis.gc?.()
  globalThis.gc?.()
  try {
    writeFileSync('/proc/self/clear_refs', '5')
    return statusBytes('VmRSS')
  } catch {
    return process.memoryUsage.rss()
  }
})

answerTo('peak', () => {
  try {
    return statusBytes('VmHWM')
  } catch {
    return process.resourceUsage().maxRSS * 1024
  }
})

answerTo('profile', async () => {
  inspector = new Session()
  inspector.connect()
  await inspector.post('Profiler.enable')
  await inspector.post('Profiler.setSamplingInterval', { interval: 200 })
  await inspector.post('Profiler.start')
})

answerTo('profiled', async ({ file }) => {
  const { profile } = await inspector.post('Profiler.stop')
  inspector.disconnect()
  writeFileSync(file, JSON.stringify(profile))
})

const statusBytes = (field) =>
  Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(STATUS, 'utf8'))[1]) * 1024

process.on('message', async ({ id, verb, args }) => {
  try {
    // The module that is run may not have got to its own answers yet.
    while (!verbs.has(verb)) await sleep(10)
    process.send({ id, result: (await verbs.get(verb)(args)) ?? null })
  } catch (error) {
    process.send({ id, error: error.stack })
  }
})
// A bench that is gone needs no answers.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'))
