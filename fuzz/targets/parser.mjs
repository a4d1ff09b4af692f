import { performance } from 'node:perf_hooks'
import { ParseOption, XmlC14NMode, XmlDocument, XmlElement } from 'libxml2-wasm'
import { Failure, thrown } from '../failure.mjs'
import { mutate } from '../mutate.mjs'
import { wordsOf } from '../words.mjs'

const MAX_BYTES = 256 * 1024
/** Time for any document, and for each of its bytes: some ten times what they take on a slow machine. */
const ALLOWED_MS = 30
const ALLOWED_MS_PER_BYTE = 0.001
const TRIES_WHEN_SLOW = 4

/** Small documents with what no client sends but the reader knows. */
const CURIOSITIES = [
  '<a xmlns="urn:x" xmlns:b="urn:y" b:c="1" c="2"><b:d xmlns="" xmlns:b="urn:z"><e/></b:d></a>',
  '<?xml version="1.0" encoding="utf-8" standalone="yes"?>\n<!-- x -->\n<a>1<!-- y -->2<![CDATA[<3>&]]>4&#13;\r\n5</a>\r\n<!-- z -->',
  '<a b=" x\ty\r\nz " c=\'"&quot;&#9;&#10;&#13;&lt;&amp;&gt;\'>&lt;&amp;&gt;"\'</a>',
  '<ä:ö xmlns:ä="urn:å" ä:ü="\u{1f600}" xml:lang="fi" xml:space="preserve">\u0085\u2028e\u0301</ä:ö>',
  `<a xmlns:p="urn:p"><p:b>${'QUJD\r\n'.repeat(2_000)}</p:b>${'QUJD'.repeat(3_000)}<c>${'A'.repeat(9_000)} &amp;</c></a>`,
  `<a>${'<b>'.repeat(60)}${'</b>'.repeat(60)}</a>`,
  `<a ${Array.from({ length: 60 }, (_, i) => `xmlns:n${i}="urn:${i}" n${i}:a=""`)
    .slice(0, 30)
    .join(' ')}><n3:b n2:c="" n1:c=""/></a>`,
]

/** Bytes that may be a document: read as libxml2 reads them or refused, and in time that grows no faster than they do. */
export async function create({ load, seeds, plant }) {
  const ours = await load('src/xml/index.js')
  const { canonicalString, toUtf8, XmlError } = ours
  const readXml = plant?.startsWith('parser-') ? planted(plant, ours.readXml) : ours.readXml

  const readOurs = ({ bytes, charset, prefixes }) => {
    const utf8 = toUtf8(bytes, charset)
    return { utf8, canonical: canonicalString(readXml(utf8).root, prefixes) }
  }

  function run(input) {
    const start = performance.now()
    let read
    try {
      read = readOurs(input)
    } catch (error) {
      if (!(error instanceof XmlError)) throw thrown(error)
      judgeTime(input, performance.now() - start)
      return { outcome: error.code, feature: `${error.code} ${error.message.replace(/\d+|\S+:\S+|element \S+/g, '')}` }
    }
    judgeTime(input, performance.now() - start)
    const canonical = plant === 'other-reading' ? read.canonical.replace('&#xD;', '') : read.canonical
    return compare(canonical, libxml2Reads(input, read.utf8))
  }

  /** A slow run counts only when the same is slow again: the machine has other things to do. */
  function judgeTime(input, firstMs) {
    const allowedMs = ALLOWED_MS + input.bytes.length * ALLOWED_MS_PER_BYTE
    let bestMs = firstMs
    for (let i = 0; i < TRIES_WHEN_SLOW && bestMs > allowedMs; i++) {
      const start = performance.now()
      try {
        readOurs(input)
      } catch {
        // What it throws was judged before.
      }
      bestMs = Math.min(bestMs, performance.now() - start)
    }
    if (bestMs > allowedMs)
      throw new Failure(
        'slow',
        `${Math.round(bestMs)} ms for ${input.bytes.length} bytes, ${Math.round(allowedMs)} allowed`,
      )
  }

  const made = seeds === null ? [] : [...seeds.clients.requests, ...seeds.corpus.valid, ...seeds.corpus.attacks]
  const documents = [
    ...made.map(({ base64, charset = null }) => ({ bytes: Buffer.from(base64, 'base64'), charset })),
    ...CURIOSITIES.map((text) => ({ bytes: Buffer.from(text), charset: null })),
  ]
  const words = wordsOf(documents.map(({ bytes }) => bytes.toString()))
  return {
    run,
    seeds: documents.map((document) => ({ ...document, prefixes: [] })),
    context: null,
    render: ({ bytes, charset, prefixes }) => ({ bytes, note: { charset, prefixes } }),
    revive: ({ bytes, note }) => ({ bytes, ...note }),
    mutate: ({ bytes, charset, prefixes }, { random, other }) => ({
      bytes: mutate(bytes, { random, words, other: () => other().bytes, maxBytes: MAX_BYTES, structurePercent: 50 }),
      charset: random.chance(95) ? charset : random.pick([null, 'utf-8', 'iso-8859-1', 'windows-1252', 'utf-16', 'x']),
      prefixes: random.chance(90)
        ? prefixes
        : random.pick([[], ['#default'], ['soapenv', 'b'], [random.pick(words.prefixes)]]),
    }),
  }
}

function compare(canonical, theirs) {
  if (theirs.incomparable !== undefined)
    return { outcome: `accepted, ${theirs.incomparable}`, feature: theirs.incomparable }
  if (theirs.refused !== undefined) throw new Failure('libxml2 refuses what we accept', theirs.refused)
  if (theirs.canonical !== canonical) throw new Failure('read differently', differenceOf(canonical, theirs.canonical))
  return { outcome: 'accepted', feature: 'accepted' }
}

/** The document in libxml2's eyes: the bytes themselves wherever it knows their encoding. */
function libxml2Reads({ bytes, charset, prefixes }, utf8) {
  const option = ParseOption.XML_PARSE_HUGE | ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NOWARNING
  let document
  try {
    document = knowsEncodingOf(bytes, charset)
      ? XmlDocument.fromBuffer(bytes, { option })
      : XmlDocument.fromString(utf8.toString('utf8').replace(DECLARED_ENCODING, '$1'), { option })
  } catch (error) {
    return isAdvice(error) ? ADVISED : { refused: error.message }
  }
  try {
    const options = { mode: XmlC14NMode.XML_C14N_EXCLUSIVE_1_0, withComments: false }
    if (prefixes.length > 0) options.inclusiveNamespacePrefixes = prefixes
    return { canonical: document.root.canonicalizeToString(options) }
  } catch (error) {
    return isRelativeSomewhere(document.root) ? RELATIVE : { refused: `canonicalisation: ${error.message}` }
  } finally {
    document.dispose()
  }
}

/** libxml2 does not canonicalise these; Namespaces in XML 1.0 allows them. */
const RELATIVE = { incomparable: 'namespace name is no absolute URI' }
/** libxml2's wrapper throws at mere advice. */
const ADVISED = { incomparable: 'with advice of libxml2' }

/** Advice of libxml2 about a document that is well-formed. */
const ADVICE = [
  /^xmlns.*is not (?:a valid URI|absolute)$/gm,
  /^xml:id : attribute value [^]*? is not an NCName$/gm,
  /^ID [^]*? already defined$/gm,
]

const isAdvice = ({ message }) => ADVICE.reduce((rest, advice) => rest.replace(advice, ''), message).trim() === ''

const isRelativeSomewhere = (element) =>
  Object.values(element.nsDeclarations).some((uri) => uri !== '' && !/^[A-Za-z][A-Za-z\d+.-]*:/.test(uri)) ||
  [...childElements(element)].some(isRelativeSomewhere)

function* childElements(element) {
  for (let node = element.firstChild; node; node = node.next) if (node instanceof XmlElement) yield node
}

const DECLARED_ENCODING = /^(<\?xml[^>]*?)\s+encoding\s*=\s*(?:"([^"]*)"|'([^']*)')/

function knowsEncodingOf(bytes, charset) {
  if (charset !== null) return false
  const [, , double, single] = DECLARED_ENCODING.exec(bytes.toString('latin1', 0, 256)) ?? []
  return /^(utf-8|iso-8859-1|windows-1252)$/i.test(double ?? single ?? 'utf-8')
}

function differenceOf(ours, theirs) {
  let at = 0
  while (at < ours.length && ours[at] === theirs[at]) at++
  const near = (text) => JSON.stringify(text.slice(Math.max(0, at - 40), at + 80))
  return `at character ${at}\n  ours    ${near(ours)}\n  libxml2 ${near(theirs)}`
}

/** Faults that the fuzzer has to find, or it would find nothing. */
function planted(plant, readXml) {
  const leaked = []
  const faults = {
    'parser-throws': (utf8) => utf8.includes('<!--') && utf8.includes('CDATA') && null.x,
    'parser-hangs': (utf8) => {
      while (utf8.includes('&#9;')) continue
    },
    'parser-slow': (utf8) => {
      const end = performance.now() + (utf8.length / 1_000) ** 2
      while (performance.now() < end) continue
    },
    'parser-leaks': (utf8) => leaked.push(Array(4_000).fill(utf8.length)),
  }
  return (utf8) => {
    faults[plant](utf8)
    return readXml(utf8)
  }
}
