/**
 * Copies of a signed request that is being served wait for it here, not in the database, where each would hold a
 * connection. Copies at other processes wait in the database, one for each process.
 */
export interface Copies {
  /** @param key  the same for all copies; null for a request that nothing tells from another */
  one<T>(key: Buffer | null, work: () => Promise<T>): Promise<T>
}

export function createCopies(): Copies {
  const inHand = new Map<string, Promise<unknown>>()
  return {
    async one(key, work) {
      if (key === null) return work()
      const name = key.toString('hex')
      for (let first = inHand.get(name); first !== undefined; first = inHand.get(name))
        await first.catch(() => undefined)
      const mine = work()
      inHand.set(name, mine)
      try {
        return await mine
      } finally {
        inHand.delete(name)
      }
    },
  }
}
