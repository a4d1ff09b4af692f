import { expect, test } from '@jest/globals'
import { broken, contractFiles, judgeBy } from '../support/contract-files.js'
import { withPublishedFiles } from '../support/contract-server.js'
import { testPublishedContract } from '../support/contract-suite.js'
import { fullRegistration, NAMESPACE, registration, requestOf, requests } from './joining-samples.js'
import { joiningTypes } from './joining-wsdl-types.js'

const files = contractFiles('Liittymispalvelut')
const actionOf = (operation: string): string => `${NAMESPACE}/${operation}`
const faultOf = judgeBy(files.xsd)

testPublishedContract({
  files,
  namespace: NAMESPACE,
  version: '1.0',
  operations: [
    'RekisteroiPalvelu',
    'HaeRekisterointi',
    'PaivitaYhteystiedot',
    'LisaaVarmenne',
    'PoistaVarmenne',
    'PeruRekisterointi',
    'HaeViestienTila',
  ],
  actionOf,
  types: joiningTypes,
  neededType: 'Nimet',
  places: [
    ['RekisteroiPalvelu', ['input'], '/RekisteroiPalvelu'],
    ['RekisteroiPalvelu', ['input', 'Viranomainen'], 'Viranomainen'],
    ['RekisteroiPalvelu', ['input', 'Kysely'], 'Kysely_Rekisteroi'],
    ['RekisteroiPalvelu', ['output', 'RekisteroiPalveluResult', 'Rekisterointi'], 'Rekisterointi'],
    [
      'HaeRekisterointi',
      ['output', 'HaeRekisterointiResult', 'Rekisterointi', 'Varmenteet', 'Varmenne'],
      'Varmenne_WS',
    ],
    ['PaivitaYhteystiedot', ['input', 'Kysely'], 'Kysely_Yhteystiedot'],
    ['LisaaVarmenne', ['input', 'Kysely'], 'Kysely_LisaaVarmenne'],
    ['PoistaVarmenne', ['input', 'Kysely'], 'Kysely_PoistaVarmenne'],
    ['PeruRekisterointi', ['input', 'Kysely'], 'Kysely_Peru'],
    ['HaeViestienTila', ['input', 'Kysely'], 'Kysely_ViestienTila'],
    ['HaeViestienTila', ['input', 'Kysely', 'Muutokset'], 'Muutokset'],
    ['HaeViestienTila', ['output', 'HaeViestienTilaResult', 'Viestit', 'Viesti'], 'Viesti'],
  ],
})

test.each(requests)('the schema accepts %s', (_name, xml) => {
  expect(faultOf(xml)).toBeUndefined()
})

const ids = (count: number): string =>
  requestOf(
    'HaeViestienTila',
    `<ViranomaisTunnisteet>${'<ViranomaisTunniste>a</ViranomaisTunniste>'.repeat(count)}</ViranomaisTunnisteet>`,
  )

test.each([
  ['a business id without a check digit', broken(registration(), '9000001-1', '9000001-')],
  ['an unknown environment', broken(registration(), 'TESTI', 'testi')],
  ['no contact', broken(registration(), '<Yhteyshenkilo Nimi="Kaisa Koe"/>', '')],
  ['a contact without a name', broken(registration(), 'Nimi="Kaisa Koe"', '')],
  ['a return channel that is no web address', broken(fullRegistration, 'https://koekunta', 'ftp://koekunta')],
  ['an unknown generation', broken(fullRegistration, 'UUSI', 'uusin')],
  ['a negative volume', broken(fullRegistration, '>120000<', '>-1<')],
  ['a fingerprint that is too short', requestOf('PoistaVarmenne', '<Sormenjalki>ab:cd</Sormenjalki>')],
  ['a question with two answers', broken(ids(1), '</Kysely>', '<Muutokset/></Kysely>')],
  ['no id to ask after', ids(0)],
  ['1001 ids to ask after', ids(1001)],
  ['1001 changes', requestOf('HaeViestienTila', '<Muutokset><Enintaan>1001</Enintaan></Muutokset>')],
])('the schema refuses %s', (_name, xml) => {
  expect(faultOf(xml)).toBeDefined()
})

test('1000 ids may be asked after', () => {
  expect(faultOf(ids(1000))).toBeUndefined()
})

interface FoundStatuses {
  HaeViestienTilaResult: { Viestit: { Viesti: { Historia: { Tapahtuma: { KohteenTila: number }[] } }[] } }
}

test('a node-soap client made from the published addresses asks as the schema wants and reads a history', async () => {
  const event = (code: number): string =>
    `<Tapahtuma><KohteenTila>${code}</KohteenTila><KohteenTilaKuvaus>Kuvaus</KohteenTilaKuvaus>` +
    '<KohteenTilaPvm>2026-11-23T08:00:00Z</KohteenTilaPvm></Tapahtuma>'
  const answer =
    `<HaeViestienTilaResponse xmlns="${NAMESPACE}"><HaeViestienTilaResult><TilaKoodi><TilaKoodi>0</TilaKoodi>` +
    '<TilaKoodiKuvaus>Ok</TilaKoodiKuvaus><SanomaTunniste>s-1</SanomaTunniste></TilaKoodi><Viestit><Viesti>' +
    '<AsiointitiliTunniste>574909</AsiointitiliTunniste><JaljitysTunniste>t-1</JaljitysTunniste>' +
    '<Asiakas AsiakasTunnus="010190-900P"/><SaapumisPvm>2026-11-23T08:00:00Z</SaapumisPvm>' +
    '<KohteenTila>200</KohteenTila><KohteenTilaKuvaus>Kuvaus</KohteenTilaKuvaus>' +
    `<KohteenTilaPvm>2026-11-23T08:00:00Z</KohteenTilaPvm><Historia>${event(202)}${event(200)}</Historia>` +
    '</Viesti></Viestit></HaeViestienTilaResult></HaeViestienTilaResponse>'
  expect(faultOf(answer)).toBeUndefined()
  await withPublishedFiles(
    files,
    () => answer,
    async ({ call, exchanges }) => {
      const result = (await call('HaeViestienTila', {
        Viranomainen: { ViranomaisTunnus: 'koekunta_ws', PalveluTunnus: 'koekunta_ws_1', SanomaTunniste: 's-1' },
        Kysely: { Muutokset: { Kohdistin: '1.2.3', Enintaan: 10 } },
      })) as FoundStatuses

      expect(exchanges).toHaveLength(1)
      expect(exchanges[0]?.action).toBe(`"${actionOf('HaeViestienTila')}"`)
      expect(faultOf(exchanges[0]?.payload ?? '')).toBeUndefined()
      const [message] = result.HaeViestienTilaResult.Viestit.Viesti
      expect(message?.Historia.Tapahtuma.map((one) => one.KohteenTila)).toEqual([202, 200])
    },
  )
})
