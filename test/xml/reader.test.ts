import { describe, expect, test } from '@jest/globals'
import { readXml, toUtf8, XmlError, LiftedText, defaultLimits } from '../../src/xml/index.js'

const read = (text: string) => readXml(toUtf8(Buffer.from(text)))
const codeOf = (raw: string | Buffer, limits = defaultLimits): string => {
  try {
    readXml(toUtf8(Buffer.from(raw as string)), limits)
    return 'read'
  } catch (error) {
    if (error instanceof XmlError) return error.code
    throw error
  }
}

describe('what is read', () => {
  test('prefixes, default namespaces and re-declarations resolve to namespace names', () => {
    const { root } = read('<a xmlns="u:1" xmlns:p="u:2"><p:b p:x="1" x="2"/><c xmlns=""/><p:d xmlns:p="u:3"/></a>')
    expect(root.elements().map((e) => [e.local, e.namespace])).toEqual([
      ['b', 'u:2'],
      ['c', ''],
      ['d', 'u:3'],
    ])
    expect(root.elements()[0]!.attribute('u:2', 'x')).toBe('1')
    expect(root.elements()[0]!.attribute('', 'x')).toBe('2')
  })

  test('references, CDATA, comments and line ends become plain text', () => {
    expect(read('<a>x&amp;y&#xE4;<![CDATA[<&]]>z<!-- - -->w\r\n&#13;</a>').root.text()).toBe('x&yä<&zw\n\r')
  })

  test('white space in an attribute value becomes a space unless it is written as a reference', () => {
    expect(read('<a b="1\t2\n3&#10;4&#9;5"/>').root.attribute('', 'b')).toBe('1 2 3\n4\t5')
  })

  test('a declaration, comments and white space may surround the element', () => {
    expect(
      read('<?xml version="1.0" encoding="UTF-8" standalone=\'no\'?>\n<!-- a --><b/> <!-- c -->\n').root.local,
    ).toBe('b')
  })

  test('a long base64 text stays a slice of the bytes, also inside CDATA and after a comment', () => {
    const base64 = Buffer.alloc(30_000, 7).toString('base64')
    const { root } = read(
      `<a><!-- >${base64}<x --><b>${base64}</b><c><![CDATA[>${base64}<]]></c><d>${base64}\r\n</d></a>`,
    )
    const [b, c, d] = root.elements()
    expect(b!.children[0]).toBeInstanceOf(LiftedText)
    expect(b!.text()).toBe(base64)
    expect(c!.text()).toBe(`>${base64}<`)
    expect(d!.text()).toBe(`${base64}\n`)
  })

  test('an error behind a long base64 text names the right line', () => {
    const base64 = Array.from({ length: 1000 }, () => 'A'.repeat(76)).join('\r\n')
    expect(() => read(`<a>\r\n<b>${base64}</b>\r\n<c></a>`)).toThrow(/line 1002, column 4/)
  })
})

describe('what is refused', () => {
  const cases: [string, string, string][] = [
    ['nothing', '', 'XML_MALFORMED'],
    ['text only', 'hello', 'XML_MALFORMED'],
    ['an element that is not closed', '<a><b></a>', 'XML_MALFORMED'],
    ['an end tag too many', '<a></a></a>', 'XML_MALFORMED'],
    ['two roots', '<a/><b/>', 'XML_MALFORMED'],
    ['text behind the root', '<a/>x', 'XML_MALFORMED'],
    ['an end tag that only starts with the name', '<a></ab>', 'XML_MALFORMED'],
    ['an attribute twice', '<a b="1" b="2"/>', 'XML_MALFORMED'],
    ['an attribute twice under two prefixes', '<a xmlns:p="urn:u" xmlns:q="urn:u" p:b="1" q:b="2"/>', 'XML_MALFORMED'],
    ['attributes without white space between', '<a b="1"c="2"/>', 'XML_MALFORMED'],
    ['an attribute without quotes', '<a b=1/>', 'XML_MALFORMED'],
    ['"<" in an attribute value', '<a b="<"/>', 'XML_MALFORMED'],
    ['an undefined entity', '<a>&nbsp;</a>', 'XML_MALFORMED'],
    ['an entity named like an object member', '<a>&constructor;</a>', 'XML_MALFORMED'],
    ['a bare ampersand', '<a>&</a>', 'XML_MALFORMED'],
    ['a reference to a forbidden character', '<a>&#1;</a>', 'XML_MALFORMED'],
    ['a forbidden character', '<a>\u0002</a>', 'XML_MALFORMED'],
    ['the mark of lifted text', '<a>\u0001</a>', 'XML_MALFORMED'],
    ['an undeclared prefix', '<p:a/>', 'XML_MALFORMED'],
    ['a prefix declared empty', '<a xmlns:p=""/>', 'XML_MALFORMED'],
    ['the prefix xmlns declared', '<a xmlns:xmlns="urn:u"/>', 'XML_MALFORMED'],
    ['the prefix xml bound elsewhere', '<a xmlns:xml="urn:u"/>', 'XML_MALFORMED'],
    ['two colons in a name', '<a:b:c xmlns:a="urn:u"/>', 'XML_MALFORMED'],
    ['"]]>" in text', '<a>]]></a>', 'XML_MALFORMED'],
    ['"--" in a comment', '<a><!-- -- --></a>', 'XML_MALFORMED'],
    ['XML 1.1', '<?xml version="1.1"?><a/>', 'XML_MALFORMED'],
    ['a declaration behind white space', ' <?xml version="1.0"?><a/>', 'XML_FORBIDDEN'],
    ['a processing instruction', '<a><?p d?></a>', 'XML_FORBIDDEN'],
    ['a processing instruction before the root', '<?p d?><a/>', 'XML_FORBIDDEN'],
    ['a DOCTYPE', '<!DOCTYPE a><a/>', 'XML_FORBIDDEN'],
    ['a quote in a namespace name', `<a xmlns='urn:u"x'/>`, 'XML_FORBIDDEN'],
    ['white space in a namespace name', '<a xmlns:p="urn:u x"/>', 'XML_FORBIDDEN'],
    ['a relative namespace name', '<a xmlns:p="relative"/>', 'XML_FORBIDDEN'],
    ['a namespace declaration look-alike', '<a xmlnsp="u"/>', 'XML_FORBIDDEN'],
    ['a prefixed namespace declaration look-alike', '<a xmlns:p="urn:u" p:xmlns="v"/>', 'XML_FORBIDDEN'],
    ['an unknown encoding', '<?xml version="1.0" encoding="EBCDIC"?><a/>', 'XML_ENCODING'],
  ]
  test.each(cases)('%s', (_name, text, code) => {
    expect(codeOf(text)).toBe(code)
  })

  test('bytes that are not UTF-8', () => {
    expect(codeOf(Buffer.from([0x3c, 0x61, 0x3e, 0xc3, 0x3c, 0x2f, 0x61, 0x3e]))).toBe('XML_ENCODING')
  })

  const bounds: [string, string][] = [
    ['depth', '<a>'.repeat(65) + '</a>'.repeat(65)],
    ['elements', `<a>${'<b/>'.repeat(100_000)}</a>`],
    ['attributes of one element', `<a ${Array.from({ length: 65 }, (_, i) => `b${i}=""`).join(' ')}/>`],
    ['comments', `<a>${'<!---->'.repeat(1001)}</a>`],
    ['CDATA sections', `<a>${'<![CDATA[]]>'.repeat(10_001)}</a>`],
    ['references', `<a b="&amp;">${'&#228;'.repeat(500_000)}</a>`],
    ['name length', `<${'a'.repeat(257)}/>`],
    ['attribute value length', `<a b="${'x'.repeat(16_385)}"/>`],
    ['namespaces in scope', nested(129, (i) => ` xmlns:p${i % 50}="u:${i}" xmlns:q${i}="urn:v"`)],
  ]
  test.each(bounds)('a document over the bound on %s', (_name, text) => {
    expect(codeOf(text)).toBe('XML_TOO_COMPLEX')
  })
})

function nested(count: number, attributes: (i: number) => string): string {
  let text = ''
  const depth = 60
  for (let i = 0; i < depth; i++)
    text += `<a${attributes(i * 3)}${attributes(i * 3 + 1).replaceAll('xmlns:', 'xmlns:z')}>`
  return count > depth ? text + '</a>'.repeat(depth) : text
}

describe('encodings', () => {
  const letter = '<a>äöå€</a>'
  test('UTF-8 with a byte order mark, and UTF-16 of both orders', () => {
    const little = Buffer.from(`\ufeff${letter}`, 'utf16le')
    expect(readXml(toUtf8(Buffer.from(`\ufeff${letter}`))).root.text()).toBe('äöå€')
    expect(readXml(toUtf8(little)).root.text()).toBe('äöå€')
    expect(readXml(toUtf8(Buffer.from(little).swap16())).root.text()).toBe('äöå€')
  })

  test('a declared ISO-8859-1 or Windows-1252, in the document or in the HTTP header', () => {
    const latin = Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>äöå</a>', 'latin1')
    expect(readXml(toUtf8(latin)).root.text()).toBe('äöå')
    expect(readXml(toUtf8(Buffer.from('<a>äöå</a>', 'latin1'), 'iso-8859-1')).root.text()).toBe('äöå')
    const windows = Buffer.from([...Buffer.from('<a>'), 0x80, ...Buffer.from('</a>')])
    expect(readXml(toUtf8(windows, 'windows-1252')).root.text()).toBe('€')
  })

  test('the declaration in the document outranks the HTTP header', () => {
    expect(
      readXml(toUtf8(Buffer.from('<?xml version="1.0" encoding="UTF-8"?><a>ä</a>'), 'iso-8859-1')).root.text(),
    ).toBe('ä')
  })
})
