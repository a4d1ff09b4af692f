import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { evidence } from '../../../src/store/index.js'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import {
  addItems,
  ask,
  askSigned,
  customer,
  faultOf,
  file,
  getStatus,
  item,
  newPerson,
  newReference,
  newSender,
  NS,
  party,
  post,
  queryCustomers,
  sendMessage,
  stored,
  storedFiles,
  unsigned,
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

const XML = { 'Content-Type': 'text/xml; charset=utf-8' }
const action = (operation: string) => `${NS.asi}/Viranomaispalvelut/${operation}`

describe('R10', () => {
  test.each([
    ['absent', undefined],
    ['empty', ''],
    ['a pair of quotes', '""'],
    ['quoted', `"${action('LisaaKohteita')}"`],
    ['unquoted', action('LisaaKohteita')],
    ['of another operation', `"${action('HaeTilaTieto')}"`],
    ['of no operation', 'urn:muu'],
  ])('R10: a SOAPAction that is %s decides nothing', async (_kind, soapAction) => {
    const headers = { ...XML, ...(soapAction !== undefined && { SOAPAction: soapAction }) }
    const answer = await ask(gateway, addItems(sender, item(person)), { headers })
    expect(answer.itemCodes).toEqual([200])
    expect(await gateway.submission(answer.traceId)).toMatchObject({ operation: 'addItems', messageCount: 1 })
  })

  test('R10: a contradicting SOAPAction is noted, an agreeing one is not', async () => {
    const noted = async (operation: string) => {
      const headers = { ...XML, SOAPAction: `"${action(operation)}"` }
      const { traceId } = await ask(gateway, getStatus(sender), { headers })
      const lines = gateway
        .logged()
        .split('\n')
        .filter((line) => line.includes(traceId))
      return /soap.?action/i.test(lines.join('') + JSON.stringify((await gateway.submission(traceId))?.notes))
    }
    expect(await noted('HaeTilaTieto')).toBe(false)
    expect(await noted('LahetaViesti')).toBe(true)
  })

  test.each([
    ['another namespace', `<LahetaViesti xmlns="urn:muu"/>`],
    ['no namespace', `<LahetaViesti/>`],
    ['another name', `<PoistaViesti xmlns="${NS.asi}"/>`],
    ['an answer', `<LahetaViestiResponse xmlns="${NS.asi}"/>`],
  ])('R10: a Body with an element of %s is answered with a Fault', async (_kind, content) => {
    const answer = await post(gateway, unsigned(content))
    expect([answer.status, faultOf(answer)]).toEqual([500, { faultCode: 'Client', code: 'OPERATION_UNKNOWN' }])
  })

  test('R10: a comment and white space before the operation change nothing', async () => {
    expect((await ask(gateway, unsigned(`\n <!-- LahetaViesti -->\n${getStatus(sender)}\n`))).code).toBe(0)
  })
})

describe('R11', () => {
  test.each([
    'text/xml',
    'text/xml;charset=UTF-8',
    'text/xml; charset="utf-8"; action="x"',
    'text/plain; charset=UTF-8',
    'application/xml',
    'application/soap+xml; charset=utf-8',
    'application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'ei tyyppi ollenkaan',
    ';',
  ])('R11: Content-Type "%s" is accepted', async (type) => {
    expect((await ask(gateway, getStatus(sender), { headers: { 'Content-Type': type } })).code).toBe(0)
  })

  test('R11: a request without Content-Type is accepted', async () => {
    expect((await ask(gateway, getStatus(sender), { headers: {} })).code).toBe(0)
  })

  test.each(['application/soap+xml', 'text/xml'])('R11: a SOAP 1.2 envelope as %s is refused', async (type) => {
    const message = unsigned(getStatus(sender)).replaceAll(NS.soap, 'http://www.w3.org/2003/05/soap-envelope')
    const answer = await post(gateway, message, { headers: { 'Content-Type': type } })
    expect([answer.status, faultOf(answer)]).toEqual([500, { faultCode: 'VersionMismatch', code: 'SOAP_VERSION' }])
  })

  const TITLE = 'Päätös Åsa Öberg'
  const declared = (name: string) => `<?xml version="1.0" encoding="${name}"?>`
  const utf16le = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')
  const cases: [string, string, string | undefined, (text: string) => Buffer][] = [
    ['undeclared', '', undefined, (text) => Buffer.from(text)],
    ['undeclared, with a byte order mark', '', undefined, (text) => Buffer.from(`\ufeff${text}`)],
    ['declared UTF-8 against the header', declared('UTF-8'), 'iso-8859-1', (text) => Buffer.from(text)],
    ['declared ISO-8859-1', declared('ISO-8859-1'), undefined, (text) => Buffer.from(text, 'latin1')],
    ['declared ISO-8859-1 against the header', declared('iso-8859-1'), 'utf-8', (text) => Buffer.from(text, 'latin1')],
    ['ISO-8859-1 by the header only', '', 'ISO-8859-1', (text) => Buffer.from(text, 'latin1')],
    ['UTF-16, small end first', declared('UTF-16'), 'utf-16', utf16le],
    ['UTF-16, big end first', declared('utf-16'), undefined, (text) => utf16le(text).swap16()],
    ['UTF-16 undeclared', '', undefined, utf16le],
  ]
  test.each(cases)(
    'R11: text that is %s is stored as it was meant, and kept as it came',
    async (_kind, declaration, charset, encode) => {
      const request = addItems(sender, item(person, { Nimeke: TITLE, Tiedostot: file() }))
      const message = encode(unsigned(request, { declaration }))
      const headers = { 'Content-Type': `text/xml${charset === undefined ? '' : `; charset=${charset}`}` }
      const answer = await ask(gateway, message, { headers })
      expect(answer.itemCodes).toEqual([202])
      expect((await stored(gateway, answer))[0]?.content.title).toBe(TITLE)
      expect((await storedFiles(gateway, answer))[0]?.content?.toString()).toBe('%PDF-1.4 testi')
      const kept = await evidence.readEvidence(gateway.db, gateway.runtime.sealer, answer.traceId)
      expect(kept?.equals(message)).toBe(true)
    },
  )

  test.each([
    ['bytes that are not UTF-8', '', (text: string) => Buffer.from(text, 'latin1')],
    ['an encoding nobody knows', declared('EBCDIC-FI-SE'), (text: string) => Buffer.from(text)],
  ])('R11: %s are answered with a Fault', async (_kind, declaration, encode) => {
    const message = encode(unsigned(addItems(sender, item(person, { Nimeke: TITLE })), { declaration }))
    const answer = await post(gateway, message)
    expect([answer.status, faultOf(answer)]).toEqual([500, { faultCode: 'Client', code: 'XML_ENCODING' }])
  })
})

describe('R13', () => {
  const query = (prefix: string) => {
    const p = prefix === '' ? '' : `${prefix}:`
    return `<${p}Kysely><${p}KyselyLaji>Asiakkaat</${p}KyselyLaji><${p}Asiakkaat><${p}Asiakas AsiakasTunnus='${person}' TunnusTyyppi='SSN'/></${p}Asiakkaat></${p}Kysely>`
  }
  const authority = (prefix: string) => party(sender).replace(/<(\/?)/g, `<$1${prefix}:`)

  const cases: [string, (person: string) => string][] = [
    [
      'one prefix',
      () => `<asi:HaeAsiakkaita xmlns:asi="${NS.asi}">${authority('asi')}${query('asi')}</asi:HaeAsiakkaita>`,
    ],
    [
      'a prefix per part',
      () => `<a:HaeAsiakkaita xmlns:a="${NS.asi}" xmlns:b="${NS.asi}">${authority('b')}${query('a')}</a:HaeAsiakkaita>`,
    ],
    [
      'a prefix and the default namespace',
      () => `<n:HaeAsiakkaita xmlns:n="${NS.asi}" xmlns="${NS.asi}">${authority('n')}${query('')}</n:HaeAsiakkaita>`,
    ],
    [
      'a prefix declared twice',
      () =>
        `<asi:HaeAsiakkaita xmlns:asi='${NS.asi}'>${authority('asi')}${query('asi').replace('<asi:Kysely>', `<asi:Kysely xmlns:asi="${NS.asi}">`)}</asi:HaeAsiakkaita>`,
    ],
    [
      'a prefix that means SOAP outside',
      () =>
        `<soapenv:HaeAsiakkaita xmlns:soapenv="${NS.asi}">${authority('soapenv')}${query('soapenv')}</soapenv:HaeAsiakkaita>`,
    ],
    [
      'prefixes beyond ASCII',
      () => `<å-1.ä:HaeAsiakkaita xmlns:å-1.ä="${NS.asi}">${authority('å-1.ä')}${query('å-1.ä')}</å-1.ä:HaeAsiakkaita>`,
    ],
  ]
  test.each(cases)('R13: a payload with %s is understood', async (_kind, content) => {
    expect((await ask(gateway, unsigned(content(person)))).itemCodes).toEqual([300])
  })

  test.each(['soap', 'SOAP-ENV', 'S', 's-1', ''])('R13: the envelope prefix "%s" is understood', async (prefix) => {
    const message = unsigned(getStatus(sender), { prefix, rootAttributes: ` xmlns:${prefix}="${NS.soap}"` })
    const plain = message.replace(/(<\/?):/g, '$1').replace(' xmlns:=', ' xmlns=')
    expect((await ask(gateway, prefix === '' ? plain : message)).code).toBe(0)
  })

  test('R13: declarations that nobody uses change nothing, signed or not', async () => {
    const unused = ` xmlns:tns="${NS.asi}" xmlns:xsi="${NS.xsi}" xmlns:xsd="${NS.xsd}" xmlns:muu="urn:muu"`
    const rootAttributes = ` xmlns:soapenv="${NS.soap}"${unused}`
    const request = queryCustomers(sender, person)
    expect((await ask(gateway, unsigned(request, { rootAttributes, bodyAttributes: unused }))).itemCodes).toEqual([300])
    expect((await askSigned(gateway, sender, request, { envelope: { rootAttributes } })).itemCodes).toEqual([300])
  })

  test('R13: an element of a foreign namespace is not the one it is named like', async () => {
    const foreign = `<Nimeke xmlns="urn:muu">Vieras</Nimeke><x:KuvausTeksti xmlns:x="urn:muu">Vieras</x:KuvausTeksti>`
    const letter = item(customer(person), { ViranomaisTunniste: newReference() }).replace(
      '<Nimeke>',
      `${foreign}<Nimeke>`,
    )
    const [row] = await stored(gateway, await ask(gateway, sendMessage(sender, letter)))
    expect(row?.content).toMatchObject({ title: 'Päätös', body: 'Liitteenä on päätös.' })
  })
})
