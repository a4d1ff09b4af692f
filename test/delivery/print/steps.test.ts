import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { uuidv7 } from 'uuidv7'
import type { Job } from '../../../src/delivery/index.js'
import type { OpenDrop } from '../../../src/delivery/channels/print/drop.js'
import { createFolderDrop } from '../../../src/delivery/channels/print/folder.js'
import { finishEarlier, handOver } from '../../../src/delivery/channels/print/hand-over.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'asti-steps-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const signal = new AbortController().signal
const openFolder = (): Promise<OpenDrop> =>
  createFolderDrop(folder, { kind: 'folder', make: false, mode: 0o600 }).open(signal)

interface Crash {
  readonly step: number
  readonly when: 'before' | 'after'
}
const never: Crash = { step: 0, when: 'before' }

/** One delivery with its database row, whose attempts may end at any step. */
function delivery() {
  const id = uuidv7()
  let about: Job['about'] = null
  let attempt = 0
  const letter = { pdf: Buffer.from('pdf'), control: Buffer.from('{}') }
  /** @param crash  the step, counted from 1, at which the process dies, and whether it dies before or after the step's effect */
  const run = async (crash: Crash, { givenBack = false } = {}): Promise<number> => {
    let step = 0
    const counted = async <T>(effect: () => T | Promise<T>): Promise<T> => {
      const isLast = ++step === crash.step
      if (isLast && crash.when === 'before') throw new Error('crash')
      const result = await effect()
      if (isLast) throw new Error('crash')
      return result
    }
    const real = await openFolder()
    const drop: OpenDrop = {
      exists: (name) => counted(() => real.exists(name)),
      names: (prefix) => counted(() => real.names(prefix)),
      write: (name, bytes) => counted(() => real.write(name, bytes)),
      move: (from, to) => counted(() => real.move(from, to)),
      remove: (name) => counted(() => real.remove(name)),
      close: () => real.close(),
    }
    const job = { id, attemptId: uuidv7(), attempt: givenBack ? 1 : ++attempt, about } as Job
    if (await finishEarlier(drop, job)) return step
    await handOver(drop, job, letter, (part) => counted(() => void (about = { drop: 'd', part })))
    return step
  }
  return { id, run }
}

/** The printing provider takes whole letters, and counts them. */
function take(): number {
  const controls = readdirSync(folder).filter((name) => name.endsWith('.json'))
  for (const name of controls) {
    expect(readdirSync(folder)).toContain(name.replace('.json', '.pdf'))
    for (const file of [name, name.replace('.json', '.pdf')]) rmSync(join(folder, file))
  }
  return controls.length
}

/** More than any attempt makes: then nothing crashes. */
const STEPS = 12

test.each(['before', 'after'] as const)(
  'a crash %s any step leaves one letter in the end, whenever the provider looks',
  async (when) => {
    for (let step = 1; step <= STEPS; step++)
      for (const takesMeanwhile of [true, false])
        for (let second = 1; second <= STEPS; second++) {
          const { run } = delivery()
          let taken = 0
          for (const crash of [{ step, when }, { step: second, when }, never]) {
            await run(crash).catch((error: unknown) => expect((error as Error).message).toBe('crash'))
            if (takesMeanwhile) taken += take()
          }
          taken += take()
          expect({ step, second, takesMeanwhile, taken }).toMatchObject({ taken: 1 })
        }
  },
)

test('between the PDF and the control file there is no letter', async () => {
  const { id, run } = delivery()
  await expect(run({ step: 4, when: 'after' })).rejects.toThrow('crash')
  expect(readdirSync(folder)).toEqual([`${id}.pdf`])
  expect(take()).toBe(0)
})

test('attempts leave no pieces behind', async () => {
  const { id, run } = delivery()
  for (const step of [3, 6]) await expect(run({ step, when: 'after' })).rejects.toThrow('crash')
  await run(never)
  expect(readdirSync(folder).sort()).toEqual([`${id}.json`, `${id}.pdf`])
})

test('an attempt that was given back uncounted leaves no pieces behind either', async () => {
  const { id, run } = delivery()
  for (const step of [3, 6]) await expect(run({ step, when: 'after' }, { givenBack: true })).rejects.toThrow('crash')
  expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toHaveLength(1)
  await run(never, { givenBack: true })
  expect(readdirSync(folder).sort()).toEqual([`${id}.json`, `${id}.pdf`])
})

test('a worker that has lost its lease hands nothing over', async () => {
  const drop = await openFolder()
  const job = { id: uuidv7(), attemptId: uuidv7(), attempt: 1, about: null } as Job
  const lost = Object.assign(new Error('lost'), { code: 'LEASE_LOST' })
  const letter = { pdf: Buffer.from('pdf'), control: Buffer.from('{}') }
  await expect(handOver(drop, job, letter, () => Promise.reject(lost))).rejects.toBe(lost)
  expect(readdirSync(folder)).toEqual([`${job.id}.pdf`])
})

test('a late worker takes nothing of its successor away', async () => {
  const drop = await openFolder()
  const [id, early, late] = [uuidv7(), uuidv7(), uuidv7()]
  await drop.write(`${id}.${late}.json.part`, Buffer.from('{}'))
  const job = { id, attemptId: early, attempt: 2, about: null } as Job
  await handOver(drop, job, { pdf: Buffer.from('pdf'), control: Buffer.from('{}') }, () => Promise.resolve())
  expect(readdirSync(folder)).toContain(`${id}.${late}.json.part`)
})
