import { X509Certificate } from 'node:crypto'
import type { Certificate } from '../certificate.js'
import type { Cause, Facts } from '../errors.js'
import type { Examined } from '../examined.js'
import type { Registered, Registry } from '../key.js'
import { short } from '../report-facts.js'
import { tokenForm } from './token.js'

const DAY_MS = 24 * 3600 * 1000
const MAX_LISTED = 5

export function findExpiryCause({ owner }: Examined, now: Date): Cause | null {
  if (owner === undefined) return null
  const { notBefore, notAfter, fingerprint } = owner.certificate
  const early = notBefore.getTime() - now.getTime()
  const days = Math.round((early > 0 ? early : now.getTime() - notAfter.getTime()) / DAY_MS)
  return {
    id: early > 0 ? 'certificate-not-yet-valid' : 'certificate-expired',
    certainty: 'proven',
    facts: { days, notBefore: notBefore.toISOString(), notAfter: notAfter.toISOString(), fingerprint },
  }
}

/** Why the certificate that was named is none that is registered. */
export async function findCertificateCause(
  { header, signature }: Examined,
  registry: Registry<Registered>,
): Promise<Cause | null> {
  if (signature?.keyReference.kind === 'issuer-serial') {
    const registered = await registeredOf(registry)
    return otherNumber(signature.keyReference, registered)
  }
  const token = header?.token
  if (!token) return null
  const { form, certificates } = tokenForm(token)
  const registered = await registeredOf(registry)
  if (form !== null) {
    const known = certificates.find(({ fingerprint }) => registered.some((one) => one.fingerprint === fingerprint))
    const facts = { form, certificates: certificates.map((one) => one.fingerprint), ...listed(registered) }
    return {
      id: 'token-content',
      certainty: 'proven',
      facts: { ...facts, ...(known && { registeredWithin: known.fingerprint }) },
    }
  }
  return certificates[0] === undefined ? null : relation(certificates[0], registered)
}

async function registeredOf(registry: Registry<Registered>): Promise<Certificate[]> {
  const all = (await registry.listCertificates()).map(({ certificate }) => certificate)
  return [...new Map(all.map((one) => [one.fingerprint, one])).values()]
}

const listed = (registered: readonly Certificate[]): Facts => ({
  registered: registered.slice(0, MAX_LISTED).map(({ fingerprint }) => fingerprint),
  registeredCount: registered.length,
})

/** How the certificate of the message is related to those that are registered for the authority. */
function relation(sent: Certificate, registered: readonly Certificate[]): Cause {
  const facts = {
    fingerprint: sent.fingerprint,
    // Anybody can show any certificate, also one that names a person: only a name that is registered is told.
    ...(registered.some(({ subject }) => subject === sent.subject) && { subject: short(sent.subject) }),
    notAfter: sent.notAfter.toISOString(),
    ...listed(registered),
  }
  const cause = (certainty: Cause['certainty'], kind: string, related?: Certificate): Cause => ({
    id: 'other-certificate',
    certainty,
    facts: {
      relation: kind,
      ...facts,
      ...(related && { related: related.fingerprint, relatedNotAfter: related.notAfter.toISOString() }),
    },
  })
  if (registered.length === 0) return cause('proven', 'none-registered')
  const sameKey = registered.find(({ publicKey }) => publicKey.equals(sent.publicKey))
  if (sameKey) return cause('proven', 'same-key', sameKey)
  const issued = registered.find((one) => isIssuedBy(one, sent))
  if (issued) return cause('proven', 'issuer-of-registered', issued)
  const sameName = registered.find(
    ({ subject, issuerLines }) => subject === sent.subject && issuerLines === sent.issuerLines,
  )
  if (sameName) return cause('likely', 'same-name', sameName)
  const sameSubject = registered.find(({ subject }) => subject === sent.subject)
  return sameSubject ? cause('likely', 'same-subject', sameSubject) : cause('likely', 'unknown')
}

function isIssuedBy(one: Certificate, issuer: Certificate): boolean {
  const x509 = new X509Certificate(one.der)
  return x509.checkIssued(new X509Certificate(issuer.der)) && x509.verify(issuer.publicKey)
}

/** KeyInfo names a certificate by issuer and number, and none of the authority is that one. */
function otherNumber(
  { issuer, serial }: { readonly issuer: string; readonly serial: string },
  registered: readonly Certificate[],
): Cause {
  const number = BigInt(serial).toString()
  const same = registered.find((one) => one.serial === number)
  const kind = registered.length === 0 ? 'none-registered' : same ? 'issuer-written-otherwise' : 'other-number'
  return {
    id: 'other-certificate',
    certainty: same || registered.length === 0 ? 'proven' : 'likely',
    facts: {
      relation: kind,
      issuer: short(issuer),
      serial,
      registeredSerials: registered.slice(0, MAX_LISTED).map((one) => one.serial),
      ...(same && { related: same.fingerprint, relatedIssuer: short(same.issuerLines.replaceAll('\n', ', ')) }),
      ...listed(registered),
    },
  }
}
