import { createHash } from 'node:crypto'

export const BUCKETS = 1024

/** Which of the 1024 shares of the database a message's rows live in: a hash of who sent it and under which name. */
export function bucketOf(authorityId: string, serviceId: string, reference: string): number {
  const hash = createHash('sha256')
    .update(JSON.stringify([authorityId, serviceId, reference]))
    .digest()
  return hash.readUInt16BE(0) % BUCKETS
}
