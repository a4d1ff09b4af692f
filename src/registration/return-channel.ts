import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'

/** Where an authority takes states and messages of citizens, and how it wants them (paluukanava.md). */
export interface ReturnChannel {
  readonly url: string
  /** which elements its receiver knows: those of 2010–2014, or the newer ones too */
  readonly generation: 'old' | 'new'
  /** how requests to it are signed; with SHA-256 when missing */
  readonly signature?: 'sha256' | 'sha1' | 'none'
  /** whether a header names its own address to a router in between; no when missing */
  readonly routingHeader?: boolean
  /** states in one request, at most; one when missing */
  readonly batchSize?: number
  /** PEM of the CA or CAs that its TLS certificate leads to; those that Node knows when missing */
  readonly ca?: string
  /** addresses and ranges that it has to be in, public or not; anywhere that the installation allows when missing */
  readonly networks?: readonly string[]
}

/** Whether a text is an address, or a range of addresses by its leading bits. */
export function isNetwork(text: string): boolean {
  const [, address = '', bits] = /^([\da-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const version = isIP(address)
  return version > 0 && (bits === undefined || Number(bits) <= (version === 4 ? 32 : 128))
}

const CERTIFICATES = /^(?:\s*-----BEGIN CERTIFICATE-----[A-Za-z\d+/=\s]+-----END CERTIFICATE-----\s*)+$/

/** Whether a text consists of certificates in PEM form, and nothing else. */
export function areCertificates(text: string): boolean {
  if (!CERTIFICATES.test(text)) return false
  try {
    return text.split(/(?<=-----END CERTIFICATE-----)\s*/).every((pem) => pem.trim() === '' || isCertificate(pem))
  } catch {
    return false
  }
}

const isCertificate = (pem: string): boolean => new X509Certificate(pem).raw.length > 0
