import type { Readable } from 'node:stream'

/** How long one request is waited for: each pause, and altogether from its headers on. */
export class Patience {
  readonly idleTimeoutMs: number
  readonly requestTimeoutMs: number
  readonly #startedAt = performance.now()
  /** somebody waited in vain: what is still to come on this connection is not waited for */
  ranOut = false
  /** the rest of the body is left unread, so that nothing more can be taken on this connection */
  leavesRest = false

  constructor({ idleTimeoutMs, requestTimeoutMs }: { idleTimeoutMs: number; requestTimeoutMs: number }) {
    this.idleTimeoutMs = idleTimeoutMs
    this.requestTimeoutMs = requestTimeoutMs
  }

  get restMs(): number {
    return Math.max(0, this.#startedAt + this.requestTimeoutMs - performance.now())
  }
}

/** The stream stopped coming, or would have come for ever. */
export class Late extends Error {}

/** The stream ended before its end: nobody is left on the other side. */
export class Gone extends Error {}

/**
 * Hands over a stream's chunks until its end; pauses are measured at the source, which may be another stream than the
 * one that is read. Stops at the first thing that goes wrong, and leaves both streams as they are then.
 * @throws Late, Gone, what the streams fail with, what `take` throws
 */
export function flow(
  source: Readable,
  read: Readable,
  { patience, take }: { patience: Patience; take: (chunk: Buffer) => void },
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (source.destroyed && !source.readableEnded) return reject(new Gone('The caller went away'))
    if (read.readableEnded) return resolve()
    const { idleTimeoutMs, requestTimeoutMs } = patience
    const late = (text: string) => (): void => {
      patience.ranOut = true
      stop(() => reject(new Late(text)))
    }
    const pause = setTimeout(late(`No byte came for ${idleTimeoutMs} ms`), idleTimeoutMs)
    const whole = setTimeout(late(`The request was not whole within ${requestTimeoutMs} ms`), patience.restMs)
    const stop = (then: () => void): void => {
      clearTimeout(pause)
      clearTimeout(whole)
      source.off('data', onProgress).off('error', onError).off('close', onClose)
      read.off('data', onData).off('end', onEnd).off('error', onError)
      then()
    }
    const onProgress = (): void => void pause.refresh()
    const onError = (error: Error): void => stop(() => reject(error))
    const onEnd = (): void => stop(resolve)
    const onClose = (): void => {
      if (!source.readableEnded) stop(() => reject(new Gone('The caller went away')))
    }
    const onData = (chunk: Buffer): void => {
      try {
        take(chunk)
      } catch (error) {
        stop(() => reject(error instanceof Error ? error : new Error(String(error))))
      }
    }
    source.on('data', onProgress).on('error', onError).on('close', onClose)
    read.on('data', onData).on('end', onEnd)
    if (read !== source) read.on('error', onError)
    // A stream that was piped somewhere before stands still until it is told to go on.
    read.resume()
  })
}
