import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { clientNamed, postAsClient, readByNamespace, type BuiltRequest, type Faults } from '../support/clients/index.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import { makeIdentity, sharedIdentity, type Identity } from '../support/keys.js'

const PATH = '/Asiointitili/ViranomaispalvelutWSInterface'
const ids = { authorityId: 'refused_ws', serviceId: 'refused_ws_1' }
const etp = clientNamed('etp')

let gateway: TestGateway
let identity: Identity

beforeAll(async () => {
  gateway = await startGateway({ env: { ASTI_MAX_REQUEST_BYTES: '1MiB', ASTI_MAX_BYTES_IN_FLIGHT: '64MiB' } })
  identity = await sharedIdentity('refused')
  await gateway.register({ ...ids, certificatePem: identity.certificatePem })
})
afterAll(() => gateway.close())

const post = async (body: string | Buffer, headers: Record<string, string> = { 'content-type': 'text/xml' }) => {
  const response = await fetch(`${gateway.origin}${PATH}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : new Uint8Array(body),
    headers,
  })
  return { status: response.status, text: await response.text(), traceId: response.headers.get('x-trace-id')! }
}

const envelope = (inner: string, ns = 'http://schemas.xmlsoap.org/soap/envelope/'): string =>
  `<e:Envelope xmlns:e="${ns}"><e:Body>${inner}</e:Body></e:Envelope>`
const operation = (name: string): string =>
  envelope(`<${name} xmlns="http://www.suomi.fi/asiointitili"><Viranomainen/></${name}>`)

test('a request that cannot be read says where it breaks, and why when its bytes show it', async () => {
  const broken = await post('\ufeff\ufeff' + operation('HaeTilaTieto'))
  const logged = await gateway.submission(broken.traceId)
  expect(logged?.notes).toMatchObject({ reason: expect.stringMatching(/line 1, column 1/) })
  expect(logged?.report).toMatchObject({
    checks: [{ check: 'reading', passed: false, facts: { code: logged?.code } }],
    cause: { id: 'byte-order-mark', certainty: 'proven' },
  })
})

/** What cannot be read as an operation is a Fault; each is a row of the log under the trace id that the answer tells. */
describe('a request that is no operation of this interface', () => {
  const cases: [string, string, string, string][] = [
    ['plain text', 'hello', 'Client', 'XML_MALFORMED'],
    ['XML that is not SOAP', '<a/>', 'Client', 'SOAP_INVALID'],
    ['XML cut off in the middle', envelope('<a>').slice(0, 90), 'Client', 'XML_MALFORMED'],
    ['a document type declaration', `<!DOCTYPE x>${envelope('<a/>')}`, 'Client', 'XML_FORBIDDEN'],
    ['SOAP 1.2', envelope('<a/>', 'http://www.w3.org/2003/05/soap-envelope'), 'VersionMismatch', 'SOAP_VERSION'],
    [
      'an unknown operation',
      envelope('<TuhoaKaikki xmlns="http://www.suomi.fi/asiointitili"/>'),
      'Client',
      'OPERATION_UNKNOWN',
    ],
    ['an operation of another namespace', envelope('<LahetaViesti xmlns="urn:other"/>'), 'Client', 'OPERATION_UNKNOWN'],
    ['an empty Body', envelope(''), 'Client', 'SOAP_BODY_EMPTY'],
    ['two operations in one Body', envelope('<a/><b/>'), 'Client', 'SOAP_INVALID'],
    ['nothing at all', '', 'Client', 'REQUEST_EMPTY'],
  ]
  test.each(cases)('%s', async (_name, body, faultCode, code) => {
    const answer = await post(body)
    expect(answer.status).toBe(500)
    expect(answer.text).toContain(`<faultcode>soap:${faultCode}</faultcode>`)
    const logged = await gateway.submission(answer.traceId)
    expect([logged?.outcome, logged?.code, logged?.statusCode]).toEqual(['refused', code, null])
    expect(answer.text).toContain(answer.traceId)
  })

  test('a content encoding that is not known', async () => {
    const answer = await post('abc', { 'content-encoding': 'br' })
    expect([answer.status, (await gateway.submission(answer.traceId))?.code]).toEqual([500, 'CONTENT_ENCODING'])
  })
})

test.each(['', ';;', 'text/xml; charset=', 'application/json', 'text/plain; charset=utf-8', 'multipart/related'])(
  'the Content-Type "%s" does not matter: the request is judged by its content',
  async (contentType) => {
    const answer = await post(operation('HaeTilaTieto'), { 'content-type': contentType })
    expect(answer.status).toBe(200)
    expect((await gateway.submission(answer.traceId))?.code).toBe('SIGNATURE_MISSING')
  },
)

describe('a signature that does not let a request in', () => {
  const built = (faults: Faults = {}, by: Identity = identity, party = ids): BuiltRequest =>
    etp.build(etp.example('LahetaViesti', party), {
      layout: 'wss4j',
      privateKeyPem: by.privateKeyPem,
      certificatePem: by.certificatePem,
      now: new Date(),
      ...faults,
    })

  const refused = async (request: BuiltRequest, statusCode: number, code: string): Promise<void> => {
    const before = await gateway.count('message')
    const response = await postAsClient(gateway.origin, request)
    const answer = readByNamespace('LahetaViesti', response.body)
    expect([response.status, answer.code, answer.exchangeId]).toEqual([200, statusCode, request.sent.exchangeId])
    const logged = await gateway.submission(/Trace ID: (\S+)$/.exec(answer.text!)![1]!)
    expect([logged?.outcome, logged?.code, logged?.statusCode]).toEqual(['refused', code, statusCode])
    expect(await gateway.count('message')).toBe(before)
  }
  const minutes = (count: number): Date => new Date(Date.now() + count * 60_000)

  test('no signature', () => refused(built({ omitSignature: true }), 406, 'SIGNATURE_MISSING'))
  test('a Timestamp and nothing else', () => refused(built({ timestampOnly: true }), 406, 'SIGNATURE_MISSING'))
  test('a Body changed after signing', () => refused(built({ tamperBody: true }), 406, 'BODY_CHANGED'))
  test('a Timestamp changed after signing', () => refused(built({ tamperTimestamp: true }), 406, 'TIMESTAMP_CHANGED'))
  test('a Timestamp that has expired', () =>
    refused(built({ createdAt: minutes(-14), expiresAt: minutes(-13) }), 406, 'TIMESTAMP_EXPIRED'))
  test('a Timestamp that is too old', () =>
    refused(built({ createdAt: minutes(-16), expiresAt: minutes(5) }), 406, 'TIMESTAMP_EXPIRED'))
  test('a Timestamp from the future', () =>
    refused(built({ createdAt: minutes(6), expiresAt: minutes(10) }), 406, 'TIMESTAMP_FUTURE'))
  test('a certificate that is not registered', async () =>
    refused(built({}, await makeIdentity({ commonName: 'nobody' })), 406, 'CERTIFICATE_UNTRUSTED'))
  test('a registered certificate in the message and another key behind the signature', async () => {
    const thief = await makeIdentity({ commonName: 'thief' })
    await refused(built({}, { ...identity, privateKeyPem: thief.privateKeyPem }), 406, 'SIGNATURE_INVALID')
  })
  test('a certificate that has expired', async () => {
    const old = await makeIdentity({ commonName: 'old', notBefore: minutes(-9000), notAfter: minutes(-10) })
    await gateway.register({ ...ids, certificatePem: old.certificatePem })
    await refused(built({}, old), 406, 'CERTIFICATE_EXPIRED')
  })
  test('a key that is too short', async () => {
    const weak = await makeIdentity({ commonName: 'weak', keyType: 'rsa1024' })
    await gateway.register({ ...ids, certificatePem: weak.certificatePem })
    await refused(built({}, weak), 406, 'CERTIFICATE_WEAK')
  })
  test('a certificate registered for another authority', async () => {
    const other = await makeIdentity({ commonName: 'other authority' })
    await gateway.register({ authorityId: 'else_ws', serviceId: 'else_ws_1', certificatePem: other.certificatePem })
    await refused(built({}, other), 403, 'AUTHORITY_MISMATCH')
  })
  test('a certificate registered for another service of the same authority', async () => {
    const sister = await makeIdentity({ commonName: 'sister service' })
    await gateway.register({
      authorityId: ids.authorityId,
      serviceId: 'refused_ws_2',
      certificatePem: sister.certificatePem,
    })
    await refused(built({}, sister), 406, 'CERTIFICATE_OTHER_SERVICE')
  })
  test('a service that the authority does not have', () =>
    refused(built({}, identity, { ...ids, serviceId: 'refused_ws_9' }), 404, 'SERVICE_UNKNOWN'))
  test('an operation that the service may not call', async () => {
    const reader = await makeIdentity({ commonName: 'reader' })
    const party = { authorityId: 'reader_ws', serviceId: 'reader_ws_1' }
    await gateway.register({
      ...party,
      certificatePem: reader.certificatePem,
      settings: { operations: ['queryCustomers'] },
    })
    await refused(built({}, reader, party), 405, 'OPERATION_NOT_ALLOWED')
  })
  test('the unsigned endpoint while it is closed', async () => {
    const unsigned = etp.build(etp.example('LahetaViesti', ids), { layout: 'unsigned' })
    await refused(unsigned, 405, 'NON_SIGNED_CLOSED')
  })
})

test('a request that is too large is answered in the form of its operation, and its size is in the log', async () => {
  const built = etp.build(
    etp.example('LahetaViesti', ids, {
      attachments: [{ name: 'iso.pdf', mime: 'application/pdf', content: Buffer.alloc(1_500_000, 1) }],
    }),
    {
      layout: 'wss4j',
      privateKeyPem: identity.privateKeyPem,
      certificatePem: identity.certificatePem,
      now: new Date(),
    },
  )
  const response = await postAsClient(gateway.origin, built)
  const answer = readByNamespace('LahetaViesti', response.body)
  expect([response.status, answer.code]).toEqual([200, 400])
  const logged = await gateway.submission(/Trace ID: (\S+)$/.exec(answer.text!)![1]!)
  expect([logged?.code, logged?.sizeBytes]).toEqual(['REQUEST_TOO_LARGE', built.body.length])
})

test('more request bytes at once than may be held are answered 503 with a Retry-After, and later again as ever', async () => {
  const small = await startGateway({ env: { ASTI_MAX_REQUEST_BYTES: '64KiB', ASTI_MAX_BYTES_IN_FLIGHT: '64KiB' } })
  const body = operation('HaeTilaTieto').padEnd(40_000, ' ')
  const slow = request(`${small.origin}${PATH}`, { method: 'POST', headers: { 'content-length': body.length } })
  slow.write(body.slice(0, 39_000))
  await waitFor(async () =>
    /asti_request_bytes_in_flight 39000/.test(await (await fetch(`${small.origin}/metrics`)).text()),
  )

  const turnedAway = await fetch(`${small.origin}${PATH}`, { method: 'POST', body })
  expect([turnedAway.status, turnedAway.headers.get('retry-after')]).toEqual([503, '5'])
  expect((await small.submission(turnedAway.headers.get('x-trace-id')!))?.code).toBe('OVERLOADED')

  const answered = once(slow, 'response') as Promise<[IncomingMessage]>
  slow.end(body.slice(39_000))
  const [answer] = await answered
  answer.resume()
  expect(answer.statusCode).toBe(200)
  expect((await fetch(`${small.origin}${PATH}`, { method: 'POST', body })).status).toBe(200)
  await small.close()
})

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await condition()) return
    await sleep(20)
  }
  throw new Error('the condition was not met within 4 s')
}
