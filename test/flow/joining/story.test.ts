import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { artificialBusinessId, artificialIdentityCode, verifySigned } from '../../support/clients/index.js'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import { JOINING_PATH, newApplicant, until, type JoiningOperation } from '../../support/joining.js'
import { createNodeSoapClient } from '../../support/node-soap-client.js'
import { SIGNED_PATH, type Sender } from '../../support/requests.js'
import type { Operation } from '../../support/clients/index.js'

let gateway: TestGateway
let applicant: Sender
const citizen = artificialIdentityCode(11)
const reference = `paatos-${randomUUID()}`

beforeAll(async () => {
  gateway = await startGateway()
  applicant = await newApplicant()
  await gateway.openAccount(citizen)
})
afterAll(() => gateway.close())

interface Status {
  TilaKoodi: { TilaKoodi: number; SanomaTunniste: string }
}
interface Registered extends Status {
  Rekisterointi: {
    Tila: string
    TilaPvm: Date
    Ymparisto: string
    YTunnus: string
    ViranomaisenNimi: { Fi: string; Sv: string }
    Yhteyshenkilot: { Yhteyshenkilo: { attributes: Record<string, string> }[] }
    Operaatiot: { Operaatio: string[] }
    Toimitustavat: { Sahkoinen: boolean; Paperi: boolean }
    Varmenteet: { Varmenne: { Sormenjalki: string }[] }
    Paluukanava?: { Osoite: string; Sukupolvi: string }
  }
}
interface Event {
  KohteenTila: number
  Uusi?: boolean
}
interface Message {
  AsiointitiliTunniste: string
  ViranomaisTunniste: string
  SanomaTunniste: string
  JaljitysTunniste: string
  Asiakas: { attributes: { AsiakasTunnus: string } }
  KohteenTila: number
  Historia: { Tapahtuma: Event[] }
}
interface Statuses extends Status {
  Viestit?: { Viesti: Message[] } | null
  Tuntemattomat?: { Tunniste: string[] }
  Kohdistin?: string
  LisaaTulossa?: boolean
}

/** One call by a client of its own, as hassu makes them; knows nothing but the served WSDL and its key. */
async function call<Answer>(
  operation: Operation | JoiningOperation,
  request: object,
  exchangeId = `sanoma-${randomUUID()}`,
): Promise<Answer & { raw: string }> {
  const path = operation === 'LahetaViesti' ? SIGNED_PATH : JOINING_PATH
  const client = await createNodeSoapClient({
    wsdlUrl: `${gateway.origin}${path}?wsdl`,
    endpoint: `${gateway.origin}${path}`,
    ...applicant.identity,
  })
  const { authorityId, serviceId } = applicant
  const party = { ViranomaisTunnus: authorityId, PalveluTunnus: serviceId, SanomaTunniste: exchangeId }
  const method = client[`${operation}Async`]
  const [answer, raw] = await method.call(client, { Viranomainen: party, ...request })
  return { ...(answer as Record<string, Answer>)[`${operation}Result`]!, raw }
}

const registration = {
  Kysely: {
    YTunnus: artificialBusinessId(3),
    ViranomaisenNimi: { Fi: 'Esimerkkikunta', Sv: 'Exempelkommun' },
    PalvelunNimi: { Fi: 'Esimerkkikunnan päätökset' },
    Yhteyshenkilot: {
      Yhteyshenkilo: [
        { attributes: { Nimi: 'Tiina Tekijä', Sahkoposti: 'tiina@kunta.example', Rooli: 'TEKNIIKKA' } },
        { attributes: { Nimi: 'Heikki Hallinto', Rooli: 'HALLINTO' } },
      ],
    },
    Ymparisto: 'TESTI',
    Operaatiot: { Operaatio: ['LahetaViesti', 'HaeTilaTieto'] },
    Toimitustavat: { Sahkoinen: true, Paperi: true },
    Paluukanava: { Osoite: 'https://kunta.example/paluu', Sukupolvi: 'UUSI' },
    ArvioituMaara: { Vuodessa: 12000, HuippuTunnissa: 300 },
  },
}

test('an authority registers with nothing but its key, sends to an artificial person, and asks where the message stands', async () => {
  const registered = await call<Registered>('RekisteroiPalvelu', registration, 'rekisterointi-1')
  expect(registered.TilaKoodi).toMatchObject({ TilaKoodi: 0, SanomaTunniste: 'rekisterointi-1' })
  expect(registered.Rekisterointi).toMatchObject({
    Tila: 'TESTI',
    Ymparisto: 'TESTI',
    YTunnus: registration.Kysely.YTunnus,
    ViranomaisenNimi: { Fi: 'Esimerkkikunta', Sv: 'Exempelkommun' },
    Operaatiot: { Operaatio: ['LahetaViesti', 'HaeTilaTieto'] },
    Toimitustavat: { Sahkoinen: true, Paperi: true },
    Paluukanava: { Osoite: 'https://kunta.example/paluu', Sukupolvi: 'UUSI' },
    Varmenteet: { Varmenne: [{ Sormenjalki: applicant.identity.fingerprintSha256 }] },
  })
  expect(
    registered.Rekisterointi.Yhteyshenkilot.Yhteyshenkilo.map(({ attributes }) => [attributes.Nimi, attributes.Rooli]),
  ).toEqual([
    ['Tiina Tekijä', 'TEKNIIKKA'],
    ['Heikki Hallinto', 'HALLINTO'],
  ])
  // The answer of the new contract is signed as those of the old one are.
  expect(verifySigned(Buffer.from(registered.raw)).signedParts).toEqual(['Body'])

  const sent = await call<Status>(
    'LahetaViesti',
    {
      Kysely: {
        Kohteet: {
          Kohde: {
            Asiakas: { attributes: { AsiakasTunnus: citizen, TunnusTyyppi: 'SSN' } },
            ViranomaisTunniste: reference,
            Nimeke: 'Päätös',
            LahetysPvm: new Date().toISOString(),
            KuvausTeksti: 'Päätös on tehty.',
          },
        },
        Tulostustoimittaja: 'Posti',
        LahetaTulostukseen: false,
      },
    },
    'lahetys-1',
  )
  expect(sent.TilaKoodi.TilaKoodi).toBe(202)

  const byReference = await call<Statuses>('HaeViestienTila', {
    Kysely: { ViranomaisTunnisteet: { ViranomaisTunniste: [reference, 'ei-ole'] } },
  })
  const [message] = byReference.Viestit!.Viesti
  expect(message).toMatchObject({
    ViranomaisTunniste: reference,
    SanomaTunniste: 'lahetys-1',
    Asiakas: { attributes: { AsiakasTunnus: citizen } },
    KohteenTila: 202,
    Historia: { Tapahtuma: [{ KohteenTila: 202 }] },
  })
  expect(byReference.Tuntemattomat!.Tunniste).toEqual(['ei-ole'])
  expect(await gateway.submission(message!.JaljitysTunniste)).toMatchObject({
    exchangeId: 'lahetys-1',
    outcome: 'accepted',
  })

  for (const Kysely of [
    { SanomaTunnisteet: { SanomaTunniste: ['lahetys-1'] } },
    { AsiointitiliTunnisteet: { AsiointitiliTunniste: [message!.AsiointitiliTunniste] } },
  ])
    expect((await call<Statuses>('HaeViestienTila', { Kysely })).Viestit!.Viesti).toEqual([message])

  // A change waits for older transactions of the whole server, also for those of other tests.
  const changes = await until(async () => {
    const page = await call<Statuses>('HaeViestienTila', { Kysely: { Muutokset: { Enintaan: 10 } } })
    return page.Viestit?.Viesti === undefined ? null : page
  })
  expect(changes.Viestit!.Viesti.map((one) => [one.ViranomaisTunniste, one.Historia.Tapahtuma])).toMatchObject([
    [reference, [{ KohteenTila: 202, Uusi: true }]],
  ])
  expect(changes.LisaaTulossa).toBe(false)
  const next = await call<Statuses>('HaeViestienTila', { Kysely: { Muutokset: { Kohdistin: changes.Kohdistin } } })
  expect([next.Viestit?.Viesti, next.LisaaTulossa]).toEqual([undefined, false])
})

test('the joining WSDL names the address that it was asked at, and its own schema only', async () => {
  const at = (query: string): Promise<Response> => fetch(`${gateway.origin}${JOINING_PATH}?${query}`)
  const wsdl = await (await at('wsdl')).text()
  expect(wsdl).toContain(`location="${gateway.origin}${JOINING_PATH}"`)
  expect(wsdl).toContain(`schemaLocation="${gateway.origin}${JOINING_PATH}?xsd=Liittymispalvelut.xsd"`)
  const statuses = []
  for (const name of ['Liittymispalvelut.xsd', 'Viranomaispalvelut.xsd', '../package.json'])
    statuses.push((await at(`xsd=${name}`)).status)
  expect(statuses).toEqual([200, 404, 404])
})
