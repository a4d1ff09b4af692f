import type { KeyObject } from 'node:crypto'
import type { Certificate } from '../certificate.js'
import type { Cause, Facts } from '../errors.js'
import type { Registered, Registry } from '../key.js'
import type { Budget, Surroundings } from './candidate.js'
import { ellipticCause, isMadeByElliptic } from './elliptic.js'
import { hashOf } from './parts.js'
import { pssHash, recover, type Recovered } from './rsa.js'
import { findSignedInfo } from './signed-info.js'

/** More registered certificates than this of one authority are not tried. */
const MAX_CERTIFICATES = 50

/** Why a signature value does not fit SignedInfo and the certificate: another key, another SignedInfo, another writing. */
export async function findValueCause(
  surroundings: Surroundings,
  registry: Registry<Registered>,
  budget: Budget,
): Promise<Cause | null> {
  const { signature, owner, signedInfo } = surroundings.examined
  if (owner === undefined || signedInfo === undefined) return null
  const { publicKey } = owner.certificate
  const { keyType } = signature.algorithm
  const own =
    publicKey.asymmetricKeyType !== keyType
      ? null
      : keyType === 'rsa'
        ? rsaCause(surroundings, publicKey, signedInfo, budget)
        : ellipticCause(surroundings, publicKey, signedInfo, budget)
  if (own !== null) return own
  const others = await otherCertificates(registry, owner.certificate)
  const facts: Facts = { certificate: owner.certificate.fingerprint, tried: others.length }
  const signer = others.find(({ publicKey: key }) =>
    keyType === 'rsa' ? recover(key, signature.value) !== null : isMadeByElliptic(key, signature, signedInfo),
  )
  if (signer !== undefined) {
    const { fingerprint, subject } = signer
    return {
      id: 'wrong-key',
      certainty: 'proven',
      facts: { ...facts, signedBy: fingerprint, signedBySubject: subject },
    }
  }
  if (publicKey.asymmetricKeyType !== keyType)
    return {
      id: 'key-type-differs',
      certainty: 'proven',
      facts: { stated: keyType, key: publicKey.asymmetricKeyType ?? null, ...facts },
    }
  return { id: 'wrong-key', certainty: 'likely', facts: { ...facts, valueBytes: signature.value.length } }
}

async function otherCertificates(registry: Registry<Registered>, own: Certificate): Promise<Certificate[]> {
  const all = (await registry.listCertificates()).map(({ certificate }) => certificate)
  const unique = new Map(all.map((certificate) => [certificate.fingerprint, certificate]))
  unique.delete(own.fingerprint)
  return [...unique.values()].slice(0, MAX_CERTIFICATES)
}

/** Null when the certificate's key did not make the value. */
function rsaCause(surroundings: Surroundings, key: KeyObject, signedInfo: string, budget: Budget): Cause | null {
  const { signature } = surroundings.examined
  const { value } = signature
  const recovered = recover(key, value)
  if (recovered === null) return otherWriting(key, value, signedInfo)
  const encoded = (form: string, certainty: Cause['certainty'] = 'proven'): Cause => ({
    id: 'signature-value-encoding',
    certainty,
    facts: { form },
  })
  if (recovered.kind === 'bare') {
    const isHash = hashOf(signature.algorithm.digest, signedInfo).equals(recovered.octets)
    return isHash ? encoded('hash without DigestInfo') : encoded('padded, but not a DigestInfo', 'likely')
  }
  const { hash, digest } = recovered
  if (hashOf(hash, signedInfo).equals(digest))
    return {
      id: 'signature-algorithm-mislabelled',
      certainty: 'proven',
      facts: { stated: signature.algorithm.digest, used: hash },
    }
  if (hashOf(hash, hashOf(hash, signedInfo)).equals(digest)) return encoded('hash of the hash')
  const facts = changedFacts(recovered, signedInfo, signature.algorithm.digest)
  const found = findSignedInfo(surroundings, signedInfo, budget, (octets) => hashOf(hash, octets).equals(digest))
  if (found !== null) return { ...found, facts: { ...found.facts, ...facts } }
  // The key is right beyond doubt; what it signed is something else.
  return { id: 'signed-info-changed', certainty: 'proven', facts, parts: ['SignedInfo'] }
}

const changedFacts = (
  { hash, digest }: Extract<Recovered, { kind: 'digest-info' }>,
  signedInfo: string,
  stated: string,
): Facts => ({
  hash,
  ...(hash !== stated && { stated }),
  signedDigest: digest.toString('base64'),
  computedDigest: hashOf(hash, signedInfo).toString('base64'),
})

/** The right key in another scheme, or its value written in another way. */
function otherWriting(key: KeyObject, value: Buffer, signedInfo: string): Cause | null {
  const used = pssHash(key, value, signedInfo)
  if (used !== null) return { id: 'rsa-pss', certainty: 'proven', facts: { used } }
  const text = value.toString('latin1')
  const others: readonly (readonly [form: string, value: Buffer])[] = [
    ['octets in reverse order', Buffer.from(value).reverse()],
    ['base64 twice', Buffer.from(text, 'base64')],
    ['hexadecimal', Buffer.from(value.toString('base64'), 'hex')],
    ['hexadecimal in base64', Buffer.from(text, 'hex')],
  ]
  const found = others.find(([, other]) => other.length > 0 && recover(key, other) !== null)
  return found === undefined ? null : { id: 'signature-value-encoding', certainty: 'proven', facts: { form: found[0] } }
}
