import { randomBytes } from 'node:crypto'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { decodeBase64 } from '../../src/contract/decode/base64.js'
import { readXml } from '../../src/xml/index.js'

const decode = (text: string): Buffer | null => decodeBase64(readXml(Buffer.from(`<a>${text}</a>`)).root)

test('any bytes come back, in one line or many, with any line end, long or short, in text, CDATA or both', () => {
  const separator = fc.constantFrom('', '\n', '\r\n', ' ', '<!-- x -->', '&#13;\n', ']]><![CDATA[')
  const size = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 20_000, max: 40_000 }))
  fc.assert(
    fc.property(size, fc.integer({ min: 60, max: 9000 }), separator, (length, width, between) => {
      const bytes = randomBytes(length)
      const text = (bytes.toString('base64').match(new RegExp(`.{1,${width}}`, 'g')) ?? []).join(between)
      const decoded = decode(between.includes('CDATA') ? `<![CDATA[${text}]]>` : text)
      expect(decoded?.equals(bytes)).toBe(true)
    }),
    { numRuns: 100, endOnFailure: true },
  )
})

const broken = [
  'ei*base64',
  'YWJ',
  'YWJj=',
  'YW==YW==',
  'YQ=a',
  '====',
  'YW-_',
  'YWJjä',
  'Y'.repeat(9001),
  `${'YWJj'.repeat(3000)}*`,
  `YQ==${'YWJj'.repeat(3000)}`,
]
test.each(broken.map((text) => [text.slice(0, 20), text]))('%s… is not base64', (_shown, text) => {
  expect(decode(text)).toBeNull()
})
