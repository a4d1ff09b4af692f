import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes, type KeyObject } from 'node:crypto'
import { GatewayError } from '../errors.js'

/** Keys that protect what is about people; see docs/keys.md. */
export interface Keys {
  /** for keyed hashes of identity codes; changing it loses every look-up */
  readonly identityKey: KeyObject
  /** the first seals, all open */
  readonly sealingKeys: readonly KeyObject[]
}

/** Protects values at rest: hashes to look up by, sealed values to show. */
export interface Sealer {
  /** keyed hash of a party's id: same id, same hash; case and surrounding white space do not matter */
  hashId(id: string): Buffer
  /** encrypts under the newest key; `purpose` binds the value to its use and has to be the same when opened */
  seal(value: string | Buffer, purpose: string): Buffer
  /** @throws SealError SEAL_BROKEN when the key is unknown, the value was changed, or it was sealed for another purpose */
  open(sealed: Buffer, purpose: string): Buffer
}

export class SealError extends GatewayError<'SEAL_BROKEN'> {}

const VERSION = 1
const KEY_ID_BYTES = 8
const IV_BYTES = 12
const TAG_BYTES = 16

/** Layout of a sealed value: version, key id (8), IV (12), ciphertext, tag (16); AES-256-GCM, purpose as associated data. */
export function createSealer({ identityKey, sealingKeys }: Keys): Sealer {
  const keys = sealingKeys.map((key) => ({ key, id: keyIdOf(key) }))
  const newest = keys[0]
  if (newest === undefined) throw new SealError('SEAL_BROKEN', 'No sealing key is configured')
  return {
    hashId: (id) => createHmac('sha256', identityKey).update(id.trim().toUpperCase(), 'utf8').digest(),
    seal: (value, purpose) => {
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv('aes-256-gcm', newest.key, iv).setAAD(Buffer.from(purpose))
      const text = typeof value === 'string' ? Buffer.from(value, 'utf8') : value
      return Buffer.concat([
        Buffer.of(VERSION),
        newest.id,
        iv,
        cipher.update(text),
        cipher.final(),
        cipher.getAuthTag(),
      ])
    },
    open: (sealed, purpose) => {
      const id = sealed.subarray(1, 1 + KEY_ID_BYTES)
      const known = keys.find((candidate) => candidate.id.equals(id))
      if (sealed[0] !== VERSION || known === undefined)
        throw new SealError('SEAL_BROKEN', 'The key of a sealed value is not configured')
      const start = 1 + KEY_ID_BYTES + IV_BYTES
      try {
        const decipher = createDecipheriv('aes-256-gcm', known.key, sealed.subarray(1 + KEY_ID_BYTES, start))
          .setAAD(Buffer.from(purpose))
          .setAuthTag(sealed.subarray(-TAG_BYTES))
        return Buffer.concat([decipher.update(sealed.subarray(start, -TAG_BYTES)), decipher.final()])
      } catch (cause) {
        throw new SealError('SEAL_BROKEN', 'A sealed value was changed or sealed for another purpose', { cause })
      }
    },
  }
}

/** Names a key without telling anything about it. */
function keyIdOf(key: KeyObject): Buffer {
  return createHash('sha256').update('asiointitili key id').update(key.export()).digest().subarray(0, KEY_ID_BYTES)
}
