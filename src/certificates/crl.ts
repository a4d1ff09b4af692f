import { Enumerated, fromBER, GeneralizedTime, Sequence, UTCTime, type BaseBlock } from 'asn1js'
import { CertificateRevocationList, Extension, IssuingDistributionPoint } from 'pkijs'
import type { Chain } from './chain.js'
import { childrenOf, readTlv, SEQUENCE, sequence, type Tlv } from './der.js'
import { outOfTime, reasonText, unknown, type Answer } from './finding.js'
import { crlUrls, extensionOf, namesIn, type Parsed } from './parsed.js'

/** A list of revoked certificates: its head parsed, its entries left as bytes until one is looked for. */
export interface Crl {
  readonly head: CertificateRevocationList
  readonly bytes: Buffer
  /** null when nothing is revoked */
  readonly entries: Tlv | null
}

const UTC_TIME = 0x17
const GENERALIZED_TIME = 0x18
const INTEGER = 0x02

/**
 * Reads a CRL, DER or PEM. A list of 100,000 entries would take the library 9 s and 900 MB, so it gets the list without
 * its entries; the signature is still over the bytes as they came.
 * @throws when it is no CRL
 */
export function readCrl(encoded: Buffer): Crl {
  const bytes = toDer(encoded)
  const [tbs, ...signature] = childrenOf(bytes, readTlv(bytes, 0, bytes.length))
  if (tbs?.tag !== SEQUENCE || signature.length !== 2) throw new RangeError('Not a CRL')
  const parts = [...childrenOf(bytes, tbs)]
  const entries = parts.find(({ tag }, at) => tag === SEQUENCE && isTime(parts[at - 1])) ?? null
  const slice = ({ from, to }: Tlv): Buffer => bytes.subarray(from, to)
  const headless = sequence([sequence(parts.filter((part) => part !== entries).map(slice)), ...signature.map(slice)])
  const head = CertificateRevocationList.fromBER(new Uint8Array(headless))
  head.tbsView = new Uint8Array(slice(tbs))
  return { head, bytes, entries }
}

const isTime = (part: Tlv | undefined): boolean => part?.tag === UTC_TIME || part?.tag === GENERALIZED_TIME

function toDer(encoded: Buffer): Buffer {
  const [, base64] = /-----BEGIN X509 CRL-----([^-]+)-----END X509 CRL-----/.exec(encoded.toString('latin1')) ?? []
  return base64 === undefined ? encoded : Buffer.from(base64, 'base64')
}

/**
 * Judges what a CRL says about the first certificate of a part of a chain. It counts when that certificate's issuer has
 * signed it, its time is now, and it is a complete list that is meant for this certificate.
 * Source: RFC 5280 §6.3.3
 */
export async function judgeCrl(
  { head, bytes, entries }: Crl,
  [certificate, issuer]: Chain,
  now: Date,
): Promise<Answer> {
  if (!(await isSignedBy(head, issuer!))) return unknown('it is not signed by the issuer of the certificate')
  if (head.nextUpdate === undefined) return unknown('it does not say how long it is valid')
  const times = { thisUpdate: head.thisUpdate.value, nextUpdate: head.nextUpdate.value }
  const problem = outOfTime(times, now) ?? scopeProblem(head, certificate!)
  if (problem !== null) return unknown(problem)
  const entry = entries === null ? null : findEntry(bytes, entries, serialOf(certificate!))
  if (entry === null) return { kind: 'good', validUntil: times.nextUpdate }
  return {
    kind: 'revoked',
    ...readEntry(bytes.subarray(entry.from, entry.to), times.thisUpdate),
    validUntil: times.nextUpdate,
  }
}

const KEY_USAGE = '2.5.29.15'
const CRL_SIGN = 0b0000_0010

async function isSignedBy(head: CertificateRevocationList, issuer: Parsed): Promise<boolean> {
  const usage = extensionOf(issuer, KEY_USAGE)?.parsedValue as { valueBlock: { valueHexView: Uint8Array } } | undefined
  if (usage !== undefined && ((usage.valueBlock.valueHexView[0] ?? 0) & CRL_SIGN) === 0) return false
  try {
    return await head.verify({ issuerCertificate: issuer.asn })
  } catch {
    return false
  }
}

const NUMBER = '2.5.29.20'
const ISSUING_POINT = '2.5.29.28'

/** Why the list is not about this certificate, or not complete; null when it is. */
function scopeProblem(head: CertificateRevocationList, certificate: Parsed): string | null {
  const extensions: readonly Extension[] = head.crlExtensions?.extensions ?? []
  const odd = extensions.find(({ critical, extnID }) => critical && extnID !== ISSUING_POINT && extnID !== NUMBER)
  if (odd !== undefined) return `it has a critical extension that is not known here: ${odd.extnID}`
  const extension = extensions.find(({ extnID }) => extnID === ISSUING_POINT)
  if (extension === undefined) return null
  const point: unknown = extension.parsedValue
  if (!(point instanceof IssuingDistributionPoint)) return 'its issuing distribution point cannot be read'
  if (point.indirectCRL || point.onlyContainsAttributeCerts || point.onlySomeReasons !== undefined)
    return 'it is indirect or not complete'
  if (certificate.x509.ca ? point.onlyContainsUserCerts : point.onlyContainsCACerts)
    return 'it is for another kind of certificates'
  // One part of a divided list says nothing about certificates of another part.
  const own = new Set(crlUrls(certificate))
  const names = namesIn(point.distributionPoint)
  return point.distributionPoint === undefined || names.some((name) => own.has(name))
    ? null
    : 'it is for other distribution points than the certificate names'
}

const serialOf = ({ asn }: Parsed): Buffer => withoutZeros(Buffer.from(asn.serialNumber.valueBlock.valueHexView))

function withoutZeros(number: Buffer): Buffer {
  const from = number.findIndex((byte) => byte !== 0)
  return from < 1 ? number : number.subarray(from)
}

/** The entry whose userCertificate is this number. */
function findEntry(bytes: Buffer, entries: Tlv, serial: Buffer): Tlv | null {
  for (const entry of childrenOf(bytes, entries)) {
    const number = readTlv(bytes, entry.contentFrom, entry.to)
    if (entry.tag !== SEQUENCE || number.tag !== INTEGER) throw new RangeError('Not an entry of a CRL')
    if (withoutZeros(bytes.subarray(number.contentFrom, number.to)).equals(serial)) return entry
  }
  return null
}

const REASON = '2.5.29.21'

/** Who is in the list is revoked, whatever else can be read there: some CAs write empty extensions, which are none. */
function readEntry(bytes: Buffer, listedAt: Date): { revokedAt: Date; reason: string } {
  const [, time, extensions] = partsOf(fromBER(new Uint8Array(bytes)).result)
  const isTime = time instanceof UTCTime || time instanceof GeneralizedTime
  return { revokedAt: isTime ? time.toDate() : listedAt, reason: reasonText(reasonIn(extensions)) }
}

const partsOf = (block: BaseBlock | undefined): readonly BaseBlock[] =>
  block instanceof Sequence ? block.valueBlock.value : []

function reasonIn(extensions: BaseBlock | undefined): number | null {
  for (const one of partsOf(extensions)) {
    const extension = new Extension({ schema: one })
    const code: unknown = extension.extnID === REASON ? extension.parsedValue : null
    if (code instanceof Enumerated) return code.valueBlock.valueDec
  }
  return null
}
