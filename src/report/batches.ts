/** What waits for company, and who waits for its answer. */
interface Waiting<Item, Result> {
  readonly item: Item
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/** Those of one key: how many are on their way, and who waits for them. */
interface Gathering<Item, Result> {
  coming: number
  waiting: Waiting<Item, Result>[]
}

/** A place among those who come together; it has to be given up in one of the two ways. */
export interface Place<Item, Result> {
  /** Goes with the others, at most `size` together; a result of its own, as if it had gone alone. */
  readonly go: (size: number, item: Item) => Promise<Result>
  /** Does not go at all; does nothing after `go`. */
  readonly leave: () => void
}

/**
 * Puts what comes at the same time under one key into one request. What one claim has taken enters together; the
 * request is made when it is full, or when nobody is on the way any more: it never waits for a clock.
 * @param run  makes the request; as many results as items, in their order, and each fails by itself
 */
export function createBatches<Item, Result>(
  run: (items: readonly Item[]) => Promise<readonly PromiseSettledResult<Result>[]>,
): (key: string) => Place<Item, Result> {
  const gatherings = new Map<string, Gathering<Item, Result>>()

  const depart = (batch: readonly Waiting<Item, Result>[]): void => {
    if (batch.length === 0) return
    run(batch.map(({ item }) => item)).then(
      (results) =>
        batch.forEach(({ resolve, reject }, i) => {
          const result = results[i]!
          if (result.status === 'fulfilled') resolve(result.value)
          else reject(result.reason)
        }),
      (error: unknown) => batch.forEach(({ reject }) => reject(error)),
    )
  }

  return (key) => {
    const gathering = gatherings.get(key) ?? { coming: 0, waiting: [] }
    gatherings.set(key, gathering)
    gathering.coming++
    let isHere = false
    const arrive = (): void => {
      if (isHere) return
      isHere = true
      gathering.coming--
    }
    const departIfAllAreHere = (): void => {
      if (gathering.coming > 0) return
      gatherings.delete(key)
      depart(gathering.waiting.splice(0))
    }
    return {
      go: (size, item) =>
        new Promise((resolve, reject) => {
          arrive()
          gathering.waiting.push({ item, resolve, reject })
          if (gathering.waiting.length >= size) depart(gathering.waiting.splice(0))
          departIfAllAreHere()
        }),
      leave: () => {
        if (isHere) return
        arrive()
        departIfAllAreHere()
      },
    }
  }
}
