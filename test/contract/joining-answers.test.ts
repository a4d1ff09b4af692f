import { readFile } from 'node:fs/promises'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { XmlDocument, XsdValidator } from 'libxml2-wasm'
import {
  encodeMessageStatuses,
  encodeRegistration,
  encodeStatus,
  isJoiningOperation,
  statusFor,
  successes,
  wireNames,
  type WireOperation,
} from '../../src/contract/index.js'
import { states, type StateCode } from '../../src/message/index.js'
import {
  requirementTexts,
  serviceStates,
  type MessageStatuses,
  type RegistrationView,
  type Requirement,
} from '../../src/registration/index.js'
import { sensitive } from '../../src/sensitive.js'
import type { XmlElement } from '../../src/xml/index.js'
import { decoded, fingerprint, fullRegistration, NAMESPACE, payloadOf, requests } from './joining-samples.js'

const validator = XsdValidator.fromDoc(XmlDocument.fromString(await readFile('xsd/Liittymispalvelut.xsd', 'utf8')))

/** The judgement of libxml2 by the published schema: null when it is satisfied. */
function faultOf(xml: string): string | null {
  const document = XmlDocument.fromString(xml)
  try {
    validator.validate(document)
    return null
  } catch (error) {
    return (error as Error).message
  } finally {
    document.dispose()
  }
}

test.each(requests)('%s is what the schema describes', (_what, xml) => {
  expect(faultOf(xml)).toBeNull()
})

const head = (operation: WireOperation) => ({ status: successes[operation], exchangeId: 's-1', traceId: 't-1' })
const at = new Date('2026-11-23T06:00:00.123Z')
const later = new Date('2026-11-23T07:00:00Z')

const { application } = decoded('registerService', fullRegistration)
const full: RegistrationView = {
  ...application,
  state: 'suspended',
  stateAt: at,
  reason: 'Avain on hukassa',
  operations: ['sendMessage', 'getServiceStatus'],
  certificates: [{ fingerprint, subject: 'CN=koekunta,O=Koe & pojat', notBefore: at, notAfter: later }],
  productionDate: '2027-01-01',
  missing: Object.keys(requirementTexts) as Requirement[],
}
const small: RegistrationView = {
  ...full,
  state: 'test',
  reason: null,
  environment: 'test',
  businessId: null,
  authorityNames: { fi: 'Koekunta', sv: null, en: null },
  contacts: sensitive([]),
  wishes: { ...full.wishes, messagesPerYear: null, messagesInPeakHour: null },
  returnChannel: null,
  certificates: [],
  productionDate: null,
  missing: [],
}

/** Names and texts of an element's descendants, in order: `Names/Fi=Koekunta`, attributes as `@Nimi`. */
function leaves(element: XmlElement, path = ''): string[] {
  const own = element.attributes.map(({ local, value }) => `${path}@${local}=${value}`)
  const inner = element.elements()
  if (inner.length === 0) return own.length > 0 ? own : [`${path}=${element.text()}`]
  return [...own, ...inner.flatMap((child) => leaves(child, `${path}${path === '' ? '' : '/'}${child.local}`))]
}

const resultOf = (body: string): XmlElement => payloadOf(body).elements()[0]!
const parts = (body: string): string[] =>
  resultOf(body)
    .elements()
    .map(({ local }) => local)
const partOf = (body: string, name: string): XmlElement => resultOf(body).all(NAMESPACE, name)[0]!

describe('a registration as its authority sees it', () => {
  test('everything is said, in the order of the schema', () => {
    const { body } = encodeRegistration('registerService', head('registerService'), { ...full, missing: [] })
    expect(faultOf(body)).toBeNull()
    expect(parts(body)).toEqual(['TilaKoodi', 'Rekisterointi'])
    expect(leaves(partOf(body, 'Rekisterointi'))).toEqual([
      'Tila=KESKEYTETTY',
      'TilaPvm=2026-11-23T06:00:00.123Z',
      expect.stringMatching(/^TilaKuvaus=./),
      'Syy=Avain on hukassa',
      'Ymparisto=TUOTANTO',
      'YTunnus=9000001-1',
      'ViranomaisenNimi/Fi=Koekunta & pojat',
      'ViranomaisenNimi/Sv=Provkommun',
      'ViranomaisenNimi/En=Test town',
      'PalvelunNimi/Fi=Päätökset',
      'Yhteyshenkilot/Yhteyshenkilo@Nimi=Kaisa Koe',
      'Yhteyshenkilot/Yhteyshenkilo@Sahkoposti=kaisa@example.org',
      'Yhteyshenkilot/Yhteyshenkilo@Matkapuhelin=+358 40 1234567',
      'Yhteyshenkilot/Yhteyshenkilo@Rooli=HALLINTO',
      'Yhteyshenkilot/Yhteyshenkilo@Nimi=Tero Testi',
      'Yhteyshenkilot/Yhteyshenkilo@Rooli=TIETOTURVA',
      'Yhteyshenkilot/Yhteyshenkilo@Nimi=Ville',
      'Yhteyshenkilot/Yhteyshenkilo@Rooli=TEKNIIKKA',
      'Operaatiot/Operaatio=LahetaViesti',
      'Operaatiot/Operaatio=HaeTilaTieto',
      'Toimitustavat/Sahkoinen=true',
      'Toimitustavat/Paperi=true',
      'Toimitustavat/Todisteellinen=true',
      'Paluukanava/Osoite=https://koekunta.example/paluu?a=1',
      'Paluukanava/Sukupolvi=UUSI',
      'ArvioituMaara/Vuodessa=120000',
      'ArvioituMaara/HuippuTunnissa=0',
      `Varmenteet/Varmenne/Sormenjalki=${fingerprint}`,
      'Varmenteet/Varmenne/Nimi=CN=koekunta,O=Koe & pojat',
      'Varmenteet/Varmenne/VoimassaAlkaen=2026-11-23T06:00:00.123Z',
      'Varmenteet/Varmenne/VoimassaAsti=2026-11-23T07:00:00.000Z',
      'TuotantoonPvm=2027-01-01',
    ])
  })

  test('what there is not, is left out', () => {
    const { body } = encodeRegistration('getRegistration', head('getRegistration'), small)
    expect(faultOf(body)).toBeNull()
    const names = partOf(body, 'Rekisterointi')
      .elements()
      .map(({ local }) => local)
    expect(names).toEqual([
      ...['Tila', 'TilaPvm', 'TilaKuvaus', 'Ymparisto', 'ViranomaisenNimi', 'PalvelunNimi', 'Operaatiot'],
      ...['Toimitustavat', 'Varmenteet'],
    ])
  })

  test('everything that can be missing is named in three languages', () => {
    const { body } = encodeRegistration('getRegistration', head('getRegistration'), full)
    expect(faultOf(body)).toBeNull()
    const missing = partOf(body, 'Rekisterointi').all(NAMESPACE, 'Puuttuu')[0]!
    expect(missing.elements().map((one) => leaves(one).map((leaf) => leaf.replace(/=.*/s, '')))).toEqual(
      full.missing.map(() => ['Koodi', 'Kuvaus/Fi', 'Kuvaus/Sv', 'Kuvaus/En']),
    )
    expect(missing.elements().map((one) => one.elements()[0]!.text())).toEqual(full.missing)
  })

  test('every state has a word and a sentence of its own', () => {
    const told = serviceStates.map((state) => {
      const { body } = encodeRegistration('getRegistration', head('getRegistration'), { ...small, state })
      expect(faultOf(body)).toBeNull()
      return leaves(partOf(body, 'Rekisterointi')).filter((leaf) => /^Tila(Kuvaus)?=/.test(leaf))
    })
    expect(new Set(told.flat()).size).toBe(2 * serviceStates.length)
  })

  test('names keep their markup characters and every other character that XML can carry', () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom('<', '>', '&', '"', "'", ']]>', '&amp;'),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
      ),
      minLength: 1,
    })
    fc.assert(
      fc.property(text, (name) => {
        const view = {
          ...small,
          serviceNames: { fi: name, sv: name, en: null },
          contacts: sensitive([{ name, email: null, phone: null, role: 'technical' as const }]),
        }
        const { body } = encodeRegistration('getRegistration', head('getRegistration'), view)
        const told = leaves(partOf(body, 'Rekisterointi'))
        expect(told).toContain(`PalvelunNimi/Fi=${name}`)
        expect(told).toContain(`PalvelunNimi/Sv=${name}`)
        expect(told).toContain(`Yhteyshenkilot/Yhteyshenkilo@Nimi=${name}`)
      }),
      { numRuns: 300 },
    )
  })
})

describe('states of messages', () => {
  const recipient = sensitive({ id: '010190-900P', idType: 'SSN' })
  const statuses: MessageStatuses = {
    messages: [
      {
        number: '574909',
        reference: 'a<1>',
        exchangeId: 's-0',
        traceId: 't-0',
        recipient,
        receivedAt: at,
        state: 220,
        stateAt: later,
        history: [
          { state: 202, at, isNew: false },
          { state: 220, at: later, isNew: true },
        ],
      },
    ],
    unknown: ['x&y'],
    cursor: '1.2.3',
    hasMore: true,
  }

  test('everything is said, in the order of the schema', () => {
    const { body } = encodeMessageStatuses(head('fetchMessageStatus'), statuses)
    expect(faultOf(body)).toBeNull()
    expect(parts(body)).toEqual(['TilaKoodi', 'Viestit', 'Tuntemattomat', 'Kohdistin', 'LisaaTulossa'])
    expect(leaves(partOf(body, 'Viestit'))).toEqual([
      'Viesti/AsiointitiliTunniste=574909',
      'Viesti/ViranomaisTunniste=a<1>',
      'Viesti/SanomaTunniste=s-0',
      'Viesti/JaljitysTunniste=t-0',
      'Viesti/Asiakas@AsiakasTunnus=010190-900P',
      'Viesti/Asiakas@TunnusTyyppi=SSN',
      'Viesti/SaapumisPvm=2026-11-23T06:00:00.123Z',
      'Viesti/KohteenTila=220',
      'Viesti/KohteenTilaKuvaus=Viesti on luettu asiakkaan toimesta',
      'Viesti/KohteenTilaPvm=2026-11-23T07:00:00.000Z',
      'Viesti/Historia/Tapahtuma/KohteenTila=202',
      expect.stringMatching(/^Viesti\/Historia\/Tapahtuma\/KohteenTilaKuvaus=Asia tallennettuna/),
      'Viesti/Historia/Tapahtuma/KohteenTilaPvm=2026-11-23T06:00:00.123Z',
      'Viesti/Historia/Tapahtuma/Uusi=false',
      'Viesti/Historia/Tapahtuma/KohteenTila=220',
      'Viesti/Historia/Tapahtuma/KohteenTilaKuvaus=Viesti on luettu asiakkaan toimesta',
      'Viesti/Historia/Tapahtuma/KohteenTilaPvm=2026-11-23T07:00:00.000Z',
      'Viesti/Historia/Tapahtuma/Uusi=true',
    ])
    expect([partOf(body, 'Tuntemattomat').elements()[0]!.text(), partOf(body, 'Kohdistin').text()]).toEqual([
      'x&y',
      '1.2.3',
    ])
    expect(partOf(body, 'LisaaTulossa').text()).toBe('true')
  })

  test('nothing found is an answer with no message in it', () => {
    const none = { messages: [], unknown: [], cursor: null, hasMore: null }
    const { body } = encodeMessageStatuses(head('fetchMessageStatus'), none)
    expect(faultOf(body)).toBeNull()
    expect(parts(body)).toEqual(['TilaKoodi', 'Viestit'])
  })

  test('ids that were never given are left out, and by ids no change is called new', () => {
    const [message] = statuses.messages
    const bare = { reference: null, exchangeId: null, recipient: sensitive({ id: 'x', idType: null }) }
    const history = [{ state: 200 as const, at, isNew: null }]
    const { body } = encodeMessageStatuses(head('fetchMessageStatus'), {
      ...statuses,
      messages: [{ ...message!, ...bare, history }],
    })
    expect(faultOf(body)).toBeNull()
    const told = leaves(partOf(body, 'Viestit')).join('\n')
    expect(told).not.toMatch(/ViranomaisTunniste|SanomaTunniste|TunnusTyyppi|Uusi/)
  })

  test.each(Object.values(states))('the state %i has a text', (state: StateCode) => {
    const [message] = statuses.messages
    const messages = [{ ...message!, state, history: [{ state, at, isNew: null }] }]
    const { body } = encodeMessageStatuses(head('fetchMessageStatus'), { ...statuses, messages })
    expect(faultOf(body)).toBeNull()
    expect(leaves(partOf(body, 'Viestit'))).toContainEqual(expect.stringMatching(/KohteenTilaKuvaus=./))
  })
})

describe('an answer that is a status block only', () => {
  const joining = (Object.keys(wireNames) as WireOperation[]).filter(isJoiningOperation)

  test.each(joining)('a refusal of %s fits the schema and ends with the trace id', (operation) => {
    const status = statusFor('JOINING_CODE_INVALID', operation)!
    const { body } = encodeStatus(operation, { ...head(operation), status })
    expect(faultOf(body)).toBeNull()
    expect(leaves(resultOf(body))).toEqual([
      'TilaKoodi/TilaKoodi=403',
      expect.stringMatching(/^TilaKoodi\/TilaKoodiKuvaus=Liittymiskoodi .+\. Trace ID: t-1$/),
      'TilaKoodi/SanomaTunniste=s-1',
    ])
  })

  test('success has no trace id in its text, and prefixes are those of the joining contract', () => {
    const document = encodeStatus('registerService', head('registerService'))
    expect(leaves(resultOf(document.body))[1]).toBe('TilaKoodi/TilaKoodiKuvaus=OK')
    expect(document.write()).toMatch(
      /^<\?xml [^>]*\?><soapenv:Envelope [^>]*><soapenv:Body><liit:RekisteroiPalveluResponse xmlns:liit="urn:asiointitili-gateway:liittymispalvelut:1"><liit:RekisteroiPalveluResult>/,
    )
  })
})
