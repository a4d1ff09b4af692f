/** What waits for company, and who waits for its answer. */
interface Waiting<Item, Result> {
  readonly item: Item
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/** What one claim takes together is there within this time. */
const WINDOW_MS = 25

/**
 * Puts what comes at the same time under one key into one request. Each item gets a result of its own, so that whoever
 * brought it goes on as if it had gone alone.
 * @param run  makes the request; as many results as items, in their order
 */
export function createBatches<Item, Result>(
  run: (items: readonly Item[]) => Promise<readonly Result[]>,
): (key: string, size: number, item: Item) => Promise<Result> {
  const waiting = new Map<string, Waiting<Item, Result>[]>()
  const leave = (key: string, batch: readonly Waiting<Item, Result>[]): void => {
    // A full batch leaves before its time; by then another one may wait under its key.
    if (waiting.get(key) === batch) waiting.delete(key)
    run(batch.map(({ item }) => item)).then(
      (results) => batch.forEach(({ resolve }, i) => resolve(results[i]!)),
      (error: unknown) => batch.forEach(({ reject }) => reject(error)),
    )
  }
  return (key, size, item) =>
    new Promise<Result>((resolve, reject) => {
      const one = { item, resolve, reject }
      if (size === 1) return leave('', [one])
      const batch = waiting.get(key) ?? []
      batch.push(one)
      if (batch.length === 1) {
        waiting.set(key, batch)
        const timer = setTimeout(() => {
          if (waiting.get(key) === batch) leave(key, batch)
        }, WINDOW_MS)
        timer.unref()
      }
      if (batch.length >= size) leave(key, batch)
    })
}
