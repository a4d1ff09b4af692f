import { Worker } from 'node:worker_threads'
import type { Pressed, Sheet } from './sheet.js'

/** Compiled: the program runs from `dist/`, and tests run what was built before them. */
const THREAD = new URL('../../../../dist/delivery/channels/print/press-thread.js', import.meta.url)

/** A PDF may unpack to a thousand times its size; past this the thread ends, and only the thread. */
const HEAP_MB = 768

export interface Press {
  /** Makes one letter after another; the sheet's files are handed over and are empty afterwards. */
  print(sheet: Sheet, signal: AbortSignal): Promise<Pressed>
}

export function createPress(): Press {
  let thread: Worker | null = null
  let last: Promise<unknown> = Promise.resolve()

  const start = (): Worker => {
    const made = new Worker(THREAD, { resourceLimits: { maxOldGenerationSizeMb: HEAP_MB }, env: {} })
    made.unref()
    made.once('exit', () => {
      if (thread === made) thread = null
    })
    // Heard by whoever waits; without a listener of its own a late one would end the process.
    made.on('error', () => undefined)
    return made
  }

  const run = (sheet: Sheet, signal: AbortSignal): Promise<Pressed> =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted()
      const used = (thread ??= start())
      const end = (settle: () => void): void => {
        used.off('message', onMessage).off('error', onError).off('exit', onExit)
        signal.removeEventListener('abort', onAbort)
        settle()
      }
      const onMessage = (pressed: Pressed): void => end(() => resolve(pressed))
      const onError = (error: NodeJS.ErrnoException): void => {
        if (thread === used) thread = null
        if (error.code === 'ERR_WORKER_OUT_OF_MEMORY')
          end(() => resolve({ kind: 'refused', reason: 'PRINT_TOO_LARGE' }))
        else end(() => reject(error))
      }
      const onExit = (): void => end(() => reject(new Error('The print thread has ended')))
      const onAbort = (): void => {
        if (thread === used) thread = null
        void used.terminate()
        end(() => reject(signal.reason as Error))
      }
      used.on('message', onMessage).on('error', onError).on('exit', onExit)
      signal.addEventListener('abort', onAbort, { once: true })
      used.postMessage(
        sheet,
        sheet.files.map(({ bytes }) => bytes.buffer),
      )
    })

  return {
    print: (sheet, signal) => {
      const mine = last.then(() => run(sheet, signal))
      last = mine.catch(() => undefined)
      return mine
    },
  }
}
