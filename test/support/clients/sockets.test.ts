import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sharedIdentity } from '../keys.js'
import { createNodeSoapClient } from '../node-soap-client.js'
import { goldenAnswer } from './golden.js'
import { actionOf } from './namespaces.js'
import { checkWireRules, clients, NS, postAsClient, verifySigned, type Operation } from './index.js'

const ANSWER = { code: 0, text: 'OK', exchangeId: 'v' }
const OPERATIONS: Operation[] = ['HaeTilaTieto', 'LahetaViesti']

const part = (name: string) =>
  `<wsdl:message name="${name}"><wsdl:part name="parameters" element="tns:${name}"/></wsdl:message>`
const type = (name: string) =>
  `<xs:element name="${name}"><xs:complexType><xs:sequence><xs:any minOccurs="0" maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element>`
const each = (write: (operation: Operation) => string): string => OPERATIONS.map(write).join('')

/** Just enough WSDL for node-soap to make its calls. */
const wsdl = (address: string): string => `<wsdl:definitions name="Viranomaispalvelut" targetNamespace="${NS.asi}"
  xmlns:tns="${NS.asi}" xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/">
  <wsdl:types><xs:schema xmlns:xs="${NS.xsd}" targetNamespace="${NS.asi}" elementFormDefault="qualified">
    ${each((name) => type(name) + type(`${name}Response`))}</xs:schema></wsdl:types>
  ${each((name) => part(name) + part(`${name}Response`))}
  <wsdl:portType name="Viranomaispalvelut">${each((name) => `<wsdl:operation name="${name}"><wsdl:input message="tns:${name}"/><wsdl:output message="tns:${name}Response"/></wsdl:operation>`)}</wsdl:portType>
  <wsdl:binding name="ViranomaispalvelutSoap" type="tns:Viranomaispalvelut">
    <soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>
    ${each((name) => `<wsdl:operation name="${name}"><soap:operation soapAction="${actionOf(name)}"/><wsdl:input><soap:body use="literal"/></wsdl:input><wsdl:output><soap:body use="literal"/></wsdl:output></wsdl:operation>`)}
  </wsdl:binding>
  <wsdl:service name="ViranomaispalvelutService"><wsdl:port name="ViranomaispalvelutPort" binding="tns:ViranomaispalvelutSoap">
    <soap:address location="${address}"/></wsdl:port></wsdl:service>
</wsdl:definitions>`

let server: Server
let origin: string
let received: { headers: IncomingHttpHeaders; body: Buffer }
beforeAll(async () => {
  server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      if (request.method === 'GET') return response.end(wsdl(origin))
      received = { headers: request.headers, body: Buffer.concat(pieces) }
      const body = goldenAnswer('HaeTilaTieto', ANSWER)
      response.writeHead(200, { 'content-type': 'text/xml;charset=utf-8', 'content-length': body.length })
      return response.end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

test.each(clients.map((client) => [client.name, client] as const))(
  'a message of %s goes over a socket with its own headers and no others',
  async (_name, client) => {
    const operation = client.operations[0]!
    const { privateKeyPem, certificatePem } = await sharedIdentity('testi.example.fi')
    const signing = { layout: client.layouts[0]!, privateKeyPem, certificatePem, now: new Date() }
    const built = client.build(client.example(operation, { authorityId: 'a', serviceId: 'b' }), signing)
    const answer = await postAsClient(origin, built)
    expect(answer.status).toBe(200)
    checkWireRules('HaeTilaTieto', answer, { exchangeId: 'v' })
    expect(received.body.equals(built.body)).toBe(true)
    const added = ['host', 'content-length', ...('Connection' in built.headers ? [] : ['connection'])]
    const expected = [...Object.keys(built.headers).map((name) => name.toLowerCase()), ...added]
    expect(Object.keys(received.headers).toSorted()).toEqual(expected.toSorted())
  },
)

test.each(['sha1', 'sha256'] as const)(
  'a real node-soap client signs its call with %s and reads the answer',
  async (hash) => {
    const { privateKeyPem, certificatePem } = await sharedIdentity('testi.example.fi')
    const options = { wsdlUrl: `${origin}/?wsdl`, endpoint: origin, privateKeyPem, certificatePem }
    const client = await createNodeSoapClient({ ...options, digestAlgorithm: hash, headers: { 'x-api-key': 'k' } })
    const [result] = await client.HaeTilaTietoAsync({ Kysely: {}, Viranomainen: { SanomaTunniste: 'v' } })
    expect(result).toMatchObject({ HaeTilaTietoResult: { TilaKoodi: { SanomaTunniste: 'v' } } })
    expect(verifySigned(received.body)).toMatchObject({ hash, signedParts: ['Body', 'Timestamp'] })
    expect(received.headers['soapaction']).toBe(`"${actionOf('HaeTilaTieto')}"`)
    expect(received.headers['x-api-key']).toBe('k')
  },
)

test('without a key the node-soap client sends no Header', async () => {
  const client = await createNodeSoapClient({ wsdlUrl: `${origin}/?wsdl`, endpoint: origin })
  await client.HaeTilaTietoAsync({ Kysely: {} })
  expect(received.body.toString()).not.toContain('soap:Header')
})
