import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { canonicalString, canonicalize, readXml, type XmlElement } from '../../src/xml/index.js'
import { libxml2Canonical } from '../support/libxml2.js'

const read = (xml: string): XmlElement => readXml(Buffer.from(xml)).root

function byId(element: XmlElement, id: string): XmlElement | null {
  if (element.attribute('', 'Id') === id) return element
  for (const child of element.elements()) {
    const found = byId(child, id)
    if (found) return found
  }
  return null
}

function bothWays(xml: string, prefixes: string[] = []): [string, string] {
  return [canonicalString(byId(read(xml), 'it')!, prefixes), libxml2Canonical(xml, '//*[@Id="it"]', prefixes)]
}

describe('exclusive canonical form', () => {
  test('attributes are ordered by namespace name and local name, declarations by prefix', () => {
    const xml = '<a Id="it" xmlns:z="u:1" xmlns:b="u:2" b:y="1" z:x="2" d="3" c="4"/>'
    expect(canonicalString(read(xml))).toBe('<a xmlns:b="u:2" xmlns:z="u:1" Id="it" c="4" d="3" z:x="2" b:y="1"></a>')
  })

  test('only visibly used namespaces are written, inclusive prefixes wherever they are in scope', () => {
    const xml = '<r xmlns="urn:d" xmlns:p="u:p" xmlns:q="u:q"><p:a Id="it"><b xmlns=""/></p:a></r>'
    expect(bothWays(xml)[0]).toBe('<p:a xmlns:p="u:p" Id="it"><b></b></p:a>')
    expect(bothWays(xml, ['q'])[0]).toBe('<p:a xmlns:p="u:p" xmlns:q="u:q" Id="it"><b></b></p:a>')
    expect(bothWays(xml, ['#default'])[0]).toBe('<p:a xmlns="urn:d" xmlns:p="u:p" Id="it"><b xmlns=""></b></p:a>')
  })

  test('prefixes sort by code point, so SOAP-ENV stands before asi', () => {
    const xml = '<r xmlns:asi="urn:a" xmlns:SOAP-ENV="urn:s"><x Id="it"/></r>'
    expect(bothWays(xml, ['asi', 'SOAP-ENV'])[0]).toBe('<x xmlns:SOAP-ENV="urn:s" xmlns:asi="urn:a" Id="it"></x>')
  })

  test('special characters are written as Canonical XML wants them', () => {
    const xml = '<a Id="it" b="&lt;&gt;&quot;&apos;&amp;&#9;&#10;&#13;">&lt;&gt;"\'&amp;&#13;\t\n\u0085\u2028</a>'
    const [ours, theirs] = bothWays(xml)
    expect(ours).toBe('<a Id="it" b="&lt;>&quot;\'&amp;&#x9;&#xA;&#xD;">&lt;&gt;"\'&amp;&#xD;\t\n\u0085\u2028</a>')
    expect(ours).toBe(theirs)
  })

  test('a long base64 text canonicalises like any other text, whatever its line ends', () => {
    for (const lineEnd of ['', '\n', '\r\n', '\r']) {
      const text = Array.from({ length: 800 }, () => 'QUJD'.repeat(19)).join(lineEnd)
      const [ours, theirs] = bothWays(`<r><a Id="it">${text}</a></r>`)
      expect(ours === theirs).toBe(true)
    }
  })

  test('the parts that reach a digest are the canonical form, in order', () => {
    const base64 = Buffer.alloc(20_000).toString('base64')
    const root = read(`<a><b>${base64}</b><c>ä</c></a>`)
    const parts: Buffer[] = []
    canonicalize(root, [], (part) => parts.push(Buffer.from(part as string)))
    expect(Buffer.concat(parts).toString()).toBe(`<a><b>${base64}</b><c>ä</c></a>`)
  })
})

describe('against libxml2', () => {
  const prefix = fc.constantFrom('', 'a', 'B', 'ä', 'SOAP-ENV', 'soapenv')
  const uri = fc.constantFrom('urn:one', 'urn:two', 'http://x/?a=1', 'urn:%C3%B6')
  const text = fc.constantFrom(
    '',
    'x',
    ' ',
    '\n',
    '\r\n',
    '&amp;',
    '&#13;',
    '&lt;',
    '&gt;',
    '\u{1F600}',
    '\u0085',
    '<![CDATA[<&>]]>',
    '<!-- c -->',
    'é',
  )
  const value = fc.constantFrom('', 'x', '&quot;', '&#10;', '\t', '&amp;', '\u{1F600}', "'")
  const tree = fc.letrec((tie) => ({
    node: fc.record({
      prefix,
      local: fc.constantFrom('x', 'Y', 'z-1', '\u{10400}'),
      declare: fc.array(fc.tuple(prefix, uri), { maxLength: 4 }),
      attributes: fc.array(fc.tuple(prefix, fc.constantFrom('p', 'Q', 'r', '\u{10400}', '\ufb00'), value), {
        maxLength: 4,
      }),
      content: fc.array(fc.oneof({ maxDepth: 4, withCrossShrink: true }, text, tie('node')), { maxLength: 4 }),
    }),
  })).node as fc.Arbitrary<Node>
  interface Node {
    prefix: string
    local: string
    declare: [string, string][]
    attributes: [string, string, string][]
    content: (string | Node)[]
  }

  function write(node: Node, scope: Map<string, string>, mark: { at: number }): string {
    const inner = new Map([...scope, ...node.declare])
    const own = [...new Map(node.declare)].map(([p, u]) => (p === '' ? ` xmlns="${u}"` : ` xmlns:${p}="${u}"`)).join('')
    const seen = new Set<string>()
    const attributes = node.attributes
      .filter(([p]) => p === '' || inner.has(p))
      .filter(([p, l]) => {
        const key = `${p === '' ? '' : inner.get(p)!}|${l}`
        return !seen.has(key) && seen.add(key)
      })
      .map(([p, l, v]) => ` ${p === '' ? l : `${p}:${l}`}="${v}"`)
      .join('')
    const name = node.prefix === '' || !inner.has(node.prefix) ? node.local : `${node.prefix}:${node.local}`
    const id = mark.at-- === 0 ? ' Id="it"' : ''
    const content = node.content.map((c) => (typeof c === 'string' ? c : write(c, inner, mark))).join('')
    return `<${name}${own}${id}${attributes}>${content}</${name}>`
  }

  test('generated documents have the same canonical bytes', () => {
    fc.assert(
      fc.property(
        tree,
        fc.nat(3),
        fc.uniqueArray(fc.constantFrom('a', 'B', 'SOAP-ENV', '#default', 'unbound')),
        (node, at, prefixes) => {
          const xml = write(node, new Map(), { at })
          fc.pre(xml.includes('Id="it"'))
          const [ours, theirs] = bothWays(xml, prefixes)
          expect(ours).toBe(theirs)
        },
      ),
      { numRuns: 2000 },
    )
  })
})

test('carriage returns at the border of two pieces of a long base64 text are read as line ends, each once', () => {
  for (const lineEnd of ['\r\r\n', '\r\n\r\n', '\r\r', '\r']) {
    for (let shift = 0; shift < 4; shift++) {
      const text = `${'A'.repeat(16 * 1024 - 2 + shift)}${lineEnd}${'B'.repeat(9000)}`
      const [ours, theirs] = bothWays(`<r><a Id="it">${text}</a></r>`)
      expect(ours === theirs).toBe(true)
    }
  }
})
