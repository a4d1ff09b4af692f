import { DIGEST_URI, ENVELOPED, EXC_C14N, NS, SIGNATURE_URI, TOKEN } from '../namespaces.js'
import type { SignedPart, WssStyle } from './styles.js'

const id = (value: string | undefined, name = 'Id'): string => (value === undefined ? '' : ` ${name}="${value}"`)

export function folded(base64: string, style: WssStyle): string {
  return style.fold === '' ? base64 : base64.replace(/(.{76})(?!$)/g, `$1${style.fold}`)
}

export function tokenXml(certificatePem: string, style: WssStyle): string {
  const base64 = certificatePem.replace(/-----[^-]+-----|\s/g, '')
  const attributes = `EncodingType="${TOKEN.encodingType}" ValueType="${TOKEN.valueType}" wsu:Id="${style.ids.token}"`
  return `<wsse:BinarySecurityToken ${attributes}>${folded(base64, style)}</wsse:BinarySecurityToken>`
}

export function timestampXml(createdAt: Date, expiresAt: Date, style: WssStyle): string {
  const plain = style.timestampForm === 'default'
  const p = plain ? '' : 'wsu:'
  const text = (at: Date): string =>
    style.fractionDigits === 0 ? `${at.toISOString().slice(0, 19)}Z` : at.toISOString()
  const open = plain ? `<Timestamp xmlns="${NS.wsu}"` : '<wsu:Timestamp'
  const times = `<${p}Created>${text(createdAt)}</${p}Created><${p}Expires>${text(expiresAt)}</${p}Expires>`
  return `${open}${id(style.ids.timestamp, style.idForm)}>${times}</${p}Timestamp>`
}

/** The id of Body, with its declaration where the stack adds one there. */
export const bodyIdAttribute = (style: WssStyle): string =>
  style.idForm === 'Id' ? id(style.ids.body) : ` xmlns:wsu="${NS.wsu}"${id(style.ids.body, 'wsu:Id')}`

function algorithm(name: string, uri: string, prefixList: string | null): string {
  if (prefixList === null) return `<${name} Algorithm="${uri}"/>`
  const inclusive = `<ec:InclusiveNamespaces xmlns:ec="${NS.ec}" PrefixList="${prefixList}"/>`
  return `<${name} Algorithm="${uri}">${inclusive}</${name}>`
}

function referenceXml(part: SignedPart, digest: string, style: WssStyle): string {
  const p = style.signaturePrefix === '' ? '' : `${style.signaturePrefix}:`
  const target = part === 'Body' ? style.ids.body : style.ids.timestamp
  const enveloped = style.enveloped ? `<${p}Transform Algorithm="${ENVELOPED}"/>` : ''
  const transforms = `${enveloped}${algorithm(`${p}Transform`, EXC_C14N, style.prefixLists[part])}`
  const digestXml = `<${p}DigestMethod Algorithm="${DIGEST_URI[style.hash]}"/><${p}DigestValue>${digest}</${p}DigestValue>`
  return `<${p}Reference URI="#${target}"><${p}Transforms>${transforms}</${p}Transforms>${digestXml}</${p}Reference>`
}

export function signatureXml(digests: Partial<Record<SignedPart, string>>, value: string, style: WssStyle): string {
  const p = style.signaturePrefix === '' ? '' : `${style.signaturePrefix}:`
  const declaration = p === '' ? ` xmlns="${NS.ds}"` : ` xmlns:ds="${NS.ds}"`
  const references = style.references.map((part) => referenceXml(part, digests[part]!, style)).join('')
  const methods =
    algorithm(`${p}CanonicalizationMethod`, EXC_C14N, style.prefixLists.signedInfo) +
    `<${p}SignatureMethod Algorithm="${SIGNATURE_URI[style.hash]}"/>`
  const token = `<wsse:Reference URI="#${style.ids.token}" ValueType="${TOKEN.valueType}"/>`
  const again = style.redeclaresWsse ? ` xmlns:wsse="${NS.wsse}"` : ''
  const open = `<wsse:SecurityTokenReference${again}${id(style.ids.reference, 'wsu:Id')}>`
  const pointer = `${open}${token}</wsse:SecurityTokenReference>`
  return (
    `<${p}Signature${declaration}${id(style.ids.signature)}><${p}SignedInfo>${methods}${references}</${p}SignedInfo>` +
    `<${p}SignatureValue>${folded(value, style)}</${p}SignatureValue>` +
    `<${p}KeyInfo${id(style.ids.keyInfo)}>${pointer}</${p}KeyInfo></${p}Signature>`
  )
}
