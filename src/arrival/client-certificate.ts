import { X509Certificate } from 'node:crypto'
import { BlockList, isIPv6, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { FastifyRequest } from 'fastify'
import { fingerprintOf } from '../trust/index.js'
import { addressOf } from './addresses.js'

export interface ClientCertificateSources {
  /** header that a proxy hands the caller's certificate on in; undefined: none is read */
  readonly header: string | undefined
  /** whether the computer at the other end of the connection is a proxy of ours; see `trustedPeers` */
  readonly trusted: (address: string) => boolean
}

/**
 * SHA-256 of the DER, lower-case hex, of the TLS certificate that the caller has shown; null when it has shown none, or
 * nothing that can be read. Whoever shows a certificate has its key, which TLS proves; who issued it is not asked.
 *
 * What comes through a proxy of ours has the certificate in the header or has none, also where no header is set: the
 * certificate on that connection is the proxy's own (ADR 14). From anybody else the header means nothing.
 */
export function clientCertificateOf(
  request: Pick<FastifyRequest, 'headers' | 'raw'>,
  { header, trusted }: ClientCertificateSources,
): string | null {
  const { socket } = request.raw
  const handedOn = header === undefined ? undefined : request.headers[header.toLowerCase()]
  const certificate = trusted(socket.remoteAddress ?? '') ? certificateIn(handedOn) : certificateOn(socket)
  if (certificate === null || !isValid(certificate, new Date())) return null
  return fingerprintOf(certificate.raw)
}

const isValid = ({ validFrom, validTo }: X509Certificate, now: Date): boolean =>
  now >= new Date(validFrom) && now <= new Date(validTo)

/** Whether an address is one of these, or within one of these ranges; for the peer itself, never for what it forwards. */
export function trustedPeers(proxies: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const proxy of proxies) {
    const [address = '', bits] = proxy.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return (address) => {
    const plain = addressOf(address)
    return plain !== null && list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4')
  }
}

function certificateOn(socket: Socket | TLSSocket): X509Certificate | null {
  if (!('getPeerX509Certificate' in socket)) return null
  return quietly(() => socket.getPeerX509Certificate())
}

/** Several headers of the name arrive as one with a comma, which is no form of a certificate. */
function certificateIn(header: string | string[] | undefined): X509Certificate | null {
  if (typeof header !== 'string') return null
  const der = derOf(header.trim())
  return der === null ? null : quietly(() => new X509Certificate(der))
}

/**
 * nginx ($ssl_client_escaped_cert) and AWS write PEM with percent signs, Apache PEM on one line, HAProxy base64 of the
 * DER; RFC 9440 (Client-Cert) puts that between colons.
 */
function derOf(text: string): Buffer | null {
  const plain = /%[\da-f]{2}/i.test(text) ? quietly(() => decodeURIComponent(text)) : text
  const [, pem] = /^-----BEGIN CERTIFICATE-----([\sA-Za-z\d+/=]+)-----END CERTIFICATE-----\s*$/.exec(plain ?? '') ?? []
  const base64 = pem?.replace(/\s/g, '') ?? plain?.replace(/^:(.*):$/, '$1') ?? ''
  return /^(?:[A-Za-z\d+/]{4})+(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/.test(base64)
    ? Buffer.from(base64, 'base64')
    : null
}

/** Node decodes; what it cannot is no certificate. */
function quietly<T>(decode: () => T | undefined): T | null {
  try {
    return decode() ?? null
  } catch {
    return null
  }
}
