type Replacement = string | ((whole: string, ...groups: string[]) => string)

/** Replaces the first match, and insists that there is one: a forgery that forges nothing proves nothing. */
export function edit(xml: string, from: string | RegExp, to: Replacement): string {
  const found = typeof from === 'string' ? xml.includes(from) : from.test(xml)
  if (!found) throw new Error(`nothing to edit: ${String(from)}`)
  return typeof to === 'string' ? xml.replace(from, () => to) : xml.replace(from, to)
}

export function editAll(xml: string, from: string, to: string): string {
  if (!xml.includes(from)) throw new Error(`nothing to edit: ${from}`)
  return xml.replaceAll(from, () => to)
}

/** Parts of the honest request, in the prefixes that it is written in. */
const part =
  (name: string) =>
  (xml: string): string =>
    new RegExp(`<${name}[\\s>][^]*?</${name}>`).exec(xml)![0]
export const bodyOf = part('soapenv:Body')
export const securityOf = part('wsse:Security')
export const tokenOf = part('wsse:BinarySecurityToken')
export const timestampOf = part('wsu:Timestamp')
export const signatureOf = part('ds:Signature')
export const signedInfoOf = part('ds:SignedInfo')
export const keyInfoOf = part('ds:KeyInfo')
export const referenceOf = part('ds:Reference')
export const payloadOf = (xml: string): string => /<soapenv:Body[^>]*>([^]*)<\/soapenv:Body>/.exec(xml)![1]!

export const forgedPayload = (xml: string): string => edit(payloadOf(xml), /<Nimeke>[^<]*/, '<Nimeke>Väärennös')
/** What the forger wants to be read: the honest Body with another title, without the honest one's id. */
export const forgedBody = (xml: string, attributes = ''): string =>
  `<soapenv:Body${attributes}>${forgedPayload(xml)}</soapenv:Body>`

export const replaceBody = (xml: string, body: string): string => edit(xml, bodyOf(xml), body)
export const replaceTimestamp = (xml: string, timestamp: string): string => edit(xml, timestampOf(xml), timestamp)
/** Adds header blocks behind the Security header. */
export const inHeader = (xml: string, blocks: string): string =>
  edit(xml, '</soapenv:Header>', `${blocks}</soapenv:Header>`)
/** Adds children behind those of the Security header. */
export const inSecurity = (xml: string, children: string): string =>
  edit(xml, '</wsse:Security>', `${children}</wsse:Security>`)
/** Adds children behind those of the Signature. */
export const inSignature = (xml: string, children: string): string =>
  edit(xml, '</ds:Signature>', `${children}</ds:Signature>`)
export const wrapped = (inner: string): string => `<x:Wrapper xmlns:x="urn:x">${inner}</x:Wrapper>`
export const withoutIds = (markup: string): string => markup.replace(/ (?:wsu:)?Id="[^"]*"/g, '')

/** Another algorithm for the signature, its first digest, the canonicalisation of SignedInfo, the first transform. */
const algorithm =
  (element: string) =>
  (xml: string, uri: string): string =>
    edit(xml, new RegExp(`<ds:${element} Algorithm="[^"]*"`), `<ds:${element} Algorithm="${uri}"`)
export const signatureMethod = algorithm('SignatureMethod')
export const digestMethod = algorithm('DigestMethod')
export const canonicalizationMethod = algorithm('CanonicalizationMethod')
/** Exchanges the Transforms of the first reference. */
export const transforms = (xml: string, ...list: string[]): string =>
  edit(xml, /<ds:Transforms>[^]*?<\/ds:Transforms>/, `<ds:Transforms>${list.join('')}</ds:Transforms>`)
export const transform = (uri: string, inner = ''): string =>
  inner === '' ? `<ds:Transform Algorithm="${uri}"/>` : `<ds:Transform Algorithm="${uri}">${inner}</ds:Transform>`
/** One more reference, to another id, with the algorithms of the first. */
export const extraReference = (xml: string, id: string): string =>
  edit(xml, '</ds:SignedInfo>', `${referenceOf(xml).replace('#TS-1', `#${id}`)}</ds:SignedInfo>`)
/** The message with bytes that no string can hold in the place of a text. */
export function exchanged(xml: string, text: string, bytes: number[]): Buffer {
  const at = Buffer.from(xml.slice(0, xml.indexOf(text))).length
  const message = Buffer.from(xml)
  return Buffer.concat([message.subarray(0, at), Buffer.from(bytes), message.subarray(at + Buffer.byteLength(text))])
}
