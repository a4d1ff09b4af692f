import fc from 'fast-check'
import { NS } from '../../clients/namespaces.js'
import { uri } from '../algorithms.js'

/** What somebody on the way might do to a signed request. */
export interface Change {
  readonly kind: keyof typeof changes
  readonly region: 'all' | 'Body' | 'Timestamp' | 'SignedInfo'
  /** where, as a part of the whole */
  readonly at: number
  readonly to: number
  readonly length: number
  readonly piece: string
}

const PIECES = [
  'x',
  'A',
  '0',
  ' ',
  '\n',
  '\r',
  '<',
  '>',
  '&',
  '"',
  "'",
  '/',
  '=',
  ':',
  '#',
  'ä',
  '&amp;',
  '&#65;',
  '<!-- -->',
  '<x/>',
  '<![CDATA[]]>',
  ' a="1"',
  ' xmlns:q="urn:q"',
  ' xmlns="urn:q"',
  '\u0001',
  '<?x y?>',
]
const NAMES = ['urn:one', 'urn:two', NS.asi, NS.wsu, NS.soap, NS.ds, 'urn:x', '']

/** What a change needs to know: the text of its region and a place in it. */
interface Place {
  readonly text: string
  readonly at: number
  readonly to: number
  readonly change: Change
}

const splice = (text: string, at: number, remove: number, insert: string): string =>
  text.slice(0, at) + insert + text.slice(at + remove)

/** Changes the match that stands nearest behind the place, if there is one. */
function nth({ text, at }: Place, pattern: RegExp, to: (...groups: string[]) => string): string {
  const matches = [...text.matchAll(pattern)]
  const match = matches.find(({ index }) => index >= at) ?? matches[0]
  return match === undefined ? text : splice(text, match.index, match[0].length, to(...(match as string[])))
}

const one = <T>(list: readonly T[], { change }: Place): T => list[Math.floor(change.to * list.length) % list.length]!

const changes = {
  replace: ({ text, at, change }: Place) => splice(text, at, 1, change.piece),
  remove: ({ text, at, change }: Place) => splice(text, at, change.length, ''),
  insert: ({ text, at, change }: Place) => splice(text, at, 0, change.piece),
  repeat: ({ text, at, to, change }: Place) => splice(text, to, 0, text.slice(at, at + change.length * 4)),
  flip: ({ text, at }: Place) => splice(text, at, 1, String.fromCharCode(text.charCodeAt(at) ^ 1)),
  letter: (place: Place) =>
    nth(place, /(>[^<&]*?)[a-zA-Zäé]/g, (_all, before) => `${before}${one(['Z', 'ö', '1'], place)}`),
  value: (place: Place) =>
    nth(place, /(\s[^\s<>"'=]+=["'])/g, (_all, before) => `${before}${one(['Z', 'ö', '&#10;', ' '], place)}`),
  added: (place: Place) => nth(place, />/g, () => one(['>Z', '> ', '><Z/>', '>&#13;'], place)),
  dropped: (place: Place) => nth(place, /<([^\s<>/]+)(?:\s[^<>]*)?>[^<]*<\/\1\s*>|<[^<>!]*\/>/g, () => ''),
  doubled: (place: Place) =>
    nth(place, /<([^\s<>/]+)(?:\s[^<>]*)?>[^<]*<\/\1\s*>|<[^<>!]*\/>/g, (all) => `${all}${all}`),
  namespace: (place: Place) =>
    nth(place, /(xmlns(?::[\wä-]+)?=)["'][^"']*["']/g, (_all, name) => `${name}"${one(NAMES, place)}"`),
  undeclare: (place: Place) => nth(place, /\s+xmlns:[\wä-]+=["'][^"']*["']/g, () => ''),
  prefix: (place: Place) => nth(place, /<(?:[\w-]+:)?(?=[\wö-])/g, () => one(['<', '<a:', '<wsu:', '<b:'], place)),
  list: (place: Place) =>
    nth(
      place,
      /(PrefixList=)["'][^"']*["']/g,
      (_all, name) => `${name}"${one(['', 'a', 'wsu', '#default', 'soapenv b'], place)}"`,
    ),
  algorithm: (place: Place) =>
    nth(place, /(Algorithm=)["'][^"']*["']/g, (_all, name) => `${name}"${one(Object.values(uri), place)}"`),
  base64: (place: Place) =>
    nth(place, /(Value>[^<]*?)[A-Za-z]/g, (_all, before) => `${before}${one(['A', 'b', '+', '/', '7'], place)}`),
  id: (place: Place) =>
    nth(place, /(?:the-body|the-timestamp|the-token|the-block)/g, () =>
      one(['the-body', 'the-timestamp', 'the-token', 'x'], place),
    ),
  reference: (place: Place) =>
    nth(place, /(>[^<&]*?)([a-zA-Z])/g, (_all, before, c) => `${before}&#${c.charCodeAt(0)};`),
  cdata: (place: Place) => nth(place, /(>[^<&]*?)([a-zA-Z])/g, (_all, before, c) => `${before}<![CDATA[${c}]]>`),
  comment: (place: Place) => nth(place, />/g, () => '><!-- c -->'),
  space: (place: Place) => nth(place, /\s+(?=[\w:-]+=["'])/g, () => '\n\t'),
  quotes: (place: Place) =>
    nth(place, /=(["'])([^"']*)\1/g, (_all, quote, value) => (quote === '"' ? `='${value}'` : `="${value}"`)),
  ends: ({ text }: Place) => text.replace(/\r?\n/g, '\r\n'),
}

/** Those that seldom make a document unreadable come more often: what is not read is not compared. */
const OFTEN = [
  'letter',
  'letter',
  'value',
  'value',
  'added',
  'added',
  'dropped',
  'doubled',
  'namespace',
  'base64',
] as const

// Without bias: fast-check would try the two ends of every text over and over.
export const change: fc.Arbitrary<Change> = fc.noBias(
  fc.record({
    kind: fc.constantFrom(...OFTEN, ...(Object.keys(changes) as (keyof typeof changes)[])),
    region: fc.constantFrom('all', 'Body', 'Body', 'Body', 'Timestamp', 'SignedInfo'),
    at: fc.double({ min: 0, max: 0.999, noNaN: true }),
    to: fc.double({ min: 0, max: 0.999, noNaN: true }),
    length: fc.integer({ min: 1, max: 12 }),
    piece: fc.constantFrom(...PIECES),
  }),
)

export function applyChange(xml: string, change: Change): string {
  const { region } = change
  const found =
    region === 'all' ? null : new RegExp(`<(?:[\\w-]+:)?${region}[\\s>][^]*</(?:[\\w-]+:)?${region}\\s*>`).exec(xml)
  const [start, text] = found === null ? [0, xml] : [found.index, found[0]]
  const place = { text, at: Math.floor(change.at * text.length), to: Math.floor(change.to * text.length), change }
  return splice(xml, start, text.length, changes[change.kind](place))
}
