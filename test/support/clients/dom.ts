import { createHash } from 'node:crypto'
import { ParseOption, XmlC14NMode, XmlDocument, XmlElement, type XmlNode } from 'libxml2-wasm'
import type { Hash } from './namespaces.js'

export type { XmlElement } from 'libxml2-wasm'

/** Parses with libxml2, works on the tree, and frees it. Throws when the bytes are not well-formed. */
export function withDocument<T>(xml: string | Buffer, work: (root: XmlElement, document: XmlDocument) => T): T {
  const options = { option: ParseOption.XML_PARSE_HUGE }
  const document = typeof xml === 'string' ? XmlDocument.fromString(xml, options) : XmlDocument.fromBuffer(xml, options)
  try {
    return work(document.root, document)
  } finally {
    document.dispose()
  }
}

export function children(parent: XmlElement): XmlElement[] {
  const found: XmlElement[] = []
  for (let node = parent.firstChild; node; node = node.next) if (node instanceof XmlElement) found.push(node)
  return found
}
export const descendants = (parent: XmlElement): XmlElement[] =>
  children(parent).flatMap((child) => [child, ...descendants(child)])
export const qualifiedName = (element: XmlElement): string =>
  element.prefix === '' ? element.name : `${element.prefix}:${element.name}`
export const is = (element: XmlElement, namespace: string, name: string): boolean =>
  element.name === name && element.namespaceUri === namespace
export const only = (parent: XmlElement, namespace: string, name: string): XmlElement[] =>
  children(parent).filter((child) => is(child, namespace, name))
/** Attribute without a namespace, or in the given one. */
export const attribute = (element: XmlElement, name: string, namespace = ''): string | undefined =>
  element.attrs.find((attr) => attr.name === name && attr.namespaceUri === namespace)?.value

/** Exclusive canonicalisation without comments, handed over piece by piece: bodies can be large. */
export function canonicalPieces(node: XmlElement, prefixes: string[], take: (piece: Uint8Array) => void): void {
  const handler = { write: (piece: Uint8Array) => (take(piece), piece.byteLength), close: () => true }
  node.doc.canonicalize(handler, {
    mode: XmlC14NMode.XML_C14N_EXCLUSIVE_1_0,
    nodeSet: new Set<XmlNode>([node]),
    ...(prefixes.length > 0 && { inclusiveNamespacePrefixes: prefixes }),
  })
}
export function canonicalBytes(node: XmlElement, prefixes: string[]): Buffer {
  const pieces: Buffer[] = []
  canonicalPieces(node, prefixes, (piece) => pieces.push(Buffer.from(piece)))
  return Buffer.concat(pieces)
}
export function canonicalDigest(node: XmlElement, prefixes: string[], hash: Hash): string {
  const digest = createHash(hash)
  canonicalPieces(node, prefixes, (piece) => digest.update(piece))
  return digest.digest('base64')
}

/** Inclusive canonicalisation of a whole document, as Apache serialisers for signed messages do it. */
export function canonicalDocument(xml: string): string {
  return withDocument(xml, (_root, document) => {
    const pieces: Buffer[] = []
    const handler = {
      write: (piece: Uint8Array) => (pieces.push(Buffer.from(piece)), piece.byteLength),
      close: () => true,
    }
    document.canonicalize(handler, { mode: XmlC14NMode.XML_C14N_1_0 })
    return Buffer.concat(pieces).toString('utf8')
  })
}
