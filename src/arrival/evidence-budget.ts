const HOUR_MS = 60 * 60 * 1000

/** Bounds what refused requests may take in the database: anybody can send them. */
export interface EvidenceBudget {
  /** Whether a refused request of this size is kept; what it takes is counted. */
  take(sizeBytes: number, now: Date): boolean
}

/** @param maxBytes  largest request that is kept, 0 for none; `perHourBytes` bounds all of an hour, in this process */
export function createEvidenceBudget({
  maxBytes,
  perHourBytes,
}: {
  maxBytes: number
  perHourBytes: number
}): EvidenceBudget {
  let hour = 0
  let takenBytes = 0
  return {
    take: (sizeBytes, now) => {
      const current = Math.floor(now.getTime() / HOUR_MS)
      if (current !== hour) {
        hour = current
        takenBytes = 0
      }
      if (sizeBytes > maxBytes || takenBytes + sizeBytes > perHourBytes) return false
      takenBytes += sizeBytes
      return true
    },
  }
}
