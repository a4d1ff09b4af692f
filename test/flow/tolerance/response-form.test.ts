import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { XmlDocument, XsdValidator } from 'libxml2-wasm'
import { sandboxFiles } from '../../../src/sandbox/index.js'
import { attribute, descendants, withDocument } from '../../support/clients/dom.js'
import { checkSignedAnswer, DUPLICATE_SENTENCE, readByPrefixedPath } from '../../support/clients/index.js'
import { startGateway, testDataDir, type TestGateway } from '../../support/gateway.js'
import {
  addItems,
  ask,
  askSigned,
  customer,
  file,
  getStatus,
  item,
  newPerson,
  newReference,
  newSender,
  NS,
  party,
  payload,
  queryCustomers,
  sendMessage,
  stored,
  type Reply,
  type Sender,
} from '../../support/requests.js'

let gateway: TestGateway
let sender: Sender
let person: string

beforeAll(async () => {
  gateway = await startGateway({ env: { ASTI_NON_SIGNED: 'anyone' } })
  sender = await newSender(gateway)
  person = await newPerson(gateway)
})
afterAll(() => gateway.close())

const nobody = { authorityId: 'tuntematon_ws', serviceId: 'tuntematon_ws_1' }
const requests = {
  LahetaViesti: (from = sender as typeof nobody) => sendMessage(from, item(person)),
  HaeAsiakkaita: (from = sender as typeof nobody) => queryCustomers(from, person),
  LisaaKohteita: (from = sender as typeof nobody) => addItems(from, item(person)),
  HaeTilaTieto: (from = sender as typeof nobody) => getStatus(from),
}
const operations = Object.keys(requests) as (keyof typeof requests)[]

describe('R1', () => {
  test.each([
    ['an accepted', 202, () => sender],
    ['a refused', 403, () => nobody],
  ])('R1: %s LahetaViesti answer is soap around elements without a prefix', async (_kind, code, from) => {
    const answer = await ask(gateway, requests.LahetaViesti(from()))
    expect(answer.body.toString().replace(/^<\?xml[^>]*\?>/, '')).toMatch(
      new RegExp(
        `^<soap:Envelope xmlns:soap="${NS.soap}"><soap:Body><LahetaViestiResponse xmlns="${NS.asi}"><LahetaViestiResult><TilaKoodi><TilaKoodi>${code}</TilaKoodi>`,
      ),
    )
    expect(readByPrefixedPath('LahetaViesti', answer.body).code).toBe(code)
  })

  test.each(['HaeAsiakkaita', 'LisaaKohteita', 'HaeTilaTieto'] as const)(
    'R1: answers to %s are soapenv around asi, accepted and refused',
    async (operation) => {
      for (const from of [sender, nobody]) {
        const text = (await ask(gateway, requests[operation](from))).body.toString()
        expect(text).toMatch(/<soapenv:Envelope [^>]*><soapenv:Body><asi:/)
        expect(text).toContain(`<asi:${operation}Response`)
        expect(text).not.toMatch(/<\/?(soap:|[A-ZÄÖ])/)
      }
      const found = await ask(gateway, requests.HaeAsiakkaita())
      expect(readByPrefixedPath('HaeAsiakkaita', found.body).items).toMatchObject([{ recipientId: person, state: 300 }])
    },
  )
})

test.each(operations)(
  'R2: the answer to %s is one element in Body, without white space between tags',
  async (operation) => {
    const { body } = await ask(gateway, requests[operation]())
    expect(body.subarray(0, 5).toString()).toBe('<?xml')
    expect(body.toString()).not.toMatch(/>\s+<|<!--|<!DOCTYPE|<\?(?!xml )/)
    expect(body.toString().match(/encoding="([^"]*)"/)?.[1]).toBe('UTF-8')
  },
)

describe('R3', () => {
  const without = (from: typeof nobody, exchangeId: string | undefined) =>
    payload('HaeTilaTieto', `${party(from, { SanomaTunniste: exchangeId })}<Kysely/>`)

  test.each([
    ['missing', undefined],
    ['empty', ''],
    ['blank', ' \n '],
  ])('R3: a %s SanomaTunniste is answered with a made one', async (_kind, exchangeId) => {
    for (const from of [sender, nobody])
      expect((await ask(gateway, without(from, exchangeId))).exchangeId).toMatch(/^[0-9a-f-]{36}$/)
  })

  test.each([
    ['accepted', () => sender],
    ['refused', () => nobody],
  ])('R3: the log of an %s request keeps the made SanomaTunniste that was answered', async (_kind, from) => {
    const { exchangeId, traceId } = await ask(gateway, without(from(), undefined))
    expect((await gateway.submission(traceId))?.exchangeId).toBe(exchangeId)
  })
})

test('R4: every business answer is HTTP 200 with text/xml;charset=utf-8 and its length, on both paths', async () => {
  const replies: Reply[] = []
  for (const operation of operations) {
    for (const from of [sender, nobody]) replies.push(await ask(gateway, requests[operation](from)))
    replies.push(await askSigned(gateway, sender, requests[operation]()))
    replies.push(await askSigned(gateway, sender, requests[operation](), { tamperBody: true }))
  }
  expect(new Set(replies.map(({ code }) => code))).toEqual(new Set([0, 202, 403, 406]))
  for (const { status, headers, body } of replies) {
    expect(status).toBe(200)
    expect(headers).toMatchObject({ 'content-type': 'text/xml;charset=utf-8', 'content-length': String(body.length) })
  }
})

describe('R5', () => {
  const attributes = (answer: Reply) =>
    withDocument(answer.body, (root) =>
      descendants(root)
        .filter(({ name }) => name === 'Asiakas')
        .map((element) => [attribute(element, 'AsiakasTunnus'), attribute(element, 'TunnusTyyppi')]),
    )
  const texts = (answer: Reply, name: string) =>
    withDocument(answer.body, (root) =>
      descendants(root)
        .filter((element) => element.name === name)
        .map(({ content }) => content),
    )

  test.each([
    ['in small letters', (id: string) => id.toLowerCase()],
    ['with white space around it', (id: string) => ` ${id}\t`],
    ['with characters that need escaping', () => `<"&'>\n`],
    ['with letters beyond ASCII', () => 'äÖ€\u{1f600}'],
  ])('R5: a customer id %s comes back byte for byte', async (_kind, change) => {
    const id = change(person)
    for (const request of [queryCustomers(sender, id), addItems(sender, item(customer(id)))])
      expect(attributes(await ask(gateway, request))).toEqual([[id, 'SSN']])
  })

  test('R5: an id in another spelling still finds its account', async () => {
    const request = queryCustomers(sender, person.toLowerCase(), ` ${person} `)
    expect((await ask(gateway, request)).itemCodes).toEqual([300, 300])
  })

  test.each(['ssn', ' CRN ', 'Y&amp;T'])('R5: TunnusTyyppi "%s" comes back as written', async (idType) => {
    const answer = await ask(gateway, addItems(sender, item(customer(person, '', idType))))
    expect(attributes(answer)).toEqual([[person, idType.replace('&amp;', '&')]])
  })

  test.each(['LP-1|0a/b c', ' reunat \n', 'Å&ä<"\'>ö', 'emoji \u{1f600}'])(
    'R5: ViranomaisTunniste %j comes back byte for byte',
    async (written) => {
      const reference = `${written}${newReference()}${written}`
      const escaped = reference.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
      const answer = await ask(gateway, addItems(sender, item(person, { ViranomaisTunniste: escaped })))
      expect(texts(answer, 'ViranomaisTunniste')).toEqual([reference])
    },
  )

  test.each([
    ['with white space and quotes', ' väli &amp; "lainaus" '],
    ['of 3000 characters', 'x'.repeat(3000)],
  ])('R5: a SanomaTunniste %s comes back whole', async (_kind, written) => {
    const inner = `${party(sender, { SanomaTunniste: written })}<Kysely/>`
    const answer = await ask(gateway, payload('HaeTilaTieto', inner))
    expect(texts(answer, 'SanomaTunniste')).toEqual([written.replace('&amp;', '&')])
  })
})

test('R6: one answer per requested customer in the order asked, repeated ones too', async () => {
  const [passive, none] = [await newPerson(gateway, 'passive'), await newPerson(gateway, 'none')]
  const ids = [person, none, person, passive, none, person]
  const found = await ask(gateway, queryCustomers(sender, ...ids))
  expect(found.items?.map(({ recipientId }) => recipientId)).toEqual(ids)
  expect(found.itemCodes).toEqual([300, 310, 300, 300, 310, 300])

  const item2 = item(ids.map((id) => customer(id)).join(''), { ViranomaisTunniste: newReference() })
  const added = await ask(gateway, addItems(sender, item2))
  expect(added.items?.map(({ recipientId }) => recipientId)).toEqual(ids)
  expect(added.itemCodes).toEqual([200, 524, 520, 524, 524, 520])
  expect(await stored(gateway, added)).toHaveLength(1)
})

describe('R7', () => {
  test('R7: the text of a duplicate begins with the fixed sentence and ends with the trace id', async () => {
    const request = sendMessage(sender, item(person, { ViranomaisTunniste: newReference() }))
    expect((await ask(gateway, request)).code).toBe(202)
    const { code, text, traceId } = await ask(gateway, request)
    expect(code).toBe(525)
    expect(text!.slice(0, DUPLICATE_SENTENCE.length)).toBe(DUPLICATE_SENTENCE)
    expect(text).toMatch(new RegExp(` Trace ID: ${traceId}$`))
    expect(await gateway.submission(traceId)).toMatchObject({ outcome: 'refused', statusCode: 525, messageCount: 0 })
  })

  test('R7: only duplicates begin with that sentence, and every LahetaViesti text ends with its own trace id', async () => {
    const nowhere = await newPerson(gateway, 'none')
    const answers = [
      await ask(gateway, sendMessage(sender, item(person))),
      await ask(gateway, sendMessage(nobody, item(person))),
      await ask(gateway, sendMessage(sender, item(nowhere))),
      await ask(gateway, sendMessage(sender, item(person, { Tiedostot: file({ TiedostoSisalto: '*' }) }))),
      await ask(gateway, sendMessage(sender, '')),
    ]
    expect(answers.map(({ code }) => code)).toEqual([202, 403, 461, 525, 400])
    for (const { text, traceId } of answers) {
      expect(text!.startsWith(DUPLICATE_SENTENCE)).toBe(false)
      expect(text!.split('Trace ID: ')[1]).toBe(traceId)
    }
  })
})

test.each(operations)(
  'R8: the signed answer to %s has one Signature, no Timestamp and no mustUnderstand',
  async (name) => {
    const serverCertificate = readFileSync(sandboxFiles(testDataDir).signingCertificateFile, 'utf8')
    for (const variant of [{}, { tamperBody: true } as const]) {
      const { body } = await askSigned(gateway, sender, requests[name](), variant)
      expect(body.toString()).not.toContain('mustUnderstand')
      checkSignedAnswer(body, serverCertificate)
    }
  },
)

describe('R9', () => {
  const schema = XmlDocument.fromBuffer(readFileSync('xsd/Viranomaispalvelut.xsd'))
  const validator = XsdValidator.fromDoc(schema)
  const validate = ({ body }: Reply) => {
    const inside = /<soap(?:env)?:Body[^>]*>(.*)<\/soap(?:env)?:Body>/s.exec(body.toString())![1]!
    withDocument(inside, (_root, document) => validator.validate(document))
  }
  afterAll(() => {
    validator.dispose()
    schema.dispose()
  })

  test.each(operations)('R9: accepted and refused answers to %s validate against the schema', async (name) => {
    for (const from of [sender, nobody]) validate(await ask(gateway, requests[name](from)))
  })

  test('R9: an answer with several items and mixed codes validates', async () => {
    const two = customer(person) + customer(await newPerson(gateway, 'none'))
    const answer = await ask(gateway, addItems(sender, item(two, xmlReference()), item(two)))
    validate(answer)
  })
  const xmlReference = () => ({ ViranomaisTunniste: newReference() })
})
