import { element } from './envelope.mjs'
import { fill, operation } from './documents.mjs'

const WORDS = 'Hyvä vastaanottaja, päätös on tehty - hör av er. '
const LINE = `${'A'.repeat(76)}\r\n`
const range = (count, make) => Array.from({ length: count }, (_, i) => make(i)).join('')
const attributes = (count) => range(count, (i) => ` a${i}="1"`)
const prefixed = (count, name = 'n') => range(count, (i) => ` xmlns:${name}${i}="urn:${name}${i}"`)
const doubling = (first, count) => Array.from({ length: count }, (_, i) => first * 2 ** i)
const text = (content) => operation(element('KuvausTeksti', content))
const KB = 1000

/** One letter of a LisaaKohteita, with a text of 2 KB: a document that grows in everything at once. */
const letter = element(
  'Kohde',
  element('Asiakas', '', ' AsiakasTunnus="010190-900P" TunnusTyyppi="SSN"') +
    ['ViranomaisTunniste', 'VahvistusVaatimus', 'Nimeke', 'LahetysPvm'].map((name) => element(name, '1')).join('') +
    element('KuvausTeksti', fill(WORDS, 2_000)),
)

/**
 * What a document can have more and more of, each up to just below the first limit that it meets.
 * @property unit   what the cost is told per
 * @property steps  how many of them
 * @property make   how many → [payload, options of the signer]
 */
export const shapes = [
  {
    name: 'document size (items of LisaaKohteita)',
    unit: 'item',
    steps: doubling(560, 5),
    make: (n) => [operation(element('Kysely', element('Kohteet', letter.repeat(n))), { name: 'LisaaKohteita' })],
  },
  { name: 'text', unit: 'KB', steps: doubling(1_280, 5), make: (n) => [text(fill(WORDS, n * KB))] },
  {
    name: 'text of lines that end in CRLF',
    unit: 'KB',
    steps: doubling(1_280, 5),
    make: (n) => [text(fill(`${WORDS}\r\n`, n * KB))],
  },
  { name: 'base64', unit: 'KB', steps: doubling(1_280, 5), make: (n) => [text(fill('AAAA', n * KB))] },
  {
    name: 'base64 in lines that end in CRLF',
    unit: 'KB',
    steps: doubling(1_280, 5),
    make: (n) => [text(fill(LINE, n * KB))],
  },
  {
    name: 'base64 in pieces of 9 KB',
    unit: 'piece',
    steps: doubling(140, 5),
    make: (n) => [operation(`<a>${fill('AAAA', 9 * KB)}</a>`.repeat(n))],
  },
  { name: 'elements', unit: 'element', steps: doubling(6_000, 5), make: (n) => [operation('<a/>'.repeat(n))] },
  {
    name: 'elements with an id',
    unit: 'element',
    steps: doubling(6_000, 5),
    make: (n) => [operation(range(n, (i) => `<a Id="i${i}"/>`))],
  },
  {
    name: 'elements with text',
    unit: 'element',
    steps: doubling(6_000, 5),
    make: (n) => [operation('<a>text &lt;</a>'.repeat(n))],
  },
  {
    name: 'attributes, 50 on each element',
    unit: 'attribute',
    steps: doubling(6_000, 5),
    make: (n) => [operation(`<a${attributes(50)}/>`.repeat(n / 50))],
  },
  {
    name: 'attributes of each of 1,000 elements',
    unit: 'attribute of each',
    steps: [4, 8, 16, 32, 62],
    make: (n) => [operation(`<a${attributes(n)}/>`.repeat(1_000))],
  },
  {
    name: 'namespaces, 50 on each element',
    unit: 'declaration',
    steps: doubling(6_000, 5),
    make: (n) => [operation(`<a${prefixed(50)}/>`.repeat(n / 50))],
  },
  {
    name: 'namespaces used, on each of 1,000 elements',
    unit: 'declaration of each',
    steps: [4, 8, 16, 31],
    make: (n) => [operation(`<a${prefixed(n)}${range(n, (i) => ` n${i}:b="1"`)}/>`.repeat(1_000))],
  },
  {
    name: 'namespaces in scope of 20,000 elements',
    unit: 'declaration',
    steps: [7, 14, 28, 56, 112],
    make: (n) => [
      operation(
        `<a${prefixed(Math.min(n, 56))}><b${prefixed(Math.max(0, n - 56), 'm')}>${(n === 0 ? '<c/>' : '<n0:c/>').repeat(20_000)}</b></a>`,
      ),
    ],
  },
  {
    name: 'depth of 1,000 towers',
    unit: 'storey',
    steps: [7, 14, 28, 56],
    make: (n) => [operation(`${'<a>'.repeat(n)}${'</a>'.repeat(n)}`.repeat(1_000))],
  },
  {
    name: 'depth of 1,000 towers, a namespace used on each storey',
    unit: 'storey',
    steps: [7, 14, 28, 56],
    make: (n) => [
      operation(
        `${range(n, (i) => `<n${i}:a xmlns:n${i}="urn:n${i}">`)}${range(n, (i) => `</n${n - 1 - i}:a>`)}`.repeat(1_000),
      ),
    ],
  },
  {
    name: 'references (parts of 20 KB)',
    unit: 'reference',
    steps: [1, 2, 4, 8],
    make: (n) => [operation(''), { blocks: Array(n).fill(fill(WORDS, 20_000)) }],
  },
  {
    name: 'PrefixList over 20,000 elements that declare',
    unit: 'prefix',
    steps: [4, 8, 16, 32, 60],
    make: (n) => [
      operation('<a xmlns:z="urn:z"/>'.repeat(20_000)),
      { prefixes: Array.from({ length: n }, (_, i) => `p${i}`), bodyNamespaces: prefixed(n, 'p') },
    ],
  },
  {
    name: 'character references',
    unit: 'reference',
    steps: doubling(12_000, 5),
    make: (n) => [text('&#228;'.repeat(n))],
  },
  {
    name: 'character references written back',
    unit: 'reference',
    steps: doubling(12_000, 5),
    make: (n) => [text('&#13;'.repeat(n))],
  },
  {
    name: 'CDATA sections',
    unit: 'section',
    steps: doubling(600, 5),
    make: (n) => [text('<![CDATA[<a>]]>'.repeat(n))],
  },
  {
    name: 'CDATA sections of 1 KB',
    unit: 'section',
    steps: doubling(600, 5),
    make: (n) => [text(`<![CDATA[${fill('<a> ', 1_000)}]]>`.repeat(n))],
  },
  {
    name: 'comments in a text of 1 KB each',
    unit: 'comment',
    steps: doubling(60, 5),
    make: (n) => [text(`<!-- a -->${fill(WORDS, 1_000)}`.repeat(n))],
  },
]
