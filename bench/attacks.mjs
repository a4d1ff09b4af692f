import { gzipSync } from 'node:zlib'
import { fill, forge, operation, randomValue } from './documents.mjs'
import { requestMaker } from './request.mjs'

const MOST_BYTES = 20 * 1024 * 1024
/** What the elements around an attack's content take of each bound. */
const AROUND = 100
const WORDS = 'Hyvä vastaanottaja, päätös on tehty - hör av er. '
const range = (count, make) => Array.from({ length: count }, (_, i) => make(i)).join('')
const attributes = (count, make = (i) => ` a${i}="1"`) => range(count, make)
const declarations = (count, from = 0) => range(count, (i) => ` xmlns:n${from + i}="urn:n${from + i}"`)
const nested = (depth, inside, attributesOf = () => '') =>
  `${range(depth, (i) => `<a${attributesOf(i)}>`)}${inside}${'</a>'.repeat(depth)}`
/** Room for so much more in a request of the greatest size. */
const REST = MOST_BYTES - 16 * 1024

/** Declarations that are in scope of what stands inside, nearly as many as may be; `n0` is found last. */
const inScope = (inside) => nested(2, inside, (i) => declarations(60, i * 60))

const everyBound = inScope(range(49_000, (i) => `<n0:a n0:b="&#228;&#228;" Id="${i}">&#228;</n0:a>`))

/** What only structure makes expensive: within every bound, and refused for its made-up signature. */
const withinBounds = [
  ['990 comments', () => range(990, () => `<!--${fill(WORDS, 200)}-->`)],
  ['9,900 CDATA sections', () => '<![CDATA[<a>]]>'.repeat(9_900)],
  ['199,000 character references', () => '&#228;'.repeat(199_000)],
  ['99,000 elements', () => '<a/>'.repeat(100_000 - AROUND)],
  ['99,000 elements, 56 deep', () => nested(56, '').repeat(Math.floor((100_000 - AROUND) / 56))],
  ['99,000 elements under 120 namespaces', () => inScope('<n0:a/>'.repeat(100_000 - AROUND))],
  ['99,000 attributes, 60 on each element', () => `<a${attributes(60)}/>`.repeat(1_655)],
  [
    '99,000 attributes under 120 namespaces',
    () => inScope(`<a${attributes(60, (i) => ` n0:a${i}="1"`)}/>`.repeat(1_655)),
  ],
  ['99,000 namespaces, 60 on each element', () => `<a${declarations(60)}/>`.repeat(1_655)],
  ['10,000 ids', () => range(10_000, (i) => `<a Id="i${i}"/>`)],
  ['every bound at once', () => everyBound],
  ['every bound at once, in 20 MB', () => everyBound + fill(WORDS, REST - Buffer.byteLength(everyBound))],
  ['20 MB of text', () => fill(WORDS, REST)],
  ['20 MB of carriage returns', () => fill('\r-', REST)],
].map(([name, content]) => ({ name, code: 'SIGNATURE_INVALID', make: (id) => forge(id, operation(content())) }))

/** Refused by a bound or by the structure, wherever in the request that is. */
const outOfBounds = [
  ['30,000 comments', 'XML_TOO_COMPLEX', () => operation('<!---->'.repeat(30_000))],
  ['100,000 CDATA sections', 'XML_TOO_COMPLEX', () => operation('<![CDATA[]]>'.repeat(100_000))],
  ['1,000,000 character references', 'XML_TOO_COMPLEX', () => operation('&#228;'.repeat(1_000_000))],
  ['1,000,000 elements', 'XML_TOO_COMPLEX', () => operation('<a/>'.repeat(1_000_000))],
  ['100,000 deep', 'XML_TOO_COMPLEX', () => operation(nested(100_000, ''))],
  ['100,000 attributes on one element', 'XML_TOO_COMPLEX', () => operation(`<a${attributes(100_000)}/>`)],
  ['100,000 namespaces on one element', 'XML_TOO_COMPLEX', () => operation(`<a${declarations(100_000)}/>`)],
  [
    '100,000 namespaces, nested',
    'XML_TOO_COMPLEX',
    () => operation(nested(2_000, '', (i) => declarations(50, i * 50))),
  ],
  [
    '20 MB that end too soon',
    'XML_MALFORMED',
    () => operation(`${fill('<a>\n-</a>', 400_000)}${fill(WORDS, REST - 400_000)}&`),
  ],
  ['10,000 ids, two alike', 'SIGNATURE_POLICY', () => operation(range(10_000, (i) => `<a Id="i${i % 9_999}"/>`))],
].map(([name, code, payload]) => ({ name, code, make: (id) => forge(id, payload()) }))

const references = (count, make = () => ({})) => Array.from({ length: count }, (_, i) => ({ id: `r${i}`, ...make(i) }))
const listed = Array.from({ length: 64 }, (_, i) => `n${i}`)

/** What the header itself holds. */
const headers = [
  {
    name: '800 References',
    code: 'SIGNATURE_POLICY',
    make: (id) => forge(id, operation(''), { references: references(800) }),
  },
  {
    name: '8 References to nothing, 99,000 attributes',
    code: 'SIGNATURE_POLICY',
    make: (id) => forge(id, operation('<a Id2="x"/>'.repeat(98_000)), { references: references(8) }),
  },
  {
    name: '64 prefixes in each PrefixList, 1,600 × 60 namespaces',
    code: 'SIGNATURE_INVALID',
    make: (id) =>
      forge(id, operation(`<a${declarations(60)}/>`.repeat(1_600)), { prefixes: listed, referencePrefixes: listed }),
  },
  {
    name: 'SignedInfo of 20 MB of ">"',
    code: 'SIGNATURE_POLICY',
    make: (id) => forge(id, operation(''), { text: fill('>', REST) }),
  },
  {
    name: 'SignedInfo of 20 MB of text',
    code: 'SIGNATURE_POLICY',
    make: (id) => forge(id, operation(''), { text: fill(WORDS, REST) }),
  },
  { name: 'signature value made up', code: 'SIGNATURE_INVALID', make: (id) => forge(id, operation('')) },
  {
    name: 'signature value of 64 KiB',
    code: 'SIGNATURE_INVALID',
    make: (id) => forge(id, operation(''), { value: randomValue(48 * 1024) }),
  },
  {
    name: 'signature value of 14 MB',
    code: 'SIGNATURE_POLICY',
    make: (id) => forge(id, operation(''), { value: randomValue(10 * 1024 * 1024) }),
  },
  {
    name: 'certificate that nobody registered',
    code: 'CERTIFICATE_UNTRUSTED',
    make: (id) => forge({ certificate: id.otherCertificate }, operation('')),
  },
  {
    name: 'certificate of 48 KiB of nothing',
    code: 'CERTIFICATE_UNTRUSTED',
    make: (id) => forge(id, operation(''), { token: randomValue(48 * 1024) }),
  },
  {
    name: 'certificate of 14 MB of nothing',
    code: 'CERTIFICATE_UNREADABLE',
    make: (id) => forge(id, operation(''), { token: randomValue(10 * 1024 * 1024) }),
  },
  {
    name: 'certificate twice in base64, of white space',
    code: 'CERTIFICATE_UNREADABLE',
    make: (id) => forge(id, operation(''), { token: Buffer.from(`MII${' '.repeat(150_000)}!`).toString('base64') }),
  },
  {
    name: 'SanomaTunniste of 14 MB',
    code: 'SIGNATURE_INVALID',
    make: (id) => forge(id, operation('', { exchangeId: fill('a-', 14_000_000) })),
  },
]

/** The value of a request that somebody has seen, over a SignedInfo of his own. */
const withValueSeen = [
  ['', '', {}],
  [', SignedInfo of 16 KB of spaces', '', { text: `${' '.repeat(16_000)}x` }],
  [
    ', 99,000 namespaces',
    range(8, (i) => `<a Id="r${i}"/>`) + `<a${declarations(60)}/>`.repeat(1_650),
    { prefixes: listed, referencePrefixes: listed, references: references(8, () => ({ prefixes: listed })) },
  ],
].map(([name, content, options]) => ({
  name: `signature value of another request${name}`,
  code: 'SIGNATURE_INVALID',
  make: (id) => forge(id, operation(content), { ...options, value: valueSeen(id) }),
}))

const valueSeen = (identity) => /SignatureValue>([^<]+)</.exec(requestMaker(identity, 5_300)().toString('latin1'))[1]

const SOAP = 'xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"'
const unsigned = (content, declaration = '') =>
  Buffer.from(
    `${declaration}<soapenv:Envelope ${SOAP}><soapenv:Body>${operation(content)}</soapenv:Body></soapenv:Envelope>`,
  )

/** No signature at all. */
const bare = [
  { name: '20 MB of text, unsigned', make: () => unsigned(fill(WORDS, REST)) },
  {
    name: '99,000 elements 56 deep, unsigned',
    make: () => unsigned(nested(56, '').repeat(Math.floor((100_000 - AROUND) / 56))),
  },
  {
    name: '20 MB of Windows-1252, unsigned',
    make: () =>
      Buffer.from(
        unsigned('\u0080'.repeat(REST), '<?xml version="1.0" encoding="windows-1252"?>').toString('utf8'),
        'latin1',
      ),
  },
  {
    name: '20 MB of UTF-16, unsigned',
    make: () => Buffer.from(`\ufeff${unsigned('\u20ac'.repeat(REST / 2)).toString('utf8')}`, 'utf16le'),
  },
  {
    name: 'XML declaration of 20 MB',
    code: 'XML_MALFORMED',
    make: () => unsigned('', `<?xml version="1.0"${' '.repeat(REST)}!?>`),
  },
].map((attack) => ({ code: 'SIGNATURE_MISSING', ...attack }))

/** Few bytes on the way; as large as is named here only behind the gateway's door. */
const compressed = [
  { name: 'gzip bomb of 20 MB', code: 'SIGNATURE_MISSING', make: () => unsigned(fill('a-', REST)) },
  { name: 'gzip bomb of 200 MB', code: 'REQUEST_TOO_LARGE', make: () => unsigned(fill('a-', 200_000_000)) },
].map((attack) => ({ ...attack, packed: gzipSync }))

/** Needs a request that was signed with a registered key, so that its sender has a name: told apart. */
const authenticated = [
  ['14 MB, last character changed', 14_000_000],
  ['60 KB, last character changed', 60_000],
].map(([name, bytes]) => ({ name, code: 'BODY_CHANGED', authenticated: true, make: (id) => changed(id, bytes) }))

function changed(identity, bytes) {
  const request = requestMaker(identity, bytes)()
  const at = request.indexOf('</asi:TiedostoSisalto>') - 8
  request[at] = request[at] === 0x41 ? 0x42 : 0x41
  return request
}

/**
 * Requests that must be refused, each with the code it has to meet.
 * @property make   identity → the bytes
 * @property packed  how they are sent over a socket, when not as they are
 */
export const attacks = [
  ...outOfBounds,
  ...withinBounds,
  ...headers,
  ...withValueSeen,
  ...bare,
  ...compressed,
  ...authenticated,
]
