import type { Candidate, Subject } from './candidate.js'
import { isLeaf, isSpace, piecesOf, trimmed, withoutTrailingSpaces, withTexts } from './canonical-text.js'

const NON_ASCII = /[^\0-\x7f]/

/** Characters that became others on the way: character sets, escaping, normal forms, trimming. */
export function* text({ canonical }: Subject): Generator<Candidate> {
  const pieces = piecesOf(canonical)
  const make = (signed: string, octets: string | Buffer): Candidate => ({
    id: 'text-encoding-changed',
    facts: { signed },
    octets,
  })
  const inTexts = (change: (one: string) => string) =>
    withTexts(pieces, (one, at) => (isSpace(one) && !isLeaf(pieces, at) ? one : change(one)))

  yield make(
    'texts trimmed',
    withTexts(pieces, (one, at) => (isLeaf(pieces, at) ? trimmed(one) : one)),
  )
  yield make(
    'texts with single spaces',
    inTexts((one) => one.replace(/(?:[ \t\n]|&#xD;)+/g, ' ')),
  )
  yield make(
    'texts trimmed, with single spaces',
    inTexts((one) => trimmed(one.replace(/(?:[ \t\n]|&#xD;)+/g, ' '))),
  )
  yield make('lines without trailing spaces', inTexts(withoutTrailingSpaces))
  yield make('escaped once less', inTexts(unescapedOnce))
  yield make(
    'escaped twice',
    inTexts((one) => one.replaceAll('&', '&amp;')),
  )
  if (!NON_ASCII.test(canonical)) return
  yield make('NFC', canonical.normalize('NFC'))
  yield make('NFD', canonical.normalize('NFD'))
  yield make('NFKC', canonical.normalize('NFKC'))
  yield make(
    'decimal references',
    references(canonical, (code) => `&#${code};`),
  )
  yield make(
    'hexadecimal references',
    references(canonical, (code) => `&#x${code.toString(16).toUpperCase()};`),
  )
  yield make(
    'hexadecimal references',
    references(canonical, (code) => `&#x${code.toString(16)};`),
  )
  yield make(
    'decimal references, escaped',
    references(canonical, (code) => `&amp;#${code};`),
  )
  yield make(
    'hexadecimal references, escaped',
    references(canonical, (code) => `&amp;#x${code.toString(16).toUpperCase()};`),
  )
  yield make('UTF-8; read as ISO-8859-1 on the way', mojibakeRepaired(canonical))
  yield make('UTF-8 read as ISO-8859-1', Buffer.from(canonical).toString('latin1'))
  yield make('ISO-8859-1 octets', Buffer.from(canonical, 'latin1'))
  yield make('UTF-16 octets', Buffer.from(canonical, 'utf16le'))
  yield make('"?" for every character outside ASCII', canonical.replace(/[^\0-\x7f]/gu, '?'))
  yield make('no-break spaces as spaces', canonical.replaceAll('\u00a0', ' '))
}

const references = (canonical: string, write: (code: number) => string): string =>
  canonical.replace(/[^\0-\x7f]/gu, (character) => write(character.codePointAt(0)!))

/** `&amp;#228;` → ä, `&amp;lt;` → `&lt;`: what a second escaping did. */
const unescapedOnce = (one: string): string =>
  one
    .replace(/&amp;(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6}));/g, (whole, decimal?: string, hex?: string) => {
      const code = decimal === undefined ? parseInt(hex!, 16) : Number(decimal)
      return code > 0x7f && code <= 0x10ffff ? String.fromCodePoint(code) : whole
    })
    .replace(/&amp;(amp|lt|gt);/g, '&$1;')
    .replace(/&amp;quot;/g, '"')
    .replace(/&amp;apos;/g, "'")

/** Bytes 0x80–0x9F of Windows-1252 by the character they are read as. */
const WINDOWS_1252: ReadonlyMap<string, number> = new Map(
  Array.from('€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ', (character, i) => [character, 0x80 + i]),
)

const SEQUENCE = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/g

/** The text behind `PÃ¤Ã¤tÃ¶s`. Letters that were written as references are right already, and stay. */
function mojibakeRepaired(canonical: string): string {
  const asBytes = canonical.replace(/[^\0-\xff]/g, (c) => {
    const byte = WINDOWS_1252.get(c)
    return byte === undefined ? c : String.fromCharCode(byte)
  })
  return asBytes.replace(SEQUENCE, (bytes) => Buffer.from(bytes, 'latin1').toString('utf8'))
}
