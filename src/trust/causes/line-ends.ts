import type { Candidate, Subject } from './candidate.js'
import { isSpace, piecesOf, withTexts } from './canonical-text.js'

const CR = '&#xD;'
/** Five texts can be chosen from in thirty ways. */
const MAX_CHOSEN = 5
const MAX_PLACES = 30
/** The line ends of canonical texts, as one piece each. */
const ANY = /(?:&#xD;)?\n|&#xD;/g

/**
 * Line ends in texts. XML readers turn a bare CRLF into LF; a signer that had CRLF in memory signed `&#xD;` and LF, and
 * a writer that does not escape the CR then sends something else.
 */
export function* lineEnds({ canonical }: Subject): Generator<Candidate> {
  const pieces = piecesOf(canonical)
  const arrived = /&#xD;\n/.test(canonical) ? 'CRLF' : canonical.includes(CR) ? 'CR' : 'LF'
  const all = (to: string) => withTexts(pieces, (text) => text.replace(ANY, to))
  const inTexts = (to: string) => withTexts(pieces, (text) => (isSpace(text) ? text : text.replace(ANY, to)))
  const candidate = (signed: string, octets: string): Candidate => ({
    id: 'line-endings-changed',
    facts: { signed, arrived },
    octets,
  })
  if (canonical.includes('\n') || canonical.includes(CR)) {
    yield candidate('CRLF', all(`${CR}\n`))
    yield candidate('CRLF', inTexts(`${CR}\n`))
    yield candidate('LF', all('\n'))
    yield candidate('LF', inTexts('\n'))
    yield candidate('CRLF, not escaped', all('\r\n'))
    yield candidate('CRLF, not escaped', inTexts('\r\n'))
    yield candidate('CR', all(CR))
    yield candidate('CR, not escaped', all('\r'))
    if (canonical.includes(CR)) yield candidate('without CR', canonical.replaceAll(CR, ''))
    for (const some of partsOf(pieces)) {
      const only = (to: string) => withTexts(pieces, (text, at) => (some.has(at) ? text.replace(ANY, to) : text))
      yield candidate('CRLF in some texts', only(`${CR}\n`))
      yield candidate('LF in some texts', only('\n'))
    }
  }
  yield* foldedBase64(pieces)
}

/** Some of the texts that have line ends: every choice among few, each alone among many. */
function* partsOf(pieces: readonly string[]): Generator<ReadonlySet<number>> {
  const places = [...pieces.keys()].filter(
    (at) => at % 2 === 0 && /\n|&#xD;/.test(pieces[at]!) && !isSpace(pieces[at]!),
  )
  if (places.length > MAX_CHOSEN) {
    for (const at of places.slice(0, MAX_PLACES)) yield new Set([at])
    return
  }
  for (let choice = 1; choice < 2 ** places.length - 1; choice++)
    yield new Set(places.filter((_, i) => (choice >> i) % 2 === 1))
}

/** Long base64 with line breaks put in or taken out. */
function* foldedBase64(pieces: readonly string[]): Generator<Candidate> {
  const isBase64 = (text: string): boolean => text.length > 64 && /^(?:[A-Za-z0-9+/=\s]|&#xD;)+$/.test(text)
  const places = new Set<number>()
  for (let at = 0; at < pieces.length; at += 2) if (isBase64(pieces[at]!) && !isSpace(pieces[at]!)) places.add(at)
  if (places.size === 0) return
  const folded = (width: number, end: string, last: string) =>
    withTexts(pieces, (text, at) => {
      if (!places.has(at)) return text
      const bare = text.replace(/\s|&#xD;/g, '')
      return width === 0 ? bare : bare.match(new RegExp(`.{1,${width}}`, 'g'))!.join(end) + last
    })
  const candidate = (signed: string, octets: string): Candidate => ({
    id: 'line-endings-changed',
    facts: { signed: `base64 ${signed}`, arrived: 'base64 otherwise' },
    octets,
  })
  yield candidate('without line ends', folded(0, '', ''))
  for (const width of [76, 64]) {
    for (const [name, end] of [
      ['LF', '\n'],
      ['CRLF', `${CR}\n`],
    ] as const) {
      yield candidate(`in lines of ${width}, ${name}`, folded(width, end, ''))
      yield candidate(`in lines of ${width}, ${name}`, folded(width, end, end))
    }
  }
}
