import { beforeAll, describe, expect, test } from '@jest/globals'
import { createHash } from 'node:crypto'
import { XmlC14NMode, type XmlNode } from 'libxml2-wasm'
import type { Cause } from '../../src/trust/errors.js'
import { resign } from '../support/corpus/resign.js'
import { descendants, withDocument, type XmlElement } from '../support/clients/dom.js'
import { diagnose } from '../support/diagnosis.js'
import { sharedIdentity, type Identity } from '../support/keys.js'
import { item, NS, plainStyle, sendMessage, signed } from '../support/requests.js'

let key: Identity
beforeAll(async () => void (key = await sharedIdentity('causes')))

const content = sendMessage(
  { authorityId: 'a_ws', serviceId: 'a_ws_1' },
  item('<Asiakas AsiakasTunnus="1"/>', { Nimeke: 'Päätös <!-- huomautus -->"nyt" &gt; ennen', KuvausTeksti: '' }),
)
const root = ` xmlns:soapenv="${NS.soap}" xmlns:xsi="${NS.xsi}" xmlns:muu="urn:muu"`

/** A request whose references have these PrefixLists. */
const request = (lists: Partial<Record<'signedInfo' | 'Body' | 'Timestamp', string>> = {}, payload = content): string =>
  signed(payload, key, {
    style: plainStyle({ prefixLists: { signedInfo: null, Body: null, Timestamp: null, ...lists } }),
    envelope: { rootAttributes: root },
  })

const elementIn = (document: XmlElement, name: string): XmlElement =>
  [document, ...descendants(document)].find((element) => element.name === name)!

type Mode = (typeof XmlC14NMode)[keyof typeof XmlC14NMode]

/** Octets that libxml2 makes of one element, in any mode. */
const octets = (xml: string, name: string, mode: Mode, more: object = {}): Buffer =>
  withDocument(xml, (document) => {
    const pieces: Buffer[] = []
    const handler = {
      write: (piece: Uint8Array) => (pieces.push(Buffer.from(piece)), piece.byteLength),
      close: () => true,
    }
    const element = elementIn(document, name)
    element.doc.canonicalize(handler, { mode, nodeSet: new Set<XmlNode>([element]), ...more })
    return Buffer.concat(pieces)
  })
const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('base64')

/** The same request, its Body's digest taken over other octets; Timestamp is the first reference. */
const digesting = (xml: string, digest: string): string =>
  resign(xml, { key, writeDigest: (base64, index) => (index === 1 ? digest : base64) })

const found = async (xml: string): Promise<Partial<Cause> & { code: string }> => {
  const { code, cause } = await diagnose(xml, { registered: [key] })
  return { code, ...cause }
}

const { XML_C14N_1_0: INCLUSIVE, XML_C14N_EXCLUSIVE_1_0: EXCLUSIVE } = XmlC14NMode
const bodyText = (xml: string): string => /<soapenv:Body[^]*<\/soapenv:Body>/.exec(xml)![0]

describe('another canonicalisation than SignedInfo says', () => {
  const cases: Record<string, [done: string, (xml: string) => string]> = {
    inclusive: ['inclusive', (xml) => sha256(octets(xml, 'Body', INCLUSIVE))],
    'exclusive with comments': [
      'exclusive with comments',
      (xml) => sha256(octets(xml, 'Body', EXCLUSIVE, { withComments: true })),
    ],
    'a prefix more than the PrefixList has': [
      'exclusive, other PrefixList',
      (xml) => sha256(octets(xml, 'Body', EXCLUSIVE, { inclusiveNamespacePrefixes: ['muu'] })),
    ],
    'none at all': ['none: signed as written', (xml) => sha256(bodyText(xml))],
    'empty elements left short': [
      'empty elements not expanded',
      (xml) =>
        sha256(
          octets(xml, 'Body', EXCLUSIVE)
            .toString()
            .replace(/<(\w+)([^<>]*)><\/\1>/g, '<$1$2/>'),
        ),
    ],
    '">" left as it is': [
      '">" not escaped',
      (xml) => sha256(octets(xml, 'Body', EXCLUSIVE).toString().replaceAll('&gt;', '>')),
    ],
    'an XML declaration in front': [
      'with an XML declaration',
      (xml) => sha256(`<?xml version="1.0" encoding="UTF-8"?>${octets(xml, 'Body', EXCLUSIVE).toString()}`),
    ],
  }
  test.each(Object.entries(cases))('%s', async (_name, [done, digest]) => {
    const xml = request()
    expect(await found(digesting(xml, digest(xml)))).toMatchObject({
      code: 'BODY_CHANGED',
      id: 'wrong-canonicalisation',
      certainty: 'proven',
      facts: { done },
      parts: ['Body'],
    })
  })

  test('a PrefixList that is written and not obeyed', async () => {
    const xml = request({ Body: 'xsi muu' })
    const cause = await found(digesting(xml, sha256(octets(xml, 'Body', EXCLUSIVE))))
    expect(cause).toMatchObject({
      id: 'wrong-canonicalisation',
      certainty: 'proven',
      facts: { done: 'exclusive, PrefixList not obeyed' },
    })
  })
})

describe('declarations that stood elsewhere', () => {
  const cases: Record<string, [(xml: string) => string, { Body: string; signedInfo?: string }, string]> = {
    'a declaration taken away from the Envelope': [
      (xml) => xml.replace(' xmlns:muu="urn:muu"', ''),
      { Body: 'xsi' },
      '',
    ],
    'a listed declaration taken away from the Envelope': [
      (xml) => xml.replace(`xmlns:xsi="${NS.xsi}" xmlns:muu`, 'xmlns:muu'),
      { Body: 'xsi' },
      'xsi',
    ],
    'a listed declaration put on the Envelope': [
      (xml) => xml.replace(root, `${root} xmlns:uusi="urn:uusi"`),
      { Body: 'uusi' },
      'uusi',
    ],
  }
  test.each(Object.entries(cases))('%s', async (_name, [change, lists, prefix]) => {
    const xml = request(lists)
    const changed = change(xml)
    expect(changed).not.toBe(xml)
    const cause = await found(changed)
    if (prefix === '') expect(cause.code).toBe('verified')
    else
      expect(cause).toMatchObject({
        code: 'BODY_CHANGED',
        id: expect.stringMatching(/namespace-declaration-moved|wrong-canonicalisation/),
        certainty: 'proven',
        parts: ['Body'],
      })
  })

  test('a declaration moved from the Envelope to the payload', async () => {
    const payload = content.replace(` xmlns:xsi="${NS.xsi}"`, '')
    const xml = request({ Body: 'xsi' }, payload)
    const moved = xml
      .replace(`xmlns:xsi="${NS.xsi}" xmlns:muu`, 'xmlns:muu')
      .replace('<LahetaViesti ', `<LahetaViesti xmlns:xsi="${NS.xsi}" `)
    expect(await found(moved)).toMatchObject({
      id: 'namespace-declaration-moved',
      certainty: 'proven',
      facts: { prefixes: ['xsi'], namespace: NS.xsi, signed: 'declared around the part' },
    })
  })

  test('of a client that obeys PrefixLists elsewhere, a new declaration on the Envelope is one that moved', async () => {
    const xml = request({ Body: 'uusi', signedInfo: 'soapenv' })
    expect(await found(xml.replace(root, `${root} xmlns:uusi="urn:uusi"`))).toMatchObject({
      id: 'namespace-declaration-moved',
      certainty: 'proven',
      facts: { prefixes: ['uusi'], arrived: 'declared around the part' },
    })
  })

  test('a declaration that SignedInfo lists, taken away from the Envelope', async () => {
    const xml = request({ signedInfo: 'muu' })
    expect(await found(xml.replace(' xmlns:muu="urn:muu"', ' xmlns:toinen="urn:muu"'))).toMatchObject({
      code: 'SIGNATURE_INVALID',
      id: 'namespace-declaration-moved',
      certainty: 'proven',
      parts: ['SignedInfo'],
    })
  })
})

describe('a digest of something else', () => {
  const whole = (xml: string, name: string): string => sha256(octets(xml, name, EXCLUSIVE))
  const cases: Record<string, [Cause['id'], object, (xml: string) => string]> = {
    'the payload instead of the Body': [
      'digest-of-other-part',
      { digestOf: 'the payload' },
      (xml) => whole(xml, 'LahetaViesti'),
    ],
    'the Timestamp': [
      'digest-of-other-part',
      { digestOf: 'Timestamp, of reference 1' },
      (xml) => whole(xml, 'Timestamp'),
    ],
    nothing: ['digest-of-other-part', { digestOf: 'nothing' }, () => sha256('')],
    'the envelope before its Signature was put in': [
      'digest-of-other-part',
      { digestOf: 'Envelope without Signature' },
      (xml) => whole(xml.replace(/<ds:Signature [^]*<\/ds:Signature>/, ''), 'Envelope'),
    ],
    'SHA-1 under the name of SHA-256': [
      'digest-mislabelled',
      { stated: 'sha256', used: 'sha1' },
      (xml) =>
        createHash('sha1')
          .update(octets(xml, 'Body', EXCLUSIVE))
          .digest('base64'),
    ],
    'hexadecimal instead of base64': [
      'digest-mislabelled',
      { writtenAs: 'hexadecimal' },
      (xml) =>
        createHash('sha256')
          .update(octets(xml, 'Body', EXCLUSIVE))
          .digest('hex'),
    ],
    'ISO-8859-1 octets': [
      'text-encoding-changed',
      { signed: 'ISO-8859-1 octets' },
      (xml) => sha256(Buffer.from(octets(xml, 'Body', EXCLUSIVE).toString(), 'latin1')),
    ],
  }
  test.each(Object.entries(cases))('%s', async (_name, [id, facts, digest]) => {
    const xml = request()
    expect(await found(digesting(xml, digest(xml)))).toMatchObject({
      code: 'BODY_CHANGED',
      id,
      certainty: 'proven',
      facts,
    })
  })

  test('digests of Body and Timestamp exchanged', async () => {
    const xml = request()
    const digests = [...xml.matchAll(/DigestValue>([^<]+)</g)].map(([, digest]) => digest!)
    const swapped = resign(xml, { key, writeDigest: (_base64, index) => digests[1 - index]! })
    expect(await found(swapped)).toMatchObject({
      id: 'digest-of-other-part',
      certainty: 'proven',
      parts: ['Timestamp', 'Body'],
    })
  })
})
