import { canonicalize, type XmlElement } from '../../xml/index.js'

class TooLong extends Error {}

/** Canonical form of an element as text; null when it would be longer than `limit` octets. */
export function canonicalWithin(element: XmlElement, prefixes: readonly string[], limit: number): string | null {
  let text = ''
  try {
    canonicalize(element, prefixes, (part) => {
      text += typeof part === 'string' ? part : part.toString('latin1')
      if (text.length > limit) throw new TooLong()
    })
  } catch (error) {
    if (error instanceof TooLong) return null
    throw error
  }
  return text
}

/** In canonical form no "<" stands in text, and a ">" in a tag stands within quotes unless it ends the tag. */
const TAG = /(<[^"<>]*(?:"[^"]*"[^"<>]*)*>)/

/** A canonical form in pieces: texts at even places (often empty), tags at odd ones. */
export type Pieces = readonly string[]

export const piecesOf = (canonical: string): Pieces => canonical.split(TAG)

export const isEndTag = (tag: string | undefined): boolean => tag?.startsWith('</') === true

/** Whether the text at an even place is all that an element holds. */
export const isLeaf = (pieces: Pieces, at: number): boolean =>
  at > 0 && at < pieces.length - 1 && !isEndTag(pieces[at - 1]) && isEndTag(pieces[at + 1])

export const isSpace = (text: string): boolean => /^(?:[ \t\n]|&#xD;)*$/.test(text)

/** Without white space at its ends: that of XML, not that of JavaScript, which takes byte order marks too. */
export const trimmed = (text: string): string => text.replace(/^(?:[ \t\n]|&#xD;)+|(?:[ \t\n]|&#xD;)+$/g, '')

/** White space between tags that is no element's only content; no text of the application. */
export const isBetween = (pieces: Pieces, at: number): boolean =>
  at > 0 && at < pieces.length - 1 && !isLeaf(pieces, at) && isSpace(pieces[at]!)

/** The same with every text changed; tags stay. */
export function withTexts(pieces: Pieces, change: (text: string, at: number) => string): string {
  let out = ''
  pieces.forEach((piece, at) => (out += at % 2 === 1 || piece === '' ? piece : change(piece, at)))
  return out
}

/** How deep an element stands; the root is 0. */
export function depthOf(element: XmlElement): number {
  let depth = 0
  for (let at = element.parent; at !== null; at = at.parent) depth++
  return depth
}
