import { expect, test } from '@jest/globals'
import { contractFiles, judgeBy } from '../support/contract-files.js'
import { withPublishedFiles } from '../support/contract-server.js'
import { testPublishedContract } from '../support/contract-suite.js'
import { brokenSamples, NAMESPACE, response, sendMessage, statusBlock, validSamples } from './wsdl-samples.js'
import { authorityTypes } from './wsdl-types.js'

const files = contractFiles('Viranomaispalvelut')
const actionOf = (operation: string): string => `${NAMESPACE}/Viranomaispalvelut/${operation}`
const faultOf = judgeBy(files.xsd)

testPublishedContract({
  files,
  namespace: NAMESPACE,
  version: '1.7',
  operations: ['HaeAsiakkaita', 'LisaaKohteita', 'LahetaViesti', 'HaeTilaTieto'],
  actionOf,
  types: authorityTypes,
  neededType: 'Osoite',
  places: [
    ['HaeAsiakkaita', ['input'], '/HaeAsiakkaita'],
    ['HaeAsiakkaita', ['input', 'Viranomainen'], 'Viranomainen'],
    ['HaeAsiakkaita', ['input', 'Kysely'], 'Kysely_WS1'],
    ['HaeAsiakkaita', ['output', 'HaeAsiakkaitaResult', 'Asiakkaat', 'Asiakas'], 'Asiakas_WS1_V'],
    ['LisaaKohteita', ['input', 'Kysely', 'Kohteet', 'Kohde'], 'Kohde_WS2'],
    ['LisaaKohteita', ['input', 'Kysely', 'Kohteet', 'Kohde', 'Tiedostot', 'Tiedosto'], 'Tiedosto'],
    ['LisaaKohteita', ['output', 'LisaaKohteitaResult', 'Kohteet', 'Kohde', 'Asiakas'], 'Asiakas_WS2_V'],
    ['LahetaViesti', ['input', 'Kysely'], 'Kysely_WS2A'],
    ['LahetaViesti', ['input', 'Kysely', 'Laskutus'], '/Laskutus'],
    ['LahetaViesti', ['input', 'Kysely', 'Kohteet', 'Kohde'], 'Kohde_WS2A'],
    ['LahetaViesti', ['output', 'LahetaViestiResult', 'TilaKoodi'], 'TilaKoodi_WS'],
    ['HaeTilaTieto', ['input', 'Kysely'], 'Kysely_WS10'],
  ],
})

test.each(validSamples)('the schema accepts %s', (_name, xml) => {
  expect(faultOf(xml)).toBeUndefined()
})

test.each(brokenSamples)('the schema refuses %s', (_name, xml) => {
  expect(faultOf(xml)).toBeDefined()
})

test.each([
  ['Tunniste', '123456'],
  ['Salasana', 'äöå€'],
  ['Kustannuspaikka', 'k'],
  ['Kustannuspaikka', 'k'.repeat(15)],
])('the billing part %s may be %s, counted in characters', (name, value) => {
  const sample = sendMessage.replace(new RegExp(`<${name}>[^<]*</${name}>`), `<${name}>${value}</${name}>`)
  expect(sample).toContain(`<${name}>${value}<`)
  expect(faultOf(sample)).toBeUndefined()
})

test('both files say that they are an independent description', () => {
  for (const file of [files.wsdl, files.xsd]) {
    expect(file).toMatch(/independent\s+description/)
    expect(file).toMatch(/itsenäisesti\s+laatima\s+kuvaus/)
  }
})

interface SendMessageResponse {
  LahetaViestiResult: { TilaKoodi: { TilaKoodi: number } }
}

test('a node-soap client made from the published addresses sends a request that the schema accepts', async () => {
  const answer = response('LahetaViesti', statusBlock(202))
  await withPublishedFiles(
    files,
    () => answer,
    async ({ call, exchanges }) => {
      const result = await call('LahetaViesti', {
        Viranomainen: { ViranomaisTunnus: 'koekunta_ws', PalveluTunnus: 'koekunta_ws', SanomaTunniste: 's-1' },
        Kysely: {
          Kohteet: {
            Kohde: [
              {
                Asiakas: [{ attributes: { AsiakasTunnus: '010190-900P', TunnusTyyppi: 'SSN' } }],
                ViranomaisTunniste: 'a-1',
                Nimeke: 'Otsikko',
                LahetysPvm: '2026-11-23T08:00:00+02:00',
                KuvausTeksti: 'Teksti',
                Tiedostot: { Tiedosto: [{ TiedostoSisalto: 'JVBERi0xLjQ=', TiedostoNimi: 'paatos.pdf' }] },
              },
            ],
          },
          Tulostustoimittaja: 'Posti',
          LahetaTulostukseen: 'false',
          Laskutus: { Tunniste: '123456', Salasana: 'abcd', Kustannuspaikka: 'KP-1' },
        },
      })

      expect(exchanges).toHaveLength(1)
      expect(exchanges[0]?.action).toBe(`"${actionOf('LahetaViesti')}"`)
      expect(faultOf(exchanges[0]?.payload ?? '')).toBeUndefined()
      expect((result as SendMessageResponse).LahetaViestiResult.TilaKoodi.TilaKoodi).toBe(202)
    },
  )
})
