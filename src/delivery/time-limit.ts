/** The time of one attempt. */
export interface TimeLimit {
  /** aborts when the time is over, or with the signal that the limit was made from */
  readonly signal: AbortSignal
  /** rejects then */
  readonly over: Promise<never>
  /** whether it was the time */
  isLate(): boolean
  /** The attempt has ended; nothing of it is held any more. */
  end(): void
}

/**
 * Not AbortSignal.any over AbortSignal.timeout: Node 20 keeps such a signal for ever once somebody listens to it and the
 * timeout, which nobody else holds, was collected. With all that its listeners hold, that was 9 KB a delivery.
 */
export function startTimeLimit(limitMs: number, stop: AbortSignal): TimeLimit {
  const controller = new AbortController()
  const { signal } = controller
  let late = false
  const onStop = (): void => controller.abort(stop.reason)
  const timer = setTimeout(() => {
    late = true
    controller.abort(new DOMException('The time is over', 'TimeoutError'))
  }, limitMs).unref()
  const over = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
  // Who has gone on already does not hear of it.
  over.catch(() => undefined)
  if (stop.aborted) onStop()
  else stop.addEventListener('abort', onStop, { once: true })
  return {
    signal,
    over,
    isLate: () => late,
    end: () => {
      clearTimeout(timer)
      stop.removeEventListener('abort', onStop)
    },
  }
}
