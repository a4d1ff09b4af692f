import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { XmlDocument, XmlElement } from 'libxml2-wasm'
import { sandboxFiles } from '../../src/sandbox/index.js'
import {
  checkWireRules,
  clients,
  NS,
  postAsClient,
  Unreadable,
  type ClientVector,
  type Layout,
  type SigningKey,
  type Verdict,
} from '../support/clients/index.js'
import { startGateway, testDataDir, type TestGateway } from '../support/gateway.js'
import { sharedIdentity, type Identity } from '../support/keys.js'
import { createNodeSoapClient } from '../support/node-soap-client.js'
import { faultOf, post, SIGNED_PATH } from '../support/requests.js'

/** A refusal is of use only if its reader can read it: clients.md §3, wss.md §8. */
let gateway: TestGateway
let identity: Identity
const serverCertificatePem = readFileSync(sandboxFiles(testDataDir).signingCertificateFile, 'utf8')

beforeAll(async () => {
  gateway = await startGateway()
  identity = await sharedIdentity('refusal forms')
})
afterAll(() => gateway.close())

const isSigned = (layout: Layout): layout is SigningKey['layout'] =>
  layout !== 'unsigned' && layout !== 'timestamp-only'
const rows = clients.flatMap((client) =>
  client.operations.flatMap((operation) =>
    client.layouts.filter(isSigned).map((layout) => [client.name, operation, layout, client] as const),
  ),
)

describe('a 406', () => {
  test.each(rows)('reaches %s calling %s in layout %s', async (name, operation, layout, client: ClientVector) => {
    const ids = { authorityId: `${name}_ws`, serviceId: `${name}_ws_1` }
    await gateway.register({ ...ids, certificatePem: identity.certificatePem, settings: { mayListAccounts: true } })
    const { privateKeyPem, certificatePem } = identity
    const built = client.build(client.example(operation, ids), {
      layout,
      privateKeyPem,
      certificatePem,
      now: new Date(),
      tamperBody: true,
    })

    const response = await postAsClient(gateway.origin, built)

    checkWireRules(operation, response, { exchangeId: built.sent.exchangeId })
    expect(client.demands.statuses(operation, response.status)).toBe(true)
    expect(concluded(client, operation, response.body, built.sent)).toBe('failure')
    expect(response.body.toString()).toMatch(/<(asi:)?TilaKoodi>406<\//)
  })
})

const elementsIn = (document: XmlDocument, xpath: string): XmlElement[] =>
  document.find(xpath, { e: NS.soap }).filter((node) => node instanceof XmlElement)

type Sent = ReturnType<ClientVector['build']>['sent']

/** A client that reads nothing in the answer fails as well, which is what it is meant to do. */
function concluded(client: ClientVector, operation: Sent['operation'], body: Buffer, sent: Sent): Verdict {
  try {
    return client.judge(operation, client.readAnswer(operation, body, { serverCertificatePem }), sent)
  } catch (error) {
    if (error instanceof Unreadable) return 'failure'
    throw error
  }
}

test('a real node-soap client reads the 406 as an answer', async () => {
  const ids = { ViranomaisTunnus: 'evaka_ws', PalveluTunnus: 'evaka_ws_1', SanomaTunniste: 'x' }
  const client = await createNodeSoapClient({
    wsdlUrl: `${gateway.origin}${SIGNED_PATH}?wsdl`,
    endpoint: `${gateway.origin}${SIGNED_PATH}`,
  })
  const [answer] = (await client.HaeTilaTietoAsync({ Viranomainen: ids, Kysely: {} })) as unknown as [
    { HaeTilaTietoResult: { TilaKoodi: { TilaKoodi: number } } },
  ]
  expect(answer.HaeTilaTietoResult.TilaKoodi.TilaKoodi).toBe(406)
})

describe('a Fault', () => {
  const broken = [
    ['what is not well-formed', '<a', 'Client', 'XML_MALFORMED'],
    [
      'another version of SOAP',
      '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"/>',
      'VersionMismatch',
      'SOAP_VERSION',
    ],
    [
      'a header that must be understood',
      `<e:Envelope xmlns:e="${NS.soap}"><e:Header><x:y xmlns:x="urn:x" e:mustUnderstand="1"/></e:Header><e:Body><HaeTilaTieto xmlns="${NS.asi}"/></e:Body></e:Envelope>`,
      'MustUnderstand',
      'SOAP_MUST_UNDERSTAND',
    ],
  ] as const

  test.each(broken)('for %s is one of SOAP 1.1, and tells the code', async (_name, request, faultCode, code) => {
    const wire = await post(gateway, request, { path: SIGNED_PATH })
    expect([wire.status, wire.headers['content-type']]).toEqual([500, 'text/xml;charset=utf-8'])
    expect(faultOf(wire)).toEqual({ faultCode, code })
    const document = XmlDocument.fromBuffer(wire.body)
    const [fault] = elementsIn(document, '/e:Envelope/e:Body/e:Fault')
    // SOAP 1.1 §4.4: the four children have no namespace; Spring-WS and CXF resolve the prefix of faultcode.
    const children = elementsIn(document, '/e:Envelope/e:Body/e:Fault/*')
    expect(children.map(({ name, namespaceUri }) => [name, namespaceUri])).toEqual([
      ['faultcode', ''],
      ['faultstring', ''],
      ['detail', ''],
    ])
    expect(fault!.namespaces['soap']).toBe(NS.soap)
    expect(children[0]!.content).toBe(`soap:${faultCode}`)
    document.dispose()
  })

  test('is an exception with its text for a real node-soap client', async () => {
    const client = await createNodeSoapClient({
      wsdlUrl: `${gateway.origin}${SIGNED_PATH}?wsdl`,
      endpoint: `${gateway.origin}${SIGNED_PATH}`,
    })
    client.addSoapHeader('<x:y xmlns:x="urn:x" soap:mustUnderstand="1"/>')
    const thrown = await client.HaeTilaTietoAsync({ Viranomainen: {}, Kysely: {} }).then(
      () => null,
      (error: unknown) =>
        error as { root?: { Envelope: { Body: { Fault: { faultcode: string; faultstring: string } } } } },
    )
    expect(thrown?.root?.Envelope.Body.Fault.faultcode).toBe('soap:MustUnderstand')
    expect(thrown?.root?.Envelope.Body.Fault.faultstring).toMatch(/Trace ID: [\da-f-]{36}$/)
  })
})
