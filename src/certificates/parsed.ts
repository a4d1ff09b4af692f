import { X509Certificate } from 'node:crypto'
import { BasicConstraints, Certificate, CRLDistributionPoints, GeneralName, InfoAccess, type Extension } from 'pkijs'

/** A certificate as both libraries see it: node:crypto (OpenSSL) for names, keys and signatures, pkijs for the rest. */
export interface Parsed {
  readonly x509: X509Certificate
  readonly asn: Certificate
  /** distinguished name, one line */
  readonly name: string
}

/** @throws when it is no X.509 certificate */
export function parse(der: Buffer): Parsed {
  const x509 = new X509Certificate(der)
  return {
    x509,
    asn: Certificate.fromBER(new Uint8Array(x509.raw)),
    name: x509.subject.replaceAll('\n', ', '),
  }
}

export const isSelfIssued = ({ x509 }: Parsed): boolean => x509.subject === x509.issuer
export const isSelfSigned = (one: Parsed): boolean => isSelfIssued(one) && one.x509.verify(one.x509.publicKey)
export const isSame = (a: Parsed, b: Parsed): boolean => a.x509.raw.equals(b.x509.raw)

const BASIC_CONSTRAINTS = '2.5.29.19'
const DISTRIBUTION_POINTS = '2.5.29.31'
const INFO_ACCESS = '1.3.6.1.5.5.7.1.1'
const OCSP = '1.3.6.1.5.5.7.48.1'

export const extensionOf = ({ asn }: Parsed, oid: string): Extension | undefined =>
  asn.extensions?.find(({ extnID }) => extnID === oid)

/** Most CAs between this one and the certificate at the end; null when there is no bound. Source: RFC 5280 §4.2.1.9 */
export function pathLengthOf(one: Parsed): number | null {
  const constraints: unknown = extensionOf(one, BASIC_CONSTRAINTS)?.parsedValue
  const bound = constraints instanceof BasicConstraints ? constraints.pathLenConstraint : undefined
  if (bound === undefined) return null
  return typeof bound === 'number' ? bound : Number(bound.toBigInt())
}

/** Addresses of OCSP responders that the certificate names. Source: RFC 5280 §4.2.2.1 */
export function ocspUrls(one: Parsed): string[] {
  const access: unknown = extensionOf(one, INFO_ACCESS)?.parsedValue
  if (!(access instanceof InfoAccess)) return []
  return access.accessDescriptions
    .filter(({ accessMethod }) => accessMethod === OCSP)
    .flatMap(({ accessLocation }) => urlIn(accessLocation))
}

/**
 * Addresses of the CRLs that the certificate names: only complete ones by its own issuer, which is what we judge.
 * Source: RFC 5280 §4.2.1.13
 */
export function crlUrls(one: Parsed): string[] {
  const points: unknown = extensionOf(one, DISTRIBUTION_POINTS)?.parsedValue
  if (!(points instanceof CRLDistributionPoints)) return []
  return points.distributionPoints
    .filter(({ cRLIssuer, reasons }) => cRLIssuer === undefined && reasons === undefined)
    .flatMap(({ distributionPoint }) => namesIn(distributionPoint))
}

/** URIs of a distribution point's full name; it may also be a relative name, which nobody can fetch. */
export const namesIn = (point: unknown): string[] =>
  Array.isArray(point) ? point.flatMap((name) => (name instanceof GeneralName ? urlIn(name) : [])) : []

const URI = 6

/** Only what is fetched over HTTP; ldap and the like are no addresses to us. */
const urlIn = ({ type, value }: GeneralName): string[] =>
  type === URI && typeof value === 'string' && /^https?:\/\//i.test(value) && URL.canParse(value) ? [value] : []
