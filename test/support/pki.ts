import './clients/reflect.js'
import { createHash, KeyObject, sign, webcrypto } from 'node:crypto'
import { GeneralizedTime, Enumerated, Constructed, OctetString, Primitive, type BaseBlock } from 'asn1js'
import {
  BasicOCSPResponse,
  Certificate,
  CertID,
  GeneralName,
  GeneralSubtree,
  IssuingDistributionPoint,
  NameConstraints,
  OCSPResponse,
  ResponseBytes,
  SingleResponse,
} from 'pkijs'
import type { Extension, X509CrlReason } from '@peculiar/x509'
import { childrenOf, readTlv, SEQUENCE, sequence, type Tlv } from '../../src/certificates/der.js'
import type { Identity } from './keys.js'

/** A key with a certificate that somebody has issued. */
export interface Issued extends Identity {
  readonly keys: webcrypto.CryptoKeyPair
  readonly serial: string
  readonly subject: string
}

export interface IssueOptions {
  readonly name: string
  /** signs itself without one */
  readonly issuer?: Issued
  /** a CA; a bound on the CAs below it when it is a number */
  readonly ca?: boolean | number
  /** the key of another one, for a second certificate over it; a new key when missing */
  readonly keyOf?: Issued
  /** false leaves the CA flag out, although the key usage says that it signs certificates */
  readonly caFlag?: boolean
  readonly notBefore?: Date
  readonly notAfter?: Date
  readonly ocsp?: string
  readonly crl?: string
  /** names of key usages in RFC 5280; null: no such extension */
  readonly usage?: readonly (keyof typeof USAGE)[] | null
  readonly ocspSigning?: boolean
  readonly dnsName?: string
  readonly permittedDns?: string
  readonly hash?: 'SHA-1' | 'SHA-256'
  /** further extensions: OID, critical, DER */
  readonly extensions?: readonly { oid: string; critical: boolean; der: Buffer<ArrayBuffer> }[]
}

const USAGE = {
  digitalSignature: 0x80,
  nonRepudiation: 0x40,
  keyEncipherment: 0x20,
  dataEncipherment: 0x10,
  keyAgreement: 0x08,
  keyCertSign: 0x04,
  cRLSign: 0x02,
}
const HOUR_MS = 3600_000
const YEAR_MS = 365 * 24 * HOUR_MS

/** Issues a certificate for a new key: EC for CAs, RSA for who signs requests. */
export async function issue(options: IssueOptions): Promise<Issued> {
  // Not a static import: jest loads CommonJS packages before the module with the Reflect functions has run.
  const x509 = await import('@peculiar/x509')
  const { name, issuer, ca = false, caFlag = ca !== false, hash = 'SHA-256' } = options
  const isCa = ca !== false
  const keys =
    options.keyOf?.keys ??
    (await webcrypto.subtle.generateKey(
      isCa || options.ocspSigning === true ? { name: 'ECDSA', namedCurve: 'P-256' } : RSA,
      true,
      ['sign', 'verify'],
    ))
  const signingKey = issuer?.keys.privateKey ?? keys.privateKey
  const usage = options.usage === undefined ? (isCa ? CA_USAGE : SIGNER_USAGE) : options.usage
  const extensions: Extension[] = [
    ...(caFlag ? [new x509.BasicConstraintsExtension(true, ca === true ? undefined : Number(ca), true)] : []),
    ...(usage === null ? [] : [new x509.Extension('2.5.29.15', true, usageDer(usage))]),
    ...(options.ocsp === undefined ? [] : [new x509.AuthorityInfoAccessExtension({ ocsp: options.ocsp })]),
    ...(options.crl === undefined ? [] : [new x509.CRLDistributionPointsExtension([options.crl])]),
    ...(options.ocspSigning === true ? [new x509.ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.9'])] : []),
    ...(options.dnsName === undefined
      ? []
      : [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: options.dnsName }])]),
    ...(options.permittedDns === undefined
      ? []
      : [new x509.Extension('2.5.29.30', true, nameConstraints(options.permittedDns))]),
    ...(options.extensions ?? []).map(({ oid, critical, der }) => new x509.Extension(oid, critical, der)),
  ]
  const serial = Buffer.from(webcrypto.getRandomValues(new Uint8Array(15)))
    .toString('hex')
    .replace(/^./, '4')
  const subject = `CN=${name}, O=Testi, C=FI`
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial,
    subject,
    issuer: issuer?.subject ?? subject,
    notBefore: options.notBefore ?? new Date(Date.now() - 24 * HOUR_MS),
    notAfter: options.notAfter ?? new Date(Date.now() + YEAR_MS),
    publicKey: keys.publicKey,
    signingKey,
    signingAlgorithm: { ...signingKey.algorithm, hash },
    extensions,
  })
  const der = Buffer.from(certificate.rawData)
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
  return {
    ...{ commonName: name, keys, serial, subject },
    privateKeyPem: pem('PRIVATE KEY', pkcs8),
    certificatePem: pem('CERTIFICATE', der),
    certificateDer: der,
    fingerprintSha256: createHash('sha256').update(der).digest('hex'),
  }
}

const RSA = {
  ...{ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
}
const CA_USAGE = ['keyCertSign', 'cRLSign'] as const
const SIGNER_USAGE = ['digitalSignature', 'nonRepudiation'] as const

/** KeyUsage ::= BIT STRING, trailing zero bits left out */
function usageDer(usage: readonly (keyof typeof USAGE)[]): Buffer<ArrayBuffer> {
  const bits = usage.reduce((sum, one) => sum + USAGE[one], 0)
  return Buffer.from([0x03, 0x02, Math.max(0, 31 - Math.clz32(bits & -bits)), bits])
}

const pem = (label: string, der: Buffer): string =>
  `-----BEGIN ${label}-----\n${der.toString('base64').replace(/(.{64})(?!$)/g, '$1\n')}\n-----END ${label}-----\n`

const toDer = (structure: { toSchema(): BaseBlock }): Buffer<ArrayBuffer> => Buffer.from(structure.toSchema().toBER())

function nameConstraints(dns: string): Buffer<ArrayBuffer> {
  const base = new GeneralName({ type: 2, value: dns })
  return toDer(new NameConstraints({ permittedSubtrees: [new GeneralSubtree({ base })] }))
}

export interface CrlOptions {
  readonly revoked?: readonly { of: Pick<Issued, 'serial'>; at?: Date; reason?: keyof typeof X509CrlReason }[]
  readonly thisUpdate?: Date
  readonly nextUpdate?: Date | null
  /** who signs it, in the issuer's name */
  readonly signer?: Issued
  /** an issuing distribution point */
  readonly scope?: { onlyContainsUserCerts?: boolean; onlyContainsCACerts?: boolean; url?: string; indirect?: boolean }
  readonly isDelta?: boolean
}

/** A list of revoked certificates, DER. */
export async function makeCrl(issuer: Issued, options: CrlOptions = {}): Promise<Buffer> {
  const x509 = await import('@peculiar/x509')
  const { revoked = [], scope, signer = issuer, nextUpdate } = options
  const crl = await x509.X509CrlGenerator.create({
    issuer: issuer.subject,
    thisUpdate: options.thisUpdate ?? new Date(Date.now() - HOUR_MS),
    ...(nextUpdate !== null && { nextUpdate: nextUpdate ?? new Date(Date.now() + 24 * HOUR_MS) }),
    entries: revoked.map(({ of, at, reason }) => ({
      serialNumber: of.serial,
      revocationDate: at ?? new Date(Date.now() - 2 * HOUR_MS),
      ...(reason !== undefined && { reason: x509.X509CrlReason[reason] }),
    })),
    extensions: [
      ...(options.isDelta === true ? [new x509.Extension('2.5.29.27', true, Buffer.from('020101', 'hex'))] : []),
      ...(scope === undefined ? [] : [new x509.Extension('2.5.29.28', true, scopeOf(scope))]),
    ],
    signingKey: signer.keys.privateKey,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
  })
  return Buffer.from(crl.rawData)
}

/** A CRL with many more entries, which are made by hand: libraries take minutes for them. */
export async function makeLongCrl(issuer: Issued, { of, count }: { of: Issued; count: number }): Promise<Buffer> {
  const crl = await makeCrl(issuer, { revoked: [{ of }] })
  const [tbs, algorithm] = childrenOf(crl, readTlv(crl, 0, crl.length))
  const slice = ({ from, to }: Tlv): Buffer => crl.subarray(from, to)
  const parts = [...childrenOf(crl, tbs!)]
  const list = parts.findLast(({ tag }) => tag === SEQUENCE)!
  const time = Buffer.from('170d3236303130313030303030305a', 'hex')
  const more = Array.from({ length: count }, (_, i) => {
    const number = Buffer.from('0206410000000000', 'hex')
    number.writeUInt32BE(i, 4)
    return sequence([number, time])
  })
  const longer = sequence([...more, crl.subarray(list.contentFrom, list.to)])
  const signed = sequence(parts.map((part) => (part === list ? longer : slice(part))))
  const key = KeyObject.from(issuer.keys.privateKey)
  const signature = sign('sha256', signed, key)
  const bits = Buffer.concat([Buffer.from([0x03, signature.length + 1, 0]), signature])
  return sequence([signed, slice(algorithm!), bits])
}

const scopeOf = ({ url, indirect = false, ...only }: NonNullable<CrlOptions['scope']>): Buffer<ArrayBuffer> =>
  toDer(
    new IssuingDistributionPoint({
      ...only,
      ...(indirect && { indirectCRL: true }),
      ...(url !== undefined && { distributionPoint: [new GeneralName({ type: 6, value: url })] }),
    }),
  )

export interface OcspOptions {
  readonly about: Issued
  readonly issuer: Issued
  /** the issuer itself when missing */
  readonly signer?: Issued
  /** certificates that it sends along besides its own */
  readonly alsoSends?: readonly Issued[]
  readonly status?: 'good' | 'revoked' | 'unknown'
  readonly revokedAt?: Date
  readonly reason?: number
  readonly thisUpdate?: Date
  readonly nextUpdate?: Date | null
  /** OCSPResponseStatus; 0 is successful */
  readonly responseStatus?: number
}

/** An answer of an OCSP responder, DER. */
export async function makeOcspAnswer(options: OcspOptions): Promise<Buffer> {
  const { about, issuer, signer = issuer, alsoSends = [], nextUpdate, responseStatus = 0 } = options
  const [certificate, issuerCertificate, signerCertificate, ...others] = [about, issuer, signer, ...alsoSends].map(
    ({ certificateDer }) => Certificate.fromBER(new Uint8Array(certificateDer)),
  )
  const single = new SingleResponse({
    certID: await CertID.create(certificate!, { hashAlgorithm: 'SHA-1', issuerCertificate: issuerCertificate! }),
    certStatus: certStatus(options),
    thisUpdate: options.thisUpdate ?? new Date(Date.now() - HOUR_MS),
  })
  if (nextUpdate !== null) single.nextUpdate = nextUpdate ?? new Date(Date.now() + HOUR_MS)
  const basic = new BasicOCSPResponse({ certs: signer === issuer ? [] : [signerCertificate!, ...others] })
  basic.tbsResponseData.responderID = signerCertificate!.subject
  basic.tbsResponseData.producedAt = new Date()
  basic.tbsResponseData.responses = [single]
  await basic.sign(signer.keys.privateKey, 'SHA-256')
  if (signer === issuer) delete (basic as Partial<BasicOCSPResponse>).certs
  const response = new OCSPResponse({
    responseStatus: new Enumerated({ value: responseStatus }),
    responseBytes: new ResponseBytes({
      responseType: '1.3.6.1.5.5.7.48.1.1',
      response: new OctetString({ valueHex: basic.toSchema().toBER() }),
    }),
  })
  return toDer(response)
}

const tagged = (tagNumber: number) => ({ idBlock: { tagClass: 3, tagNumber } })

function certStatus({ status = 'good', revokedAt = new Date(Date.now() - HOUR_MS), reason }: OcspOptions): BaseBlock {
  if (status !== 'revoked') return new Primitive({ ...tagged(status === 'good' ? 0 : 2), lenBlock: { length: 0 } })
  const inner =
    reason === undefined ? [] : [new Constructed({ ...tagged(0), value: [new Enumerated({ value: reason })] })]
  return new Constructed({ ...tagged(1), value: [new GeneralizedTime({ valueDate: revokedAt }), ...inner] })
}
