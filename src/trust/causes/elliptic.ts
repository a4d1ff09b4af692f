import { createVerify, type KeyObject } from 'node:crypto'
import type { Cause } from '../errors.js'
import type { Signature } from '../signature.js'
import { Budget, type Surroundings } from './candidate.js'
import { findSignedInfo } from './signed-info.js'

const HASHES = ['sha256', 'sha384', 'sha512', 'sha1'] as const
const ENCODINGS = ['ieee-p1363', 'der'] as const
/** A verification costs a tenth of a millisecond to one: while somebody waits, few forms are tried. */
const QUICK_FORMS = 20

interface Way {
  readonly hash: string
  readonly dsaEncoding: (typeof ENCODINGS)[number]
}

function isMade(key: KeyObject, value: Buffer, octets: string | Buffer, { hash, dsaEncoding }: Way): boolean {
  try {
    return createVerify(hash).update(octets).verify({ key, dsaEncoding }, value)
  } catch {
    return false
  }
}

/** Whether this key made the value, however it is written. */
export const isMadeByElliptic = (key: KeyObject, { algorithm, value }: Signature, signedInfo: string): boolean =>
  key.asymmetricKeyType === 'ec' &&
  ENCODINGS.some((dsaEncoding) => isMade(key, value, signedInfo, { hash: algorithm.digest, dsaEncoding }))

/**
 * What can be told of an ECDSA value: unlike an RSA value it does not show what was signed. Null when nothing fits: the
 * key may be another one, or SignedInfo.
 */
export function ellipticCause(
  surroundings: Surroundings,
  key: KeyObject,
  signedInfo: string,
  budget: Budget,
): Cause | null {
  const { algorithm, value } = surroundings.examined.signature
  for (const hash of [algorithm.digest, ...HASHES.filter((one) => one !== algorithm.digest)]) {
    for (const dsaEncoding of ENCODINGS) {
      if (!isMade(key, value, signedInfo, { hash, dsaEncoding })) continue
      const encoding = dsaEncoding === 'der' ? { valueWrittenAs: 'DER' } : {}
      return hash === algorithm.digest
        ? { id: 'ecdsa-value-encoding', certainty: 'proven', facts: encoding }
        : {
            id: 'signature-algorithm-mislabelled',
            certainty: 'proven',
            facts: { stated: algorithm.digest, used: hash, ...encoding },
          }
    }
  }
  const { effort } = surroundings
  const own = new Budget(effort.pairs ? effort : { ...effort, forms: QUICK_FORMS })
  const found = findSignedInfo(surroundings, signedInfo, own, (octets) =>
    ENCODINGS.some(
      (dsaEncoding) =>
        (dsaEncoding === 'ieee-p1363' || value[0] === 0x30) &&
        isMade(key, value, octets, { hash: algorithm.digest, dsaEncoding }),
    ),
  )
  budget.tried += own.tried
  if (!own.complete) budget.complete = false
  return found
}
