import { describe, expect, test } from '@jest/globals'
import { makeIdentity, sharedIdentity } from '../keys.js'
import { goldenAnswer, signedGoldenAnswer } from './golden.js'
import { checkSignedAnswer, checkWireRules, clientNamed, clients, DUPLICATE_SENTENCE } from './index.js'
import {
  readByNamespace,
  readByPrefixedPath,
  readThreeChildren,
  Unreadable,
  type Answer,
  type Operation,
} from './index.js'

const DONE: Answer = { code: 202, text: 'Asia tallennettuna. Trace ID: abc-1', exchangeId: 'vaihto-1' }
const recipient = { recipientId: '010190-900R', idType: 'SSN' } as const
const FOUND: Answer = { code: 0, text: 'Onnistui', exchangeId: 'v', items: [{ ...recipient, state: 300, passive: 0 }] }
const ADDED: Answer = {
  code: 0,
  text: 'New messages created',
  exchangeId: 'v',
  items: [{ ...recipient, state: 200, reference: 'viite-1' }],
}
const ANSWERS: Record<Operation, Answer> = {
  LahetaViesti: DONE,
  HaeAsiakkaita: FOUND,
  LisaaKohteita: ADDED,
  HaeTilaTieto: { code: 0, text: 'OK', exchangeId: 'v' },
}
const sent = (operation: Operation) => ({ operation, exchangeId: 'v', reference: 'viite-1', recipients: [recipient] })
const wire = (body: Buffer) => ({
  status: 200,
  headers: { 'content-type': 'text/xml;charset=utf-8', 'content-length': String(body.length) },
  body,
})
const changed = (body: Buffer, from: string | RegExp, to: string): Buffer => {
  const text = body.toString().replace(from, to)
  expect(text).not.toBe(body.toString())
  return Buffer.from(text)
}

test.each(clients.flatMap((client) => client.operations.map((operation) => ({ client, operation }))))(
  '$client.name reads a golden answer to $operation as success',
  ({ client, operation }) => {
    const answer = client.readAnswer(operation, goldenAnswer(operation, ANSWERS[operation]))
    expect(client.judge(operation, answer, sent(operation))).toBe('success')
  },
)

test.each(Object.keys(ANSWERS) as Operation[])('a golden answer to %s keeps the wire rules', (operation) => {
  const { items, exchangeId } = ANSWERS[operation]
  checkWireRules(operation, wire(goldenAnswer(operation, ANSWERS[operation])), {
    exchangeId: exchangeId!,
    ...(items && { recipients: [recipient], reference: 'viite-1' }),
  })
})

test.each<[string, (text: string) => string]>([
  ['another envelope prefix', (text) => text.replace(/soap(?=[:=])/g, 'env')],
  ['a payload prefix', (text) => text.replace(/<(\/?)(?=[LTS])/g, '<$1asi:').replace('xmlns=', 'xmlns:asi=')],
  ['a fourth child', (text) => text.replace('<SanomaTunniste>', '<Lisa>x</Lisa><SanomaTunniste>')],
  ['a missing exchange id', (text) => text.replace(/<SanomaTunniste>.*<\/SanomaTunniste>/, '')],
  ['a blank text', (text) => text.replace(/<TilaKoodiKuvaus>[^<]*/, '<TilaKoodiKuvaus> ')],
  ['a code outside the list', (text) => text.replace('>202<', '>461<')],
])('lupapiste does not understand an answer with %s', (_what, change) => {
  const good = goldenAnswer('LahetaViesti', DONE)
  expect(readByPrefixedPath('LahetaViesti', good)).toMatchObject({ code: 202, exchangeId: 'vaihto-1' })
  const changedAnswer = Buffer.from(change(good.toString()))
  expect(changedAnswer.equals(good)).toBe(false)
  expect(() => readByPrefixedPath('LahetaViesti', changedAnswer)).toThrow(Unreadable)
})

test('lupapiste needs exactly one Asiakas, and looks at neither code nor wsu:Id', () => {
  const body = goldenAnswer('HaeAsiakkaita', FOUND)
  expect(readByPrefixedPath('HaeAsiakkaita', body)).toMatchObject({ code: null, items: [{ state: 300, passive: 0 }] })
  const two = goldenAnswer('HaeAsiakkaita', { ...FOUND, items: [...FOUND.items!, ...FOUND.items!] })
  expect(() => readByPrefixedPath('HaeAsiakkaita', two)).toThrow(Unreadable)
  expect(() => readByPrefixedPath('HaeAsiakkaita', changed(body, /asi/g, 'a'))).toThrow(Unreadable)
})

test('a namespace-aware client does not care about prefixes and finds the trace id', () => {
  const body = changed(goldenAnswer('LahetaViesti', DONE), /soap(?=[:=])/g, 'env')
  expect(readByNamespace('LahetaViesti', body)).toMatchObject({ code: 202, exchangeId: 'vaihto-1', traceId: 'abc-1' })
})

test('etp needs all three values of the status block', () => {
  const body = goldenAnswer('LahetaViesti', DONE)
  expect(readThreeChildren('LahetaViesti', body).code).toBe(202)
  const empty = changed(body, />vaihto-1</, '><')
  expect(() => readThreeChildren('LahetaViesti', empty)).toThrow('SanomaTunniste is empty')
  expect(() => readThreeChildren('LahetaViesti', changed(body, '>202<', '>ok<'))).toThrow('not an integer')
})

test('a duplicate is done for evaka and an error for etp', () => {
  const body = goldenAnswer('LahetaViesti', { ...DONE, code: 525, text: `${DUPLICATE_SENTENCE} (viite)` })
  const verdict = (name: string) => {
    const client = clientNamed(name)
    return client.judge('LahetaViesti', client.readAnswer('LahetaViesti', body), sent('LahetaViesti'))
  }
  expect([verdict('evaka'), verdict('etp')]).toEqual(['already-done', 'failure'])
})

test('a SOAP Fault stops every reader', () => {
  const fault = '<soap:Fault><faultcode>soap:Client</faultcode><faultstring>x</faultstring></soap:Fault>'
  const body = changed(goldenAnswer('LahetaViesti', DONE), /<LahetaViestiResponse.*Response>/, fault)
  for (const read of [readByNamespace, readByPrefixedPath, readThreeChildren])
    expect(() => read('LahetaViesti', body)).toThrow(Unreadable)
})

describe('the wire rules', () => {
  const good = goldenAnswer('LisaaKohteita', ADDED)
  test.each<[string, string | RegExp, string]>([
    ['R1', /soapenv(?=[:=])/g, 'soap'],
    ['R2', '<asi:LisaaKohteitaResult>', '<asi:LisaaKohteitaResult><!-- x -->'],
    ['R2', '<soapenv:Envelope', '\ufeff<soapenv:Envelope'],
    ['R3', '<asi:TilaKoodi>0<', '<asi:TilaKoodi>525<'],
    [
      'R9',
      /(<asi:AsiointitiliTunniste>.*<\/asi:AsiointitiliTunniste>)(<asi:KohteenTila>200<\/asi:KohteenTila>)/,
      '$2$1',
    ],
  ])('%s is noticed when %s is broken', (rule, from, to) => {
    expect(() => checkWireRules('LisaaKohteita', wire(changed(good, from, to)))).toThrow(rule)
  })

  test('R4, R5 and R6 are noticed when they are broken', () => {
    expect(() => checkWireRules('LisaaKohteita', { ...wire(good), status: 500 })).toThrow('R4')
    expect(() => checkWireRules('LisaaKohteita', { ...wire(good), headers: {} })).toThrow('R4')
    expect(() => checkWireRules('LisaaKohteita', wire(good), { exchangeId: 'w' })).toThrow('R5')
    const others = [{ ...recipient, recipientId: '010190-900r' }]
    expect(() => checkWireRules('LisaaKohteita', wire(good), { recipients: others })).toThrow('R5, R6')
  })
})

describe('the signed answer that eveli wants', () => {
  test.each(['sha1', 'sha256'] as const)('is accepted with %s', async (hash) => {
    const server = await sharedIdentity('gateway.example.fi')
    const body = signedGoldenAnswer('LisaaKohteita', ADDED, server, hash)
    expect(checkSignedAnswer(body, server.certificatePem)).toMatchObject({ hash, signedParts: ['Body'] })
    const { certificatePem: serverCertificatePem } = server
    expect(clientNamed('eveli').readAnswer('LisaaKohteita', body, { serverCertificatePem }).code).toBe(0)
  })

  test('is refused from another key, changed, unsigned, with a Timestamp, mustUnderstand or a plain Id', async () => {
    const server = await sharedIdentity('gateway.example.fi')
    const refused = (body: Buffer, why: string) =>
      expect(() => checkSignedAnswer(body, server.certificatePem)).toThrow(why)
    const answer = (variant: Parameters<typeof signedGoldenAnswer>[4] = {}) =>
      signedGoldenAnswer('LisaaKohteita', ADDED, server, 'sha256', variant)
    const stranger = await makeIdentity({ commonName: 'gateway.example.fi', issuer: server })
    refused(signedGoldenAnswer('LisaaKohteita', ADDED, stranger), 'another certificate')
    refused(changed(answer(), '>200<', '>202<'), 'digest of Body')
    refused(goldenAnswer('LisaaKohteita', ADDED), 'no WS-Security header')
    refused(answer({ mustUnderstand: true }), 'mustUnderstand')
    refused(answer({ idForm: 'Id' }), 'wsu:Id')
    refused(answer({ order: ['signature', 'token'] }), 'R5205')
    refused(
      answer({ order: ['token', 'signature', 'timestamp'], references: ['Body', 'Timestamp'] }),
      'a Timestamp beside the Signature',
    )
    refused(changed(answer(), 'EncodingType=', 'Kind='), 'EncodingType')
  })
})
