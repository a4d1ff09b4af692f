import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Cause } from '../../src/trust/errors.js'
import { resign } from '../support/corpus/resign.js'
import { diagnose, formatted, minified, requestOf, stacks } from '../support/diagnosis.js'
import { sharedIdentity, type Identity } from '../support/keys.js'

let key: Identity
beforeAll(async () => void (key = await sharedIdentity('causes')))

/** Bodies that somebody changes after signing. `prepare` is signed, `change` is what happens to it afterwards. */
interface Damage {
  readonly prepare?: (xml: string) => string
  readonly change: (xml: string) => string
}

const inBody = (xml: string, change: (body: string) => string): string =>
  xml.replace(/<([\w-]+):Body[\s>][^]*<\/\1:Body>/, (body) => change(body))
const title = (xml: string, change: (text: string) => string): string =>
  xml.replace(/(Nimeke>)([^<]*)/, (_whole, tag: string, text: string) => tag + change(text))
/** White space within the Body only, as a proxy leaves that reads headers itself. */
const bodyOf = (from: string, to: string): string =>
  inBody(to, () => /<([\w-]+):Body[\s>][^]*<\/\1:Body>/.exec(from)![0])
const encoded = (xml: string): string => xml.replace(/[^\0-\x7f]/gu, (c) => `&amp;#${c.codePointAt(0)!};`)

const cases: Record<string, [Cause['id'], Damage]> = {
  'pretty-printed on the way': ['reindented-after-signing', { change: (xml) => bodyOf(formatted(xml), xml) }],
  'pretty-printed with tabs and CRLF on the way': [
    'reindented-after-signing',
    { change: (xml) => bodyOf(formatted(xml, { indent: '\t', end: '\r\n' }), xml) },
  ],
  'signed with two spaces and minified on the way': [
    'reindented-after-signing',
    { prepare: (xml) => formatted(xml), change: (xml) => inBody(xml, minified) },
  ],
  'signed with four spaces and indented by tabs on the way': [
    'reindented-after-signing',
    {
      prepare: (xml) => formatted(xml, { indent: '    ' }),
      change: (xml) => bodyOf(formatted(xml, { indent: '\t' }), xml),
    },
  ],
  'signed on lines without indentation and minified on the way': [
    'reindented-after-signing',
    { prepare: (xml) => formatted(xml, { indent: '' }), change: (xml) => inBody(xml, minified) },
  ],
  'a payload signed with spaces within a Body without, minified on the way': [
    'reindented-after-signing',
    {
      prepare: (xml) =>
        inBody(xml, (body) =>
          body.replace(
            /^(<[^>]*>)([^]*)(<\/[^>]*>)$/,
            (_w, open: string, inner: string, close: string) => open + formatted(inner.trim()) + close,
          ),
        ),
      change: (xml) => inBody(xml, minified),
    },
  ],
  'CR signed and sent unescaped, so that a reader sees LF': [
    'line-endings-changed',
    {
      prepare: (xml) => inBody(xml, (body) => title(body, () => 'eka&#13;\ntoka&#13;\nkolmas')),
      change: (xml) => xml.replaceAll('&#13;\n', '\n').replaceAll('&#xD;\n', '\n'),
    },
  ],
  'LF signed and sent as escaped CRLF': [
    'line-endings-changed',
    {
      prepare: (xml) => inBody(xml, (body) => title(body, () => 'eka\ntoka\nkolmas')),
      change: (xml) => inBody(xml, (body) => title(body, (text) => text.replaceAll('\n', '&#13;\n'))),
    },
  ],
  'base64 folded on the way': [
    'line-endings-changed',
    {
      change: (xml) =>
        inBody(xml, (body) => body.replace(/[A-Za-z0-9+/=]{100,}/, (text) => text.replace(/.{76}/g, '$&\n'))),
    },
  ],
  'a byte order mark in front of a text on the way': [
    'byte-order-mark',
    { change: (xml) => inBody(xml, (body) => title(body, (text) => `\ufeff${text}`)) },
  ],
  'a byte order mark in front of a text lost on the way': [
    'byte-order-mark',
    {
      prepare: (xml) => inBody(xml, (body) => title(body, (text) => `\ufeff${text}`)),
      change: (xml) => xml.replace('\ufeff', ''),
    },
  ],
  'texts trimmed before signing and not on the way': [
    'text-encoding-changed',
    { change: (xml) => inBody(xml, (body) => title(body, (text) => ` ${text} `)) },
  ],
  'letters with combining marks on the way': [
    'text-encoding-changed',
    { change: (xml) => inBody(xml, (body) => body.normalize('NFD')) },
  ],
  'letters composed on the way': [
    'text-encoding-changed',
    { prepare: (xml) => inBody(xml, (body) => body.normalize('NFD')), change: (xml) => xml.normalize('NFC') },
  ],
  'references escaped a second time on the way': [
    'text-encoding-changed',
    { change: (xml) => inBody(xml, (body) => title(body, encoded)) },
  ],
  'UTF-8 read as ISO-8859-1 on the way': [
    'text-encoding-changed',
    { change: (xml) => inBody(xml, (body) => Buffer.from(body).toString('latin1')) },
  ],
  'UTF-8 read as ISO-8859-1 before signing, and repaired on the way': [
    'text-encoding-changed',
    {
      prepare: (xml) => inBody(xml, (body) => Buffer.from(body).toString('latin1')),
      change: (xml) => inBody(xml, (body) => Buffer.from(body, 'latin1').toString()),
    },
  ],
  'xmlns="" lost on the way': [
    'namespace-declaration-moved',
    {
      prepare: (xml) => inBody(xml, (body) => body.replace(/<(Kysely|Viranomainen)>/g, '<$1 xmlns="">')),
      change: (xml) => xml.replaceAll(' xmlns=""', ''),
    },
  ],
}

/** Digest and value made anew after `prepare`, so that the request is honestly signed. */
const signedAs = (xml: string, { prepare }: Damage): string => (prepare ? resign(prepare(xml), { key }) : xml)

describe.each(stacks)('%s in %s', (client, layout) => {
  test.each(Object.entries(cases))('%s', async (_name, [id, damage]) => {
    const plain = requestOf(client, layout, key).replace(/&#x([0-9A-F]{2,});/g, (whole, hex: string) =>
      parseInt(hex, 16) > 127 ? String.fromCodePoint(parseInt(hex, 16)) : whole,
    )
    const xml = resign(
      title(plain, () => 'Päätös äö'),
      { key },
    )
    const signed = signedAs(xml, damage)
    const arrived = damage.change(signed)
    // A client that does not write the thing at all (prefixes on everything) cannot have it damaged.
    if (arrived === signed || signed === (damage.prepare ? xml : '')) return

    const honest = await diagnose(signed, { registered: [key] })
    const { code, cause } = await diagnose(arrived, { registered: [key] })

    expect(honest.code).toBe('verified')
    expect({ code, id: cause?.id, certainty: cause?.certainty, parts: cause?.parts }).toEqual({
      code: 'BODY_CHANGED',
      id,
      certainty: 'proven',
      parts: ['Body'],
    })
  })
})
