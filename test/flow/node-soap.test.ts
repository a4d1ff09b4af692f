import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { demoService } from '../../src/sandbox/index.js'
import { messages } from '../../src/store/index.js'
import { artificialIdentityCode, examplePdf } from '../support/clients/index.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import { sharedIdentity, type Identity } from '../support/keys.js'
import { createNodeSoapClient } from '../support/node-soap-client.js'

const PATH = '/Asiointitili/ViranomaispalvelutWSInterface'
const party = { ViranomaisTunnus: 'nodesoap_ws', PalveluTunnus: 'nodesoap_ws_1', SanomaTunniste: 'exchange-1' }

let gateway: TestGateway
let identity: Identity
const citizen = artificialIdentityCode(1)
const stranger = artificialIdentityCode(2)

beforeAll(async () => {
  gateway = await startGateway()
  identity = await sharedIdentity('node-soap')
  await gateway.register({
    authorityId: party.ViranomaisTunnus,
    serviceId: party.PalveluTunnus,
    certificatePem: identity.certificatePem,
    settings: { mayListAccounts: true },
  })
  await gateway.openAccount(citizen)
})
afterAll(() => gateway.close())

describe.each(['sha1', 'sha256'] as const)(
  'a node-soap client made from the served WSDL, signing with %s',
  (digestAlgorithm) => {
    const call = async <Answer>(operation: string, request: object): Promise<Answer> => {
      const client = await createNodeSoapClient({
        wsdlUrl: `${gateway.origin}${PATH}?wsdl`,
        endpoint: `${gateway.origin}${PATH}`,
        privateKeyPem: identity.privateKeyPem,
        certificatePem: identity.certificatePem,
        digestAlgorithm,
      })
      const method = (client as unknown as Record<string, (args: object) => Promise<[Record<string, Answer>]>>)[
        `${operation}Async`
      ]!
      const [answer] = await method.call(client, { Viranomainen: party, ...request })
      return answer[`${operation}Result`]!
    }
    interface Status {
      TilaKoodi: { TilaKoodi: number; SanomaTunniste: string }
    }
    interface Listed extends Status {
      Asiakkaat: { Asiakas: { attributes: { AsiakasTunnus: string }; Tila: number; TiliPassivoitu: number }[] }
    }

    test('HaeTilaTieto answers that the service is up', async () => {
      const { TilaKoodi } = await call<Status>('HaeTilaTieto', { Kysely: {} })
      expect(TilaKoodi).toMatchObject({ TilaKoodi: 0, SanomaTunniste: 'exchange-1' })
    })

    test('HaeAsiakkaita tells who of the listed has an account', async () => {
      const asked = [citizen, stranger].map((id) => ({ attributes: { AsiakasTunnus: id, TunnusTyyppi: 'SSN' } }))
      const answer = await call<Listed>('HaeAsiakkaita', {
        Kysely: { KyselyLaji: 'Asiakkaat', Asiakkaat: { Asiakas: asked } },
      })
      expect(answer.Asiakkaat.Asiakas.map((a) => [a.attributes.AsiakasTunnus, a.Tila])).toEqual([
        [citizen, 300],
        [stranger, 310],
      ])
    })

    test('HaeAsiakkaita lists all who joined in an interval', async () => {
      const from = new Date(Date.now() - 3_600_000).toISOString()
      const to = new Date(Date.now() + 3_600_000).toISOString()
      const answer = await call<Listed>('HaeAsiakkaita', {
        Kysely: { KyselyLaji: 'Kaikki', KyselyAlku: from, KyselyLoppu: to },
      })
      expect(answer.Asiakkaat.Asiakas.map((a) => a.attributes.AsiakasTunnus)).toContain(citizen)
    })

    test('LisaaKohteita puts an item into the mailbox and answers with its number', async () => {
      const reference = `item-${digestAlgorithm}`
      const item = {
        Asiakas: { attributes: { AsiakasTunnus: citizen, TunnusTyyppi: 'SSN' } },
        ViranomaisTunniste: reference,
        Nimeke: 'Päätös',
        LahetysPvm: new Date().toISOString(),
        KuvausTeksti: 'Hei äö€ 🙂',
      }
      const answer = await call<
        Status & {
          Kohteet: {
            Kohde: { ViranomaisTunniste: string; Asiakas: { AsiointitiliTunniste: string; KohteenTila: number }[] }[]
          }
        }
      >('LisaaKohteita', { Kysely: { KohdeMaara: 1, Kohteet: { Kohde: item } } })
      const told = answer.Kohteet.Kohde[0]!
      expect([answer.TilaKoodi.TilaKoodi, told.ViranomaisTunniste, told.Asiakas[0]!.KohteenTila]).toEqual([
        0,
        reference,
        200,
      ])
      const [stored] = await messages.listMessages(gateway.db, gateway.runtime.sealer, { limit: 1, reference })
      expect([stored!.number, stored!.content.reveal().body]).toEqual([
        told.Asiakas[0]!.AsiointitiliTunniste,
        'Hei äö€ 🙂',
      ])
    })

    test('LahetaViesti takes a letter with a PDF into the queue', async () => {
      const reference = `letter-${digestAlgorithm}`
      const item = {
        Asiakas: { attributes: { AsiakasTunnus: citizen, TunnusTyyppi: 'SSN' } },
        ViranomaisTunniste: reference,
        Nimeke: 'Kirje',
        LahetysPvm: new Date().toISOString(),
        KuvausTeksti: 'Liitteenä päätös',
        Tiedostot: {
          Tiedosto: {
            TiedostoSisalto: examplePdf(50_000).toString('base64'),
            TiedostoMuoto: 'application/pdf',
            TiedostoNimi: 'paatos.pdf',
          },
        },
      }
      const { TilaKoodi } = await call<Status>('LahetaViesti', {
        Kysely: { Kohteet: { Kohde: item }, Tulostustoimittaja: 'Posti', LahetaTulostukseen: false },
      })
      expect(TilaKoodi.TilaKoodi).toBe(202)
      const [stored] = await messages.listMessages(gateway.db, gateway.runtime.sealer, { limit: 1, reference })
      expect([stored!.state, stored!.attachments, stored!.deliveries]).toEqual([
        202,
        1,
        [{ channel: 'mailbox', state: 'ready' }],
      ])
    })
  },
)

test('the WSDL names the address that it was asked at, and no other file can be had through ?xsd=', async () => {
  const wsdl = await (await fetch(`${gateway.origin}${PATH}?wsdl`)).text()
  expect(wsdl).toContain(`location="${gateway.origin}${PATH}"`)
  expect(wsdl).toContain(`schemaLocation="${gateway.origin}${PATH}?xsd=Viranomaispalvelut.xsd"`)
  const statuses = []
  for (const name of ['Viranomaispalvelut.xsd', '../package.json', '..%2f..%2fpackage.json', 'constructor', '']) {
    statuses.push((await fetch(`${gateway.origin}${PATH}?xsd=${name}`)).status)
  }
  expect([...statuses, (await fetch(`${gateway.origin}${PATH}`)).status]).toEqual([200, 404, 404, 404, 404, 405])
})

test('behind a proxy that is trusted, the WSDL has the address that the caller used', async () => {
  const proxied = await startGateway({ env: { ASTI_TRUSTED_PROXIES: '127.0.0.1' } })
  const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'via.example.fi' }
  expect(await (await fetch(`${proxied.origin}${PATH}?wsdl`, { headers })).text()).toContain(
    `location="https://via.example.fi${PATH}"`,
  )
  expect(await (await fetch(`${gateway.origin}${PATH}?wsdl`, { headers })).text()).toContain(
    `location="${gateway.origin}${PATH}"`,
  )
  await proxied.close()
})

test('a configured public address stands in the WSDL whoever asks', async () => {
  const named = await startGateway({ env: { ASTI_PUBLIC_URL: 'https://via.example.fi/tili' } })
  expect(await (await fetch(`${named.origin}${PATH}?wsdl`)).text()).toContain(
    `location="https://via.example.fi/tili${PATH}"`,
  )
  await named.close()
  expect(demoService.authorityId).not.toBe(party.ViranomaisTunnus)
})
