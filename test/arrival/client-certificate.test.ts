import { describe, expect, test } from '@jest/globals'
import { X509Certificate } from 'node:crypto'
import { Socket } from 'node:net'
import { clientCertificateOf, trustedPeers } from '../../src/arrival/client-certificate.js'
import { sharedIdentity } from '../support/keys.js'

const HEADER = 'X-Client-Cert'
const PROXY = '10.1.2.3'

/** A request over plain HTTP from this address, with this header. */
function request(value: string | string[] | undefined, remoteAddress: string = PROXY) {
  const socket = Object.defineProperty(new Socket(), 'remoteAddress', { value: remoteAddress })
  return { headers: { [HEADER.toLowerCase()]: value }, raw: { socket } } as unknown as Parameters<
    typeof clientCertificateOf
  >[0]
}

const trusted = trustedPeers(['10.0.0.0/8', '192.0.2.7', 'fd00::/8'])
const of = (value: string | string[] | undefined, remoteAddress?: string): string | null =>
  clientCertificateOf(request(value, remoteAddress), { header: HEADER, trusted })

describe('a certificate in the header of a trusted proxy', () => {
  const forms: Record<string, (pem: string, der: Buffer) => string> = {
    'percent-encoded PEM, as nginx writes it': (pem) => encodeURIComponent(pem),
    'percent-encoded PEM with + / = left alone, as AWS writes it': (pem) =>
      encodeURIComponent(pem).replace(/%2B/g, '+').replace(/%2F/g, '/').replace(/%3D/g, '='),
    'base64 between colons, RFC 9440': (_pem, der) => `:${der.toString('base64')}:`,
    'bare base64, as HAProxy writes it': (_pem, der) => der.toString('base64'),
    'PEM on one line, as Apache writes it': (pem) => pem.trim().replaceAll('\n', ' '),
    'PEM with tabs': (pem) => pem.trim().replaceAll('\n', '\t'),
    'PEM without any space': (pem) => pem.replaceAll('\n', ''),
    'base64 with spaces around': (_pem, der) => `  ${der.toString('base64')} `,
  }
  test.each(Object.entries(forms))('%s', async (_name, write) => {
    for (const type of ['rsa2048', 'ec-p256'] as const) {
      const { certificatePem, certificateDer, fingerprintSha256 } = await sharedIdentity('caller', type)
      expect(of(write(certificatePem, certificateDer))).toBe(fingerprintSha256)
    }
  })

  test('anything else is no certificate', async () => {
    const { certificatePem, certificateDer, privateKeyPem } = await sharedIdentity('caller')
    const base64 = certificateDer.toString('base64')
    const bad = [
      ...['', ' ', '-', ':', '::', '(null)', 'null', 'AAAA', '%', '%zz', '%E4%F6', `:${base64}`, `${base64}:`],
      ...[`${base64}, ${base64}`, `:${base64}:, :${base64}:`, `${base64},`, `!${base64}`, `${base64}=`],
      ...[`:${base64}:;a=1`, base64.slice(0, 400), encodeURIComponent(privateKeyPem)],
      ...[encodeURIComponent(certificatePem + certificatePem), `%00${encodeURIComponent(certificatePem)}`],
      encodeURIComponent(certificatePem.replaceAll('CERTIFICATE', 'X509 CRL')),
    ]
    expect(bad.filter((value) => of(value) !== null)).toEqual([])
    expect(of(undefined)).toBeNull()
    expect(of([base64, base64])).toBeNull()
  })
})

describe('a header from anybody else', () => {
  test('is ignored', async () => {
    const { certificateDer, fingerprintSha256 } = await sharedIdentity('caller')
    const value = certificateDer.toString('base64')
    expect(of(value, '192.0.2.7')).toBe(fingerprintSha256)
    expect(of(value, '192.0.2.8')).toBeNull()
    expect(of(value, '')).toBeNull()
  })

  test('is ignored when no header or no proxy is configured', async () => {
    const value = (await sharedIdentity('caller')).certificateDer.toString('base64')
    expect(clientCertificateOf(request(value), { header: undefined, trusted })).toBeNull()
    expect(clientCertificateOf(request(value), { header: HEADER, trusted: trustedPeers([]) })).toBeNull()
  })
})

describe('the certificate of a connection', () => {
  test.each([
    ['that a trusted proxy makes is its own, never the caller', PROXY, null],
    ['that anybody else makes is that of the caller', '192.0.2.8', 'shown'],
  ])('%s', async (_name, remoteAddress, expected) => {
    const { certificateDer, fingerprintSha256 } = await sharedIdentity('caller')
    const { headers, raw } = request(undefined, remoteAddress)
    Object.assign(raw.socket, { getPeerX509Certificate: () => new X509Certificate(certificateDer) })
    for (const header of [undefined, HEADER])
      expect(clientCertificateOf({ headers, raw }, { header, trusted })).toBe(expected && fingerprintSha256)
  })
})

test('a peer is trusted by its address or range, in either way of writing IPv4', () => {
  const good = [
    '10.255.0.1',
    '192.0.2.7',
    '::ffff:10.0.0.1',
    '::ffff:192.0.2.7',
    '::ffff:a00:1',
    'fd12::1',
    'fd12::1%eth0',
  ]
  const bad = ['11.0.0.1', '192.0.2.70', '::ffff:11.0.0.1', 'fe80::1', '', 'proxy', '10.0.0', '::ffff:a00:0:1']
  expect(good.filter((address) => !trusted(address))).toEqual([])
  expect(bad.filter((address) => trusted(address))).toEqual([])
})
