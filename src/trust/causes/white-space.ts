import type { Candidate, Subject } from './candidate.js'
import {
  depthOf,
  isBetween,
  isEndTag,
  isLeaf,
  isSpace,
  piecesOf,
  trimmed,
  withTexts,
  type Pieces,
} from './canonical-text.js'

const UNITS: readonly (readonly [name: string, unit: string])[] = [
  ['2 spaces', '  '],
  ['4 spaces', '    '],
  ['tab', '\t'],
  ['none', ''],
  ['3 spaces', '   '],
  ['1 space', ' '],
]
const LINE_ENDS = [
  ['LF', '\n'],
  ['CRLF', '&#xD;\n'],
] as const

interface Layout {
  readonly indent: string
  readonly unit: string
  readonly lineEnd: 'LF' | 'CRLF'
  /** what the signed part itself is indented by, in units; its children by one more */
  readonly depth: number
  /** 'payload': only what stands in the part was laid out, before it was put there */
  readonly of: 'part' | 'payload' | 'payload-on-lines'
}

/** White space between elements, as it may have been before somebody formatted, or minified, what was signed. */
export function* whiteSpace({ canonical, element }: Subject): Generator<Candidate> {
  const pieces = piecesOf(canonical)
  const minified = withTexts(pieces, (text, at) => (isBetween(pieces, at) ? '' : text))
  const arrived = minified === canonical ? 'minified' : 'spaced'
  yield candidate(minified, { signed: 'minified', arrived })
  if (arrived === 'spaced') {
    const both = withTexts(pieces, (text, at) =>
      isBetween(pieces, at) ? '' : isLeaf(pieces, at) ? trimmed(text) : text,
    )
    yield candidate(both, { signed: 'minified, texts trimmed', arrived })
  }
  const slots = slotsOf(pieces)
  if (slots.length === 0) return
  for (const layout of layouts(depthOf(element))) {
    const { indent, lineEnd, depth, of } = layout
    yield candidate(laidOut(pieces, slots, layout), { signed: 'formatted', indent, lineEnd, depth, of, arrived })
  }
}

const candidate = (octets: string, facts: Candidate['facts']): Candidate => ({
  id: 'reindented-after-signing',
  facts,
  octets,
})

/** The usual ones first: indented by the place in the whole envelope, or as the payload alone. */
function* layouts(natural: number): Generator<Layout> {
  const usual = [...combinations({ depth: natural, of: 'part' }), ...combinations({ depth: -1, of: 'payload' })]
  yield* usual.filter(({ lineEnd }) => lineEnd === 'LF')
  yield* usual.filter(({ lineEnd }) => lineEnd === 'CRLF')
  yield* combinations({ depth: 0, of: 'part' })
  yield* combinations({ depth: -1, of: 'payload-on-lines' })
  for (let depth = 1; depth <= 6; depth++) if (depth !== natural) yield* combinations({ depth, of: 'part' })
  for (let depth = 0; depth <= 3; depth++) yield* combinations({ depth, of: 'payload' })
}

const combinations = (where: Pick<Layout, 'depth' | 'of'>): Layout[] =>
  LINE_ENDS.flatMap(([lineEnd]) => UNITS.map(([indent, unit]) => ({ indent, unit, lineEnd, ...where })))

/** A place between two tags where a formatter puts a line end. */
interface Slot {
  readonly at: number
  /** of the tag that follows; the part itself is 0 */
  readonly depth: number
  /** directly within the part, around what it holds */
  readonly isOuter: boolean
}

function slotsOf(pieces: Pieces): Slot[] {
  const slots: Slot[] = []
  let open = 0
  for (let at = 1; at < pieces.length - 2; at += 2) {
    open += isEndTag(pieces[at]) ? -1 : 1
    const next = at + 1
    if (!isBetween(pieces, next) && !(pieces[next] === '' && !isLeaf(pieces, next))) continue
    slots.push({ at: next, depth: isEndTag(pieces[next + 1]) ? open - 1 : open, isOuter: open === 1 })
  }
  return slots
}

function laidOut(pieces: Pieces, slots: readonly Slot[], { unit, lineEnd, depth, of }: Layout): string {
  const out = [...pieces]
  const end = lineEnd === 'LF' ? '\n' : '&#xD;\n'
  for (const slot of slots) {
    if (slot.isOuter && of !== 'part') out[slot.at] = of === 'payload' ? '' : end
    else out[slot.at] = end + unit.repeat(Math.max(0, depth + slot.depth))
  }
  // Texts of several lines have the line ends of the rest.
  if (lineEnd === 'CRLF')
    for (let at = 0; at < out.length; at += 2)
      if (!isSpace(out[at]!)) out[at] = out[at]!.replace(/(?<!&#xD;)\n/g, '&#xD;\n')
  return out.join('')
}
