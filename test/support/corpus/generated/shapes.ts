import fc from 'fast-check'
import { NS } from '../../clients/namespaces.js'
import { uri } from '../algorithms.js'
import type { Keys } from '../keys.js'
import { named, type Markup } from './markup.js'

export interface Shape {
  readonly prefixes: { readonly soap: string; readonly wsse: string; readonly wsu: string; readonly ds: string }
  readonly rootDeclare: [string, string][]
  readonly securityDeclare: [string, string][]
  readonly signatureDeclare: [string, string][]
  readonly bodyDeclare: [string, string][]
  readonly order: ('token' | 'timestamp' | 'signature')[]
  readonly bodyFirst: boolean
  readonly idForm: 'wsu:Id' | 'Id' | 'ID' | 'id'
  readonly quote: '"' | "'"
  readonly short: boolean
  readonly late: boolean
  readonly gap: string
  readonly mustUnderstand: string | null
  /** null = no InclusiveNamespaces */
  readonly prefixLists: [info: string[] | null, timestamp: string[] | null, body: string[] | null]
  readonly listGap: string
  readonly enveloped: boolean
  readonly digests: string[]
  readonly signature: { readonly key: keyof Keys; readonly uri: string }
  readonly block: { readonly markup: Markup; readonly isSigned: boolean } | null
  readonly payload: Markup
  readonly declaration: string
}

const prefix = fc.constantFrom('', 'a', 'b', 'B', 'ä', 'xsd', 'soapenv', 'wsu', 'SOAP-ENV')
const namespace = fc.constantFrom(
  'urn:one',
  'urn:two',
  NS.asi,
  NS.xsd,
  NS.wsu,
  NS.soap,
  'http://x/?a=1',
  'urn:%C3%B6',
  '',
)
const declare = fc.array(fc.tuple(prefix, namespace), { maxLength: 3 })
const text = fc.constantFrom(
  ...['x', ' ', '\n', '\t', '\r\n', '\r', '&amp;', '&#13;', '&#xA;', '&lt;', '&gt;', '>', '"', "'", ']]&gt;', 'ä', 'é'],
  ...[
    '\u{1F600}',
    '&#x1F600;',
    '\u0085',
    '\u2028',
    '\u00a0',
    '<![CDATA[<&>]]>',
    '<![CDATA[]]>',
    '<!-- c -->',
    '<!-->x<-->',
  ],
)
/** Now and then a text that is long enough to be lifted out of the bytes. */
const long = fc.nat(60).map((n) => 'QUJD'.repeat(2_030 + n))
const value = fc.constantFrom(
  '',
  'x',
  '&quot;',
  '&apos;',
  '"',
  "'",
  '&#10;',
  '\t',
  '\n',
  '&#13;',
  '&amp;',
  '&lt;',
  '>',
  'ä',
  '\u{1F600}',
)
const attributeName = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ prefix, uri: namespace, local: fc.constantFrom('p', 'Q', 'r', 'ö', '\u{10400}', '\ufb00') }),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('lang', 'space')
      .map((local) => named('xml', 'http://www.w3.org/XML/1998/namespace', local)),
  },
)
const quote = fc.constantFrom('"' as const, "'" as const)

const element = fc.letrec<{ element: Markup }>((tie) => ({
  element: fc.record({
    name: fc
      .record({ prefix, uri: namespace, local: fc.constantFrom('x', 'Y', 'z-1', 'ö', '\u{10400}') })
      .map(possible),
    declare,
    attributes: fc.array(fc.tuple(attributeName, value), { maxLength: 3 }),
    content: fc.array(
      fc.oneof(
        { maxDepth: 4, depthSize: 'small' },
        { weight: 30, arbitrary: text },
        { weight: 1, arbitrary: long },
        { weight: 20, arbitrary: tie('element') },
      ),
      { maxLength: 4 },
    ),
    quote,
    short: fc.boolean(),
    space: fc.constantFrom(' ', ' ', '\n', '\r\n\t'),
    late: fc.boolean(),
  }),
})).element

/** A prefix cannot mean no namespace. */
function possible<N extends { prefix: string; uri: string }>(name: N): N {
  return name.uri === '' ? { ...name, prefix: '' } : name
}

const prefixList = fc.option(
  fc.array(fc.constantFrom('a', 'b', 'B', 'ä', 'xsd', 'soapenv', 'wsu', 'wsse', '#default', 'unbound', 'SOAP-ENV'), {
    maxLength: 4,
  }),
)

const signature = fc.oneof(
  { weight: 12, arbitrary: fc.constant({ key: 'senderP256' as const, uri: uri.ecdsaSha256 }) },
  { weight: 4, arbitrary: fc.constant({ key: 'senderP256' as const, uri: uri.ecdsaSha384 }) },
  { weight: 1, arbitrary: fc.constant({ key: 'senderP384' as const, uri: uri.ecdsaSha384 }) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(uri.rsaSha1, uri.rsaSha256, uri.rsaSha384, uri.rsaSha512)
      .map((name) => ({ key: 'sender' as const, uri: name })),
  },
)

export const shape: fc.Arbitrary<Shape> = fc.record({
  prefixes: fc.record({
    soap: fc.constantFrom('soapenv', 'SOAP-ENV', 'S', ''),
    wsse: fc.constantFrom('wsse', 'b', ''),
    wsu: fc.constantFrom('wsu', 'a', ''),
    ds: fc.constantFrom('ds', 'b', ''),
  }),
  rootDeclare: declare,
  securityDeclare: declare,
  signatureDeclare: declare,
  bodyDeclare: declare,
  order: fc.shuffledSubarray(['token', 'timestamp', 'signature'] as const, { minLength: 3 }),
  bodyFirst: fc.boolean(),
  idForm: fc.constantFrom('wsu:Id', 'wsu:Id', 'Id', 'ID', 'id'),
  quote,
  short: fc.boolean(),
  late: fc.boolean(),
  gap: fc.constantFrom('', '', '\n', '\r\n  ', '<!-- c -->'),
  mustUnderstand: fc.constantFrom(null, '0', '1', 'true'),
  prefixLists: fc.tuple(prefixList, prefixList, prefixList),
  listGap: fc.constantFrom(' ', '  ', '\n', '\t'),
  enveloped: fc.boolean(),
  digests: fc.array(fc.constantFrom(uri.sha1, uri.sha256, uri.sha256, uri.sha384, uri.sha512), {
    minLength: 3,
    maxLength: 3,
  }),
  signature,
  block: fc.option(fc.record({ markup: element, isSigned: fc.boolean() }), { freq: 2 }),
  payload: element,
  declaration: fc.constantFrom(
    '',
    '',
    '<?xml version="1.0"?>',
    "<?xml version='1.0' encoding='UTF-8' standalone='no'?>\r\n",
  ),
})
