import { describe, expect, test } from '@jest/globals'
import { decodeParty } from '../../src/contract/index.js'
import {
  certificate,
  decoded,
  fingerprint,
  fullRegistration,
  NAMESPACE,
  party,
  payloadOf,
  registration,
  requestOf,
} from './joining-samples.js'

describe('registering a service', () => {
  test('everything that a registration may say is read', () => {
    const { application, joiningCode, ...command } = decoded('registerService', fullRegistration)
    const { contacts, ...open } = application
    expect(command).toEqual({ operation: 'registerService', certificate })
    expect(joiningCode?.reveal()).toBe('ABCDE-FGHJK')
    expect(open).toEqual({
      businessId: '9000001-1',
      authorityNames: { fi: 'Koekunta & pojat', sv: 'Provkommun', en: 'Test town' },
      serviceNames: { fi: 'Päätökset', sv: null, en: null },
      environment: 'production',
      wishes: {
        operations: ['sendMessage', 'getServiceStatus'],
        electronic: true,
        paper: true,
        verifiable: true,
        messagesPerYear: 120_000,
        messagesInPeakHour: 0,
      },
      returnChannel: { url: 'https://koekunta.example/paluu?a=1', generation: 'new' },
    })
    expect(contacts.reveal()).toEqual([
      { name: 'Kaisa Koe', email: 'kaisa@example.org', phone: '+358 40 1234567', role: 'administration' },
      { name: 'Tero Testi', email: null, phone: null, role: 'security' },
      { name: 'Ville', email: null, phone: null, role: 'technical' },
    ])
  })

  test('what is left out means all operations, electronic only, no return channel and no estimate', () => {
    const { application, joiningCode, certificate: named } = decoded('registerService', registration())
    expect({ joiningCode, named }).toEqual({ joiningCode: null, named: null })
    expect(application.environment).toBe('test')
    expect(application.returnChannel).toBeNull()
    expect(application.wishes).toEqual({
      operations: null,
      electronic: true,
      paper: false,
      verifiable: false,
      messagesPerYear: null,
      messagesInPeakHour: null,
    })
  })

  test('order, white space, empty elements and prefixes do not matter', () => {
    const {
      application,
      joiningCode,
      certificate: named,
    } = decoded(
      'registerService',
      `<l:RekisteroiPalvelu xmlns:l="urn:asiointitili-gateway:liittymispalvelut:1"><l:Kysely>
        <l:Ymparisto>
          TESTI
        </l:Ymparisto><l:Varmenne/><l:Paluukanava><l:Osoite> </l:Osoite></l:Paluukanava><l:Operaatiot/><l:Liittymiskoodi/>
        <l:Yhteyshenkilot><l:Yhteyshenkilo Nimi=""/><l:Yhteyshenkilo Nimi=" Kaisa " Sahkoposti="" Rooli=" TEKNIIKKA "/></l:Yhteyshenkilot>
        <l:PalvelunNimi><l:En/><l:Fi> Päätökset </l:Fi></l:PalvelunNimi><l:ViranomaisenNimi><l:Fi>Koekunta</l:Fi></l:ViranomaisenNimi>
        <l:ArvioituMaara><l:Vuodessa/></l:ArvioituMaara><l:Toimitustavat><l:Paperi>TRUE</l:Paperi></l:Toimitustavat>
        <l:YTunnus> 9000001-1 </l:YTunnus>
      </l:Kysely>
      <l:Viranomainen><l:PalveluTunnus> p </l:PalveluTunnus><l:ViranomaisTunnus>v</l:ViranomaisTunnus></l:Viranomainen></l:RekisteroiPalvelu>`,
    )
    expect({ joiningCode, named }).toEqual({ joiningCode: null, named: null })
    expect(application).toMatchObject({
      businessId: '9000001-1',
      serviceNames: { fi: 'Päätökset', sv: null, en: null },
      environment: 'test',
      returnChannel: null,
    })
    expect(application.wishes).toMatchObject({ operations: null, paper: true, messagesPerYear: null })
    expect(application.contacts.reveal()).toEqual([{ name: 'Kaisa', email: null, phone: null, role: 'technical' }])
  })

  test('elements of another namespace say nothing', () => {
    const { application } = decoded(
      'registerService',
      registration({
        foreign: '<a:Paluukanava xmlns:a="urn:a"><a:Osoite>https://a.example/</a:Osoite></a:Paluukanava>',
      }),
    )
    expect(application.returnChannel).toBeNull()
  })

  test('people and codes are closed until they are revealed', () => {
    expect(JSON.stringify(decoded('registerService', fullRegistration))).not.toMatch(/Kaisa|ABCDE/)
  })

  test('an operation that is named twice is wished for once', () => {
    const twice = '<Operaatiot><Operaatio>LahetaViesti</Operaatio><Operaatio>LahetaViesti</Operaatio></Operaatiot>'
    expect(decoded('registerService', registration({ twice })).application.wishes.operations).toEqual(['sendMessage'])
  })

  test('characters beyond the first plane count as one, as in the schema', () => {
    const PalvelunNimi = `<PalvelunNimi><Fi>${'😀'.repeat(200)}</Fi></PalvelunNimi>`
    const { application } = decoded('registerService', registration({ PalvelunNimi }))
    expect(application.serviceNames.fi).toHaveLength(400)
  })
})

describe('looking after a registration', () => {
  test('asking for it needs nothing but who is asking', () => {
    expect(decoded('getRegistration', requestOf('HaeRekisterointi', null))).toEqual({ operation: 'getRegistration' })
  })

  const changes: [string, string, object][] = [
    ['contacts alone', '<Yhteyshenkilot><Yhteyshenkilo Nimi="A"/></Yhteyshenkilot>', { returnChannel: null }],
    [
      'a return channel of the old generation',
      '<Paluukanava><Osoite>http://a.example:8080</Osoite></Paluukanava>',
      { contacts: null, returnChannel: { url: 'http://a.example:8080', generation: 'old' } },
    ],
    [
      'no return channel any more',
      '<PoistaPaluukanava>1</PoistaPaluukanava>',
      { contacts: null, returnChannel: 'none' },
    ],
  ]
  test.each(changes)('a change of contacts may bring %s', (_what, query, expected) => {
    expect(decoded('changeContacts', requestOf('PaivitaYhteystiedot', query))).toMatchObject(expected)
  })

  test('contacts that are replaced are all read', () => {
    const query = '<Yhteyshenkilot><Yhteyshenkilo Nimi="A"/><Yhteyshenkilo Nimi="B"/></Yhteyshenkilot>'
    const { contacts } = decoded('changeContacts', requestOf('PaivitaYhteystiedot', query))
    expect(contacts?.reveal().map(({ name }) => name)).toEqual(['A', 'B'])
  })

  test('a certificate may come in lines, with a code or without, or not at all', () => {
    const lines = certificate.toString('base64').replace(/.{8}/g, '$&\r\n  ')
    const brought = decoded('addCertificate', requestOf('LisaaVarmenne', `<Varmenne>${lines}</Varmenne>`))
    expect(brought).toEqual({ operation: 'addCertificate', joiningCode: null, certificate })
    const signed = decoded('addCertificate', requestOf('LisaaVarmenne', '<Liittymiskoodi> A-1 </Liittymiskoodi>'))
    expect(signed.joiningCode?.reveal()).toBe('A-1')
    expect(signed.certificate).toBeNull()
  })

  test.each([
    fingerprint,
    fingerprint.toUpperCase(),
    (fingerprint.match(/../g) ?? []).join(':'),
    `\n ${(fingerprint.match(/../g) ?? []).join(' ')}`,
  ])('a fingerprint is the same however it is written: %s', (written) => {
    const request = requestOf('PoistaVarmenne', `<Sormenjalki>${written}</Sormenjalki>`)
    expect(decoded('retireCertificate', request).fingerprint).toBe(fingerprint)
  })

  test('a registration is ended with a reason, which may have lines, or without one', () => {
    const reasonOf = (query: string | null) =>
      decoded('withdrawRegistration', requestOf('PeruRekisterointi', query)).reason
    expect([null, '', '<Syy/>', '<Syy> Palvelu\npäättyy </Syy>'].map(reasonOf)).toEqual([
      null,
      null,
      null,
      'Palvelu\npäättyy',
    ])
  })

  test('who asks may leave the service out of everything but a registration', () => {
    const caller = '<Viranomainen><ViranomaisTunnus>v</ViranomaisTunnus></Viranomainen>'
    expect(decoded('getRegistration', requestOf('HaeRekisterointi', null, caller))).toBeTruthy()
  })
})

describe('asking after messages', () => {
  const queryOf = (query: string) => decoded('fetchMessageStatus', requestOf('HaeViestienTila', query)).query
  const ids = (wrapper: string, name: string, ...values: string[]): string =>
    `<${wrapper}>${values.map((value) => `<${name}>${value}</${name}>`).join('')}</${wrapper}>`

  const kinds: [string, string, string][] = [
    ['reference', 'ViranomaisTunnisteet', 'ViranomaisTunniste'],
    ['number', 'AsiointitiliTunnisteet', 'AsiointitiliTunniste'],
    ['exchangeId', 'SanomaTunnisteet', 'SanomaTunniste'],
  ]
  test.each(kinds)('by %s: each id once, in the order of the request, empty ones left out', (by, wrapper, name) => {
    expect(queryOf(ids(wrapper, name, 'b', ' a ', '', 'b', 'a', 'c'))).toEqual({ by, ids: ['b', 'a', 'c'] })
  })

  test('a number that cannot be one is asked for like any other', () => {
    const written = ids('AsiointitiliTunnisteet', 'AsiointitiliTunniste', 'x', '0', '9'.repeat(30))
    expect(queryOf(written)).toEqual({ by: 'number', ids: ['x', '0', '9'.repeat(30)] })
  })

  test('a thousand ids are asked for at once', () => {
    const many = Array.from({ length: 1000 }, (_, i) => `a-${i}`)
    expect(queryOf(ids('ViranomaisTunnisteet', 'ViranomaisTunniste', ...many))).toEqual({ by: 'reference', ids: many })
  })

  const changes: [string, object][] = [
    ['<Muutokset/>', { cursor: null, from: null, limit: 500 }],
    ['<Muutokset><Kohdistin> 1.2 </Kohdistin><AlkaenPvm/></Muutokset>', { cursor: '1.2', from: null, limit: 500 }],
    [
      '<Muutokset><AlkaenPvm>2026-11-23T08:00:00</AlkaenPvm><Enintaan>1000</Enintaan></Muutokset>',
      { cursor: null, from: new Date('2026-11-23T06:00:00Z'), limit: 1000 },
    ],
    ['<Muutokset><Enintaan>+001</Enintaan></Muutokset>', { cursor: null, from: null, limit: 1 }],
    ['<ViranomaisTunnisteet/><Muutokset/>', { cursor: null, from: null, limit: 500 }],
  ]
  test.each(changes)('by changes: %s', (query, expected) => {
    expect(queryOf(query)).toEqual({ by: 'changes', ...expected })
  })

  test('what a toolkit writes for the kinds that were not asked for does not matter', () => {
    const query = `<SanomaTunnisteet/>${ids('ViranomaisTunnisteet', 'ViranomaisTunniste', 'a')}<Muutokset><Kohdistin/></Muutokset>`
    expect(queryOf(query)).toEqual({ by: 'reference', ids: ['a'] })
  })
})

test.each(['http://www.suomi.fi/asiointitili', NAMESPACE])(
  'who is calling is read from a request in %s',
  (namespace) => {
    expect(decodeParty(payloadOf(`<X xmlns="${namespace}">${party}</X>`))).toMatchObject({
      authorityId: 'koekunta_ws',
      serviceId: 'koekunta_ws_1',
      exchangeId: 's-1',
    })
  },
)
