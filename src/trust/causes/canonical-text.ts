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

const CARRIAGE_RETURN = '&#xD;'

/** Without white space at its ends: that of XML, not that of JavaScript, which takes byte order marks too. */
export function trimmed(text: string): string {
  let from = 0
  while (from < text.length) {
    if (' \t\n'.includes(text[from]!)) from++
    else if (text.startsWith(CARRIAGE_RETURN, from)) from += CARRIAGE_RETURN.length
    else break
  }
  return text.slice(from, endWithout(text, ' \t\n', from))
}

/** Where a text ends without these characters and carriage returns; walked from its end, which no pattern does. */
function endWithout(text: string, characters: string, from = 0): number {
  let to = text.length
  while (to > from) {
    if (characters.includes(text[to - 1]!)) to--
    else if (characters.includes('\n') && text.endsWith(CARRIAGE_RETURN, to)) to -= CARRIAGE_RETURN.length
    else break
  }
  return to
}

/** Every line without the spaces at its end. */
export const withoutTrailingSpaces = (text: string): string =>
  text
    .split(/(\n|&#xD;)/)
    .map((line) => line.slice(0, endWithout(line, ' \t')))
    .join('')

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
