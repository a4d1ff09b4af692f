import { CODINGS } from './request.mjs'

/** Changes to what stands around the content: each gives another request. */
const SERVICE = '/Asiointitili/ViranomaispalvelutWSInterface'
const METHODS = ['GET', 'PUT', 'HEAD', 'OPTIONS', 'DELETE', 'PATCH', 'post', 'M-SEARCH', 'CONNECT', 'X', '']
const PATHS = [
  SERVICE,
  `${SERVICE}NonSigned`,
  '/InternalServices/Viestinvalitys/ViranomaispalvelutWSInterfaceNonSigned',
  `${SERVICE}?wsdl`,
  `${SERVICE}?xsd=x`,
  `${SERVICE}?xsd=../../package.json`,
  `${SERVICE}/`,
  `/${SERVICE}`,
  `${SERVICE}%00`,
  `${SERVICE};a=b`,
  `${SERVICE}?${'a='.repeat(3_000)}`,
  '/health/live',
  '/health/ready',
  '/metrics',
  '/',
  '*',
  '/%',
  '/../../etc/passwd',
  'http://other.example/x',
  '',
]
const TYPES = [
  'text/xml; charset=utf-8',
  'text/xml;charset="ISO-8859-1"',
  'text/xml; charset=utf-16',
  'text/xml; charset=windows-1252',
  'text/xml; charset=x; charset=utf-8',
  'text/xml; charset=',
  'application/soap+xml; action="x"',
  'multipart/related; boundary=x; type="application/xop+xml"',
  'application/json',
  'x',
  '',
]
const HEADERS = [
  ['SOAPAction', '"http://www.suomi.fi/asiointitili/Viranomaispalvelut/HaeTilaTieto"'],
  ['SOAPAction', `"${'x'.repeat(4_000)}"`],
  ['SOAPAction', '\u00e4\u00ff\t'],
  ['Content-Length', '5'],
  ['Content-Length', '-1'],
  ['Content-Length', '99999999999999999999'],
  ['Content-Length', '0x10'],
  ['Content-Encoding', 'gzip'],
  ['Content-Encoding', 'br'],
  ['Content-Encoding', 'identity'],
  ['Content-Encoding', 'gzip, gzip'],
  ['Content-Encoding', 'DEFLATE '],
  ['Transfer-Encoding', 'gzip, chunked'],
  ['Transfer-Encoding', 'identity'],
  ['Expect', '100-continue'],
  ['Expect', '200-ok'],
  ['Host', 'other.example'],
  ['Host', ''],
  ['X-Forwarded-For', '1.2.3.4, ::1%eth0, x'],
  ['X-Forwarded-Host', '<script>'],
  ['Upgrade', 'websocket'],
  ['Connection', 'keep-alive, upgrade'],
  ['Connection', 'close'],
  ['Content-Type', 'text/xml'],
  ['Accept-Encoding', 'gzip'],
  ['Range', 'bytes=0-1'],
  ['If-None-Match', '*'],
  ['Cookie', 'a='.repeat(2_000)],
  ['X', 'x'.repeat(20_000)],
  ['__proto__', 'x'],
  ['constructor', 'x'],
  ['\u00e4', 'x'],
  ['A B', 'x'],
]

const without = (headers, name) => headers.filter(([other]) => other.toLowerCase() !== name)
const encodingOf = {
  gzip: 'gzip',
  twice: 'gzip',
  torn: 'gzip',
  doubled: 'gzip',
  bomb: 'gzip',
  deflate: 'deflate',
  raw: 'deflate',
}

const MUTATORS = [
  [1, (request, random) => ({ ...request, method: random.pick(METHODS) })],
  [2, (request, random) => ({ ...request, path: random.pick(PATHS) })],
  [
    1,
    (request, random) => ({ ...request, version: random.pick(['HTTP/1.0', 'HTTP/1.1', 'HTTP/2.0', 'HTTP/9.9', '']) }),
  ],
  [3, (request, random) => ({ ...request, framing: random.pick(['length', 'chunked', 'none', 'both']) })],
  [1, (request, random) => ({ ...request, lengthOff: random.pick([-1, 1, -100, 100, 10 ** 9]) })],
  [2, (request, random) => ({ ...request, cutAt: random.below(2 ** 31) })],
  [
    2,
    (request, random) => ({
      ...request,
      flips: [...request.flips.slice(-3), [random.below(2 ** 31), random.below(256)]],
    }),
  ],
  [
    1,
    (request, random) => ({ ...request, flips: [...request.flips.slice(-3), [random.below(400), random.below(256)]] }),
  ],
  [3, withHeader],
  [3, withType],
  [5, withCoding],
  [1, (request, random) => ({ ...request, headers: request.headers.filter(() => random.chance(70)) })],
]

function withHeader(request, random) {
  const added = random.pick(HEADERS)
  const headers = random.chance(50) ? without(request.headers, added[0].toLowerCase()) : request.headers
  return { ...request, headers: [...headers, added] }
}

function withType(request, random) {
  const headers = without(request.headers, 'content-type')
  return { ...request, headers: [...headers, ['Content-Type', random.pick(TYPES)]] }
}

/** Compressed, and mostly said to be so. */
function withCoding(request, random) {
  const coding = random.pick(CODINGS)
  const headers = without(request.headers, 'content-encoding')
  const said = random.chance(85) ? encodingOf[coding] : random.pick(['gzip', 'deflate', 'br'])
  return { ...request, coding, headers: said === undefined ? headers : [...headers, ['Content-Encoding', said]] }
}

export function mutateRequest(request, random) {
  let changed = request
  for (let i = random.small(4); i > 0; i--) changed = random.weighted(MUTATORS)(changed, random)
  return { ...changed, isPlain: false }
}
