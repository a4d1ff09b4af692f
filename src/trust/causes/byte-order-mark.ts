import type { Candidate, Subject, Surroundings } from './candidate.js'
import { isSpace, piecesOf } from './canonical-text.js'

const MARK = '\ufeff'
const MAX_PLACES = 64

/** U+FEFF at the edge of texts: left there when files were joined, or lost on the way. */
export function* byteOrderMark({ canonical }: Subject, { effort }: Surroundings): Generator<Candidate> {
  const candidate = (signed: string, count: number, octets: string): Candidate => ({
    id: 'byte-order-mark',
    facts: { signed, count },
    octets,
  })
  const count = canonical.split(MARK).length - 1
  if (count > 0) yield candidate('without', count, canonical.replaceAll(MARK, ''))
  yield candidate('before the part', 1, MARK + canonical)
  let offset = 0
  let places = 0
  for (const [at, piece] of piecesOf(canonical).entries()) {
    if (at % 2 === 0 && !isSpace(piece) && !piece.startsWith(MARK)) {
      if (++places > MAX_PLACES && !effort.pairs) return
      yield candidate('before a text', 1, canonical.slice(0, offset) + MARK + canonical.slice(offset))
    }
    offset += piece.length
  }
}
