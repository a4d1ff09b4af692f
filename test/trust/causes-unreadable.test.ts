import { expect, test } from '@jest/globals'
import { causeOfUnreadable, readEnvelope } from '../../src/trust/index.js'
import type { Cause } from '../../src/trust/errors.js'
import { getStatus, unsigned } from '../support/requests.js'

const request = unsigned(getStatus({ authorityId: 'a_ws', serviceId: 'Päätökset' }))
const declared = (encoding: string): string => `<?xml version="1.0" encoding="${encoding}"?>${request}`
const MARK = Buffer.from([0xef, 0xbb, 0xbf])
const bytes = (...parts: (string | Buffer)[]): Buffer => Buffer.concat(parts.map((part) => Buffer.from(part as string)))

function causeOf(raw: Buffer): Cause | null | 'read' {
  try {
    readEnvelope(raw)
    return 'read'
  } catch (error) {
    return causeOfUnreadable(raw, error)
  }
}

const boundary = '--uuid:1\r\nContent-Type: application/xop+xml\r\n\r\n'
const cases: Record<string, [Cause['id'], object, Buffer]> = {
  'two byte order marks': ['byte-order-mark', { count: 2 }, bytes(MARK, MARK, request)],
  'UTF-16 without a byte order mark': [
    'charset-mismatch',
    { is: 'UTF-16LE without a byte order mark' },
    Buffer.from(declared('UTF-16'), 'utf16le'),
  ],
  'ISO-8859-1 called UTF-8': [
    'charset-mismatch',
    { declared: 'UTF-8', is: 'ISO-8859-1 or Windows-1252' },
    Buffer.from(declared('UTF-8'), 'latin1'),
  ],
  'a character set that nobody knows': [
    'charset-mismatch',
    { declared: 'x-oma', is: 'UTF-8' },
    bytes(declared('x-oma')),
  ],
  'the end cut off': [
    'truncated',
    { endsInTag: true },
    bytes(request.slice(0, -200).replace(/<[^<]*$/, '<soapenv:Bo')),
  ],
  'white space in front of the XML declaration': [
    'leading-white-space',
    { characters: 2 },
    bytes('\r\n', declared('UTF-8')),
  ],
  'a multipart message': ['multipart', {}, bytes(boundary, request, '\r\n--uuid:1--')],
  'HTTP headers': ['http-headers', {}, bytes('POST /ws HTTP/1.1\r\nHost: x\r\n\r\n', request)],
  'a multipart message with its headers': [
    'multipart',
    {},
    bytes('Content-Type: multipart/related; boundary=1\r\n\r\n', boundary, request),
  ],
  'a page of HTML': ['html-page', {}, bytes('<!DOCTYPE html><html><body>502 Bad Gateway</body></html>')],
  'nothing but spaces': ['empty', { bytes: 3 }, bytes(' \r\n')],
}

test.each(Object.entries(cases))('%s', (_name, [id, facts, raw]) => {
  expect(causeOf(raw)).toMatchObject({ id, facts })
})

test.each([
  ['an end tag that is another', request.replace('</soapenv:Body>', '</soapenv:Bodi>')],
  ['a DOCTYPE', `<!DOCTYPE x>${request}`],
  ['something else than SOAP', '<a/>'],
])('%s has no cause beside its code', (_name, xml) => {
  expect(causeOf(bytes(xml))).toBeNull()
})

test('one byte order mark is read', () => {
  expect(causeOf(bytes(MARK, request))).toBe('read')
})

test('whatever was thrown, an explanation throws nothing', () => {
  expect(causeOfUnreadable(Buffer.from([0xff, 0, 1]), undefined)).toBeNull()
  expect(causeOfUnreadable(Buffer.alloc(0), new Error('x'))).toMatchObject({ id: 'empty' })
})
