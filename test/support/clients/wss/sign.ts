import { createSign } from 'node:crypto'
import { canonicalBytes, canonicalDigest, children, descendants, is, only, withDocument } from '../dom.js'
import { tampered, writeEnvelope, type Envelope } from '../envelope.js'
import { NS } from '../namespaces.js'
import type { Faults, SigningKey } from '../types.js'
import { bodyIdAttribute, signatureXml, timestampXml, tokenXml } from './markup.js'
import type { PartName, SignedPart, WssStyle } from './styles.js'

type Parts = Partial<Record<PartName, string>>

function securityHeader(parts: Parts, envelope: Envelope, style: WssStyle): string {
  const mustUnderstand = style.mustUnderstand ? ` ${envelope.prefix}:mustUnderstand="1"` : ''
  const inside = style.order.map((name) => parts[name] ?? '').join('')
  return `<wsse:Security xmlns:wsse="${NS.wsse}" xmlns:wsu="${NS.wsu}"${mustUnderstand}>${inside}</wsse:Security>`
}

function digestsOf(xml: string, style: WssStyle): Partial<Record<SignedPart, string>> {
  return withDocument(xml, (root) => {
    const security = children(only(root, NS.soap, 'Header')[0]!)[0]!
    const found = { Body: only(root, NS.soap, 'Body')[0], Timestamp: only(security, NS.wsu, 'Timestamp')[0] }
    const digest = (part: SignedPart): string =>
      canonicalDigest(found[part]!, (style.prefixLists[part] ?? '').split(' ').filter(Boolean), style.hash)
    return Object.fromEntries(style.references.map((part) => [part, digest(part)]))
  })
}

function signatureValue(xml: string, style: WssStyle, privateKeyPem: string): string {
  const signedInfo = withDocument(xml, (root) => {
    const found = descendants(root).find((element) => is(element, NS.ds, 'SignedInfo'))!
    return canonicalBytes(found, (style.prefixLists.signedInfo ?? '').split(' ').filter(Boolean))
  })
  return createSign(style.hash).update(signedInfo).sign(privateKeyPem, 'base64')
}

const lifetime = (now: Date, style: WssStyle, faults: Faults): [Date, Date] => {
  const createdAt = faults.createdAt ?? now
  return [createdAt, faults.expiresAt ?? new Date(createdAt.getTime() + style.ttlSeconds * 1000)]
}

/** A Security header with nothing but a Timestamp, as evaka sends without a key. */
export function writeTimestampOnly(envelope: Envelope, style: WssStyle, now: Date, faults: Faults = {}): string {
  const timestamp = timestampXml(...lifetime(now, style, faults), style)
  return writeEnvelope(envelope, securityHeader({ timestamp }, envelope, style))
}

/**
 * Signs a message in a row's style. Digests are taken over one parsed tree with libxml2; SignedInfo is canonicalised
 * under the same ancestors but without the payload, so a large Body is parsed once.
 */
export function writeSigned(envelope: Envelope, style: WssStyle, signing: SigningKey): string {
  const finish = envelope.finish ?? ((xml: string) => xml)
  if (signing.timestampOnly) return finish(writeTimestampOnly(envelope, style, signing.now, signing))
  const [createdAt, expiresAt] = lifetime(signing.now, style, signing)
  const parts: Parts = {
    token: tokenXml(signing.certificatePem, style),
    timestamp: timestampXml(createdAt, expiresAt, style),
  }
  const bodyId = bodyIdAttribute(style)
  const digests = digestsOf(writeEnvelope(envelope, securityHeader(parts, envelope, style), bodyId), style)
  const draft = { ...parts, signature: signatureXml(digests, '', style) }
  const head = writeEnvelope({ ...envelope, payload: '' }, securityHeader(draft, envelope, style), bodyId)
  const signature = signatureXml(digests, signatureValue(head, style, signing.privateKeyPem), style)

  const tomorrow = new Date(expiresAt.getTime() + 24 * 3600 * 1000)
  const last: Parts = {
    ...parts,
    ...(!signing.omitSignature && { signature }),
    ...(signing.tamperTimestamp && { timestamp: timestampXml(createdAt, tomorrow, style) }),
  }
  const tamper = signing.tamperBody === true ? tampered : signing.tamperBody
  const payload = tamper ? tamper(envelope.payload) : envelope.payload
  return finish(writeEnvelope({ ...envelope, payload }, securityHeader(last, envelope, style), bodyId))
}
