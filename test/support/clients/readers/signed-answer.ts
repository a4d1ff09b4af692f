import { X509Certificate } from 'node:crypto'
import { attribute, children, descendants, is, only, type XmlElement } from '../dom.js'
import { ENVELOPED, EXC_C14N, NS, STR_TRANSFORM, TOKEN } from '../namespaces.js'
import { verifySigned, type Verified } from '../wss/verify.js'
import { parsed, unreadable } from './blocks.js'

const FILTER2 = 'http://www.w3.org/2002/06/xmldsig-filter2'

function need(holds: boolean, rule: string): void {
  if (!holds) unreadable(rule)
}

/** Spring-WS: the actions found have to be the configured one exactly, so one Signature and nothing else. */
function checkHeader(root: XmlElement): XmlElement {
  const security = only(root, NS.soap, 'Header').flatMap((header) => only(header, NS.wsse, 'Security'))
  need(security.length === 1, `no WS-Security header found, or several (${security.length})`)
  need(attribute(security[0]!, 'mustUnderstand', NS.soap) !== '1', 'mustUnderstand="1" on an answer')
  need(only(security[0]!, NS.wsu, 'Timestamp').length === 0, 'a Timestamp beside the Signature: action mismatch')
  need(only(security[0]!, NS.ds, 'Signature').length === 1, 'not exactly one Signature')
  return security[0]!
}

/** Basic Security Profile, as far as WSS4J checks it by default (wss.md §5). */
function checkProfile(security: XmlElement, body: XmlElement): void {
  const signature = only(security, NS.ds, 'Signature')[0]!
  const keyInfo = children(only(signature, NS.ds, 'KeyInfo')[0] ?? unreadable('no KeyInfo'))
  need(keyInfo.length === 1, 'R5402: KeyInfo has exactly one child')
  need(is(keyInfo[0]!, NS.wsse, 'SecurityTokenReference'), 'R5417: KeyInfo holds a SecurityTokenReference')
  const signedInfo = only(signature, NS.ds, 'SignedInfo')[0]!
  const method = only(signedInfo, NS.ds, 'CanonicalizationMethod')[0]
  need(method !== undefined && attribute(method, 'Algorithm') === EXC_C14N, 'R5404: exc-c14n')
  for (const reference of only(signedInfo, NS.ds, 'Reference')) {
    const transforms = only(reference, NS.ds, 'Transforms').flatMap((all) => only(all, NS.ds, 'Transform'))
    const names = transforms.map((transform) => attribute(transform, 'Algorithm') ?? '')
    need([EXC_C14N, STR_TRANSFORM].includes(names.at(-1) ?? ''), 'R5412: the last transform is exc-c14n')
    const allowed = [EXC_C14N, STR_TRANSFORM, ENVELOPED, FILTER2]
    need(
      names.every((name) => allowed.includes(name)),
      'R5423: only the allowed transforms',
    )
  }
  need(!descendants(signature).some((element) => is(element, NS.ds, 'Manifest')), 'no Manifest')

  const parts = children(security)
  const token = parts.findIndex((part) => is(part, NS.wsse, 'BinarySecurityToken'))
  need(token >= 0 && token < parts.findIndex((part) => part.isSameNode(signature)), 'R5205: the token stands first')
  need(attribute(parts[token]!, 'EncodingType') === TOKEN.encodingType, 'EncodingType of the token')
  need(attribute(parts[token]!, 'ValueType') === TOKEN.valueType, 'ValueType of the token')
  const pointer = only(keyInfo[0]!, NS.wsse, 'Reference')
  need(pointer.length === 1 && attribute(pointer[0]!, 'ValueType') === TOKEN.valueType, 'a direct reference, typed')
  need(attribute(body, 'Id', NS.wsu) !== undefined && attribute(body, 'Id') === undefined, 'Body has a wsu:Id')
  const uris = only(signedInfo, NS.ds, 'Reference').map((reference) => attribute(reference, 'URI'))
  need(uris.length === 1 && uris[0] === `#${attribute(body, 'Id', NS.wsu)!}`, 'exactly the Body is signed')
}

/** Validates an answer as eveli's signed profile does; `serverCertificatePem` is the one certificate it trusts. */
export function checkSignedAnswer(answer: Buffer, serverCertificatePem: string): Verified {
  parsed(answer, (root) => checkProfile(checkHeader(root), only(root, NS.soap, 'Body')[0] ?? unreadable('no Body')))
  let verified: Verified
  try {
    verified = verifySigned(answer)
  } catch (error) {
    return unreadable(error instanceof Error ? error.message : String(error))
  }
  const expected = new X509Certificate(serverCertificatePem).fingerprint256
  need(new X509Certificate(verified.certificatePem).fingerprint256 === expected, 'signed by another certificate')
  return verified
}
