import { randomBytes, randomUUID } from 'node:crypto'
import type { Hash } from '../namespaces.js'

export type PartName = 'token' | 'timestamp' | 'signature'
export type SignedPart = 'Body' | 'Timestamp'

/** Everything in which the security headers of two stacks differ (wss.md §2). */
export interface WssStyle {
  order: PartName[]
  mustUnderstand: boolean
  hash: Hash
  /** Reference order inside SignedInfo. */
  references: SignedPart[]
  enveloped: boolean
  /** null = no InclusiveNamespaces element; '' = one with an empty PrefixList. */
  prefixLists: { signedInfo: string | null } & Record<SignedPart, string | null>
  ids: { body: string; timestamp: string; token: string; signature?: string; keyInfo?: string; reference?: string }
  idForm: 'wsu:Id' | 'Id'
  /** Prefix of the signature's elements, '' for the default namespace. */
  signaturePrefix: 'ds' | ''
  timestampForm: 'wsu' | 'default'
  fractionDigits: 0 | 3
  ttlSeconds: number
  /** xml-crypto under node-soap declares wsse once more on the SecurityTokenReference. */
  redeclaresWsse?: boolean
  /** Line break inside long base64 values of the signature, if any. */
  fold: '' | '\n' | '&#13;\n'
}

const hex = (): string => randomBytes(16).toString('hex')

/** etp, lupapiste, oph: names as WSS4J 1.6 and 2 write them. */
export function wss4jStyle(
  variant: Partial<WssStyle> & { prefixLists: WssStyle['prefixLists'] } & { soapPrefix?: string },
): WssStyle {
  return {
    order: ['token', 'signature', 'timestamp'],
    mustUnderstand: true,
    hash: 'sha1',
    references: ['Timestamp', 'Body'],
    enveloped: false,
    ids: {
      body: `id-${hex()}`,
      timestamp: `TS-${hex()}`,
      token: `X509-${hex()}`,
      signature: `SIG-${hex()}`,
      keyInfo: `KI-${hex()}`,
      reference: `STR-${hex()}`,
    },
    idForm: 'wsu:Id',
    signaturePrefix: 'ds',
    timestampForm: 'wsu',
    fractionDigits: 3,
    ttlSeconds: 60,
    fold: '',
    ...variant,
  }
}

/** evaka, eveli: Spring-WS drives WSS4J and lists its own SOAP prefix. */
export const springWsStyle = (variant: Partial<WssStyle> = {}): WssStyle =>
  wss4jStyle({
    mustUnderstand: false,
    references: ['Body', 'Timestamp'],
    prefixLists: { signedInfo: 'SOAP-ENV', Body: '', Timestamp: 'wsse SOAP-ENV' },
    ttlSeconds: 300,
    fold: '&#13;\n',
    ...variant,
  })

/** hassu, sfi-messages-client: WSSecurityCert of node-soap, 1.0 with SHA-1 and 1.6 with SHA-256. */
export const nodeSoapStyle = (hash: Hash): WssStyle => ({
  order: ['token', 'timestamp', 'signature'],
  mustUnderstand: true,
  hash,
  references: ['Body', 'Timestamp'],
  enveloped: true,
  prefixLists: { signedInfo: null, Body: null, Timestamp: null },
  ids: { body: '_0', timestamp: '_1', token: `x509-${randomUUID().replaceAll('-', '')}` },
  idForm: 'Id',
  signaturePrefix: '',
  timestampForm: 'default',
  fractionDigits: 0,
  ttlSeconds: 600,
  redeclaresWsse: true,
  fold: '',
})
