import { createPrivateKey, type KeyObject } from 'node:crypto'
import { makeIdentity, type Identity } from '../keys.js'

const DAY_MS = 24 * 3600 * 1000

/** Everybody who signs in the corpus. Whose certificate is registered, and for whom, is what the names say. */
export interface Keys {
  /** registered for the authority that the honest request names */
  readonly sender: Identity
  readonly senderP256: Identity
  readonly senderP384: Identity
  /** registered for the same authority, but not to be trusted with a signature */
  readonly weakRsa: Identity
  readonly smallExponent: Identity
  readonly largeCurve: Identity
  readonly edwards: Identity
  readonly expired: Identity
  readonly notYetValid: Identity
  /** registered for another authority */
  readonly neighbour: Identity
  /** registered for nobody */
  readonly stranger: Identity
  /** registered for nobody, with the sender's name in its certificate */
  readonly namesake: Identity
  /** registered for nobody, with a certificate that the sender's key has signed */
  readonly offspring: Identity
}

export const registeredForSender = [
  'sender',
  'senderP256',
  'senderP384',
  'weakRsa',
  'smallExponent',
  'largeCurve',
  'edwards',
  'expired',
  'notYetValid',
] as const satisfies readonly (keyof Keys)[]

export async function makeKeys(now: Date): Promise<Keys> {
  const days = (count: number): Date => new Date(now.getTime() + count * DAY_MS)
  const sender = await makeIdentity({ commonName: 'sender' })
  const ec = (commonName: string, more: object = {}): Promise<Identity> =>
    makeIdentity({ commonName, keyType: 'ec-p256', ...more })
  return {
    sender,
    senderP256: await ec('sender P-256'),
    senderP384: await makeIdentity({ commonName: 'sender P-384', keyType: 'ec-p384' }),
    weakRsa: await makeIdentity({ commonName: 'weak', keyType: 'rsa1024' }),
    smallExponent: await makeIdentity({ commonName: 'small exponent', keyType: 'rsa2048-e3' }),
    largeCurve: await makeIdentity({ commonName: 'large curve', keyType: 'ec-p521' }),
    edwards: await makeIdentity({ commonName: 'edwards', keyType: 'ed25519' }),
    expired: await ec('expired', { notBefore: days(-400), notAfter: days(-1) }),
    notYetValid: await ec('not yet valid', { notBefore: days(1), notAfter: days(400) }),
    neighbour: await makeIdentity({ commonName: 'neighbour' }),
    stranger: await makeIdentity({ commonName: 'stranger' }),
    namesake: await makeIdentity({ commonName: 'sender' }),
    offspring: await ec('offspring', { issuer: sender }),
  }
}

const privateKeys = new WeakMap<Identity, KeyObject>()

/** Parsed once: the generated documents are signed by the thousand. */
export function privateKeyOf(identity: Identity): KeyObject {
  const known = privateKeys.get(identity) ?? createPrivateKey(identity.privateKeyPem)
  privateKeys.set(identity, known)
  return known
}
