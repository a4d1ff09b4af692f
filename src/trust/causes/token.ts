import { createPublicKey } from 'node:crypto'
import type { XmlElement } from '../../xml/index.js'
import { readCertificate, type Certificate } from '../certificate.js'
import { X509_V3 } from '../names.js'
import { short } from '../report-facts.js'

/** More than any certificate; nobody has proven anything when this is looked at. */
const MAX_TEXT = 16 * 1024
const MAX_CERTIFICATES = 10
const SIGNED_DATA = Buffer.from('06092a864886f70d010702', 'hex')

export interface TokenContent {
  /** what it is instead of one certificate in base64; null when it is just that, or nothing that we know */
  readonly form: string | null
  readonly certificates: readonly Certificate[]
}

/** What a BinarySecurityToken holds, also when it is not what it should be. */
export function tokenForm(token: XmlElement): TokenContent {
  const text = token.text().trim()
  if (text === '') return { form: 'nothing', certificates: [] }
  if (text.length > MAX_TEXT) return { form: null, certificates: [] }
  if (text.includes('-----BEGIN')) return { form: 'PEM text', certificates: fromPem(text) }
  const packed = text.replace(/\s+/g, '')
  if (/[-_]/.test(packed) && /^[\w-]+=*$/.test(packed))
    return { form: 'URL-safe base64', certificates: of(Buffer.from(packed, 'base64url')) }
  if (!/^[A-Za-z0-9+/]*=*$/.test(packed)) return { form: 'not base64', certificates: [] }
  const bytes = Buffer.from(packed, 'base64')
  const inside = bytes.toString('latin1')
  if (inside.includes('-----BEGIN')) return { form: 'PEM text in base64', certificates: fromPem(inside) }
  // Without its white space first: a pattern that allows it anywhere tries every way to share it out.
  const again = inside.replace(/\s+/g, '')
  if (/^MII[A-Za-z0-9+/]+=*$/.test(again))
    return { form: 'base64 twice', certificates: of(Buffer.from(again, 'base64')) }
  const certificate = certificateIn(bytes)
  if (certificate !== null) return { form: formOf(token, packed), certificates: [certificate] }
  const path = sequenceOf(bytes)
  if (path.length > 0) return { form: 'PKIPath', certificates: path }
  if (bytes.subarray(0, 40).includes(SIGNED_DATA)) return { form: 'PKCS#7', certificates: [] }
  return { form: isPublicKey(bytes) ? 'public key' : 'no certificate', certificates: [] }
}

const of = (der: Buffer): Certificate[] => [certificateIn(der)].filter((one) => one !== null)

/** A right certificate in a token that says it is something else, or whose base64 is cut short. */
function formOf(token: XmlElement, packed: string): string | null {
  const type = token.attribute('', 'ValueType')
  if (type !== null && type !== X509_V3) return `another ValueType: ${short(type)}`
  return packed.length % 4 === 0 ? null : 'base64 without its padding'
}

const fromPem = (text: string): Certificate[] =>
  [...text.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END/g)]
    .slice(0, MAX_CERTIFICATES)
    .flatMap(([, base64]) => of(Buffer.from(base64!, 'base64')))

/** Certificates of a PKIPath: a DER sequence of them. Source: X.509 Token Profile 1.1.1 §3.1 */
function sequenceOf(der: Buffer): Certificate[] {
  const outer = derElement(der, 0)
  if (outer === null) return []
  const found: Certificate[] = []
  for (let at = outer.start; at < outer.end && found.length < MAX_CERTIFICATES;) {
    const inner = derElement(der, at)
    const certificate = inner === null ? null : certificateIn(der.subarray(at, inner.end))
    if (inner === null || certificate === null) return []
    found.push(certificate)
    at = inner.end
  }
  return found
}

/** Where the content of a DER sequence begins and ends; null when none starts there. */
function derElement(der: Buffer, at: number): { start: number; end: number } | null {
  if (der[at] !== 0x30) return null
  const first = der[at + 1] ?? 0xff
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f
  if (lengthBytes > 3 || at + 2 + lengthBytes > der.length) return null
  const start = at + 2 + lengthBytes
  const length = lengthBytes === 0 ? first : der.readUIntBE(at + 2, lengthBytes)
  return start + length > der.length ? null : { start, end: start + length }
}

function isPublicKey(der: Buffer): boolean {
  try {
    createPublicKey({ key: der, format: 'der', type: 'spki' })
    return true
  } catch {
    return false
  }
}

/** A certificate if the bytes are one, and nothing thrown if they are not. */
function certificateIn(der: Buffer): Certificate | null {
  try {
    return readCertificate(der)
  } catch {
    return null
  }
}
