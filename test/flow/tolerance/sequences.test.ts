import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import {
  addItems,
  ask,
  askSigned,
  customer,
  file,
  item,
  newPerson,
  newReference,
  newSender,
  party,
  payload,
  postalAddress,
  sendMessage,
  stored,
  storedFiles,
  storedItems,
  type Reply,
  type Sender,
  xml,
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

const conformance = async (traceId: string) => {
  const notes = (await gateway.submission(traceId))?.notes as { conformance?: { counts?: Record<string, number> } }
  return notes.conformance?.counts
}

describe('R14', () => {
  const address = ['Nimi', 'Lahiosoite', 'Postinumero', 'Postitoimipaikka', 'Maa']
  const all = (names: string[], value: (name: string) => string) =>
    Object.fromEntries(names.map((name) => [name, value(name)]))
  const upended = (fields: Record<string, string>) => Object.fromEntries(Object.entries(fields).reverse())

  test('R14: every sequence may stand upside down', async () => {
    const keep = <T>(fields: T): T => fields
    const letter = (order: (fields: Record<string, string>) => Record<string, string>) => {
      const to = customer(person, xml({ Osoite: xml(order(all(address, (name) => `${name} 1`))) }))
      const attached = xml(
        order({
          TiedostonKuvaus: 'Kuvaus',
          TiedostoSisalto: 'JVBERg==',
          TiedostoMuoto: 'application/pdf',
          TiedostoNimi: 'a.pdf',
        }),
      )
      const kohde = xml(
        order({
          '!': to,
          ViranomaisTunniste: newReference(),
          VahvistusVaatimus: '1',
          Nimeke: 'Otsikko',
          LahetysPvm: '2026-03-04T12:00:00Z',
          KuvausTeksti: 'Teksti',
          Tiedostot: xml({ Tiedosto: attached }),
          Viestityyppi: '2',
        }),
      ).replace(/<\/?!>/g, '')
      const query = xml(
        order({
          Paperi: 'false',
          Kohteet: xml({ Kohde: kohde }),
          Tulostustoimittaja: 'Posti',
          LahetaTulostukseen: 'false',
          Laskutus: xml(order({ Tunniste: 'ABC123', Salasana: '1234' })),
        }),
      )
      const parts = order({
        Kysely: query,
        Viranomainen: xml(
          order({ ViranomaisTunnus: sender.authorityId, PalveluTunnus: sender.serviceId, SanomaTunniste: 's' }),
        ),
      })
      return payload('LahetaViesti', xml(parts))
    }
    const [upright, reversed] = [await ask(gateway, letter(keep)), await ask(gateway, letter(upended))]
    expect([upright.code, reversed.code]).toEqual([202, 202])
    const [one] = await stored(gateway, upright)
    const [other] = await stored(gateway, reversed)
    expect(other?.content).toEqual(one?.content)
    expect(other?.recipient).toEqual(one?.recipient)
    expect(other?.content).toMatchObject({ title: 'Otsikko', print: { billing: { id: 'ABC123', password: '1234' } } })
    expect((await conformance(reversed.traceId))?.['outOfOrder']).toBeGreaterThan(0)
  })

  test('R14: repeated Kohteet, Tiedostot and Asiakkaat wrappers are joined in their order', async () => {
    const files = (...names: string[]) => xml({ Tiedostot: names.map((name) => file({ TiedostoNimi: name })).join('') })
    const kohde = (title: string, extra = '') => item(person, { Nimeke: title }).replace('</Kohde>', `${extra}</Kohde>`)
    const wrapped = xml({ Kohteet: kohde('1') + kohde('2') }) + xml({ KohdeMaara: '3' }) + xml({ Kohteet: '' })
    const last = xml({ Kohteet: kohde('3', files('a.pdf', 'b.pdf') + files('c.pdf')) })
    const added = await ask(gateway, payload('LisaaKohteita', `${party(sender)}<Kysely>${wrapped}${last}</Kysely>`))
    expect(added.itemCodes).toEqual([200, 200, 202])
    const titles = (await stored(gateway, added)).map(({ content }) => content.title).toReversed()
    expect(titles).toEqual(['1', '2', '3'])
    expect(await storedFiles(gateway, added)).toHaveLength(3)

    const asked = xml({ Asiakkaat: customer(person) }).repeat(3)
    const found = await ask(gateway, payload('HaeAsiakkaita', `${party(sender)}<Kysely>${asked}</Kysely>`))
    expect(found.itemCodes).toEqual([300, 300, 300])
  })

  test('R14: unknown elements and attributes are ignored and counted', async () => {
    const unknown = '<Uusi a="1"><Nimeke>Väärä</Nimeke></Uusi><x:Nimeke xmlns:x="urn:muu">Väärä</x:Nimeke>'
    const letter = item(person)
      .replace('<Kohde>', `<Kohde uusi="1">${unknown}`)
      .replace('<Asiakas ', '<Asiakas uusi="2" ')
    const message = addItems(sender, letter).replace('<Kysely>', `<Kysely>${unknown}`)
    const answer = await askSigned(gateway, sender, message)
    expect(answer.itemCodes).toEqual([200])
    expect((await stored(gateway, answer))[0]?.content.title).toBe('Päätös')
    expect(await conformance(answer.traceId)).toMatchObject({ unknownElement: 4, unknownAttribute: 2 })
  })

  test('R14: a request that fits the schema leaves no such count', async () => {
    const { traceId } = await ask(gateway, addItems(sender, item(person)))
    expect(await conformance(traceId)).toBeUndefined()
  })
})

describe('R15', () => {
  const rows: ['LahetaViesti' | 'LisaaKohteita' | 'HaeAsiakkaita' | 'HaeTilaTieto', () => string, number][] = [
    ['LahetaViesti', () => xml({ Kohteet: item(person), Tulostustoimittaja: 'Posti', LahetaTulostukseen: '0' }), 202],
    ['LisaaKohteita', () => xml({ KohdeMaara: '1', Kohteet: item(person) }), 0],
    ['HaeAsiakkaita', () => xml({ KyselyLaji: 'Asiakkaat', Asiakkaat: customer(person) }), 0],
    ['HaeTilaTieto', () => '', 0],
  ]
  test.each(rows)('R15: %s is understood with Viranomainen and Kysely in either order', async (name, query, code) => {
    const [first, second] = [party(sender), xml({ Kysely: query() })]
    expect((await ask(gateway, payload(name, first + second))).code).toBe(code)
    expect((await ask(gateway, payload(name, second + first))).code).toBe(code)
  })

  test.each(['<Kysely/>', '<Kysely></Kysely>', '<Kysely>\n</Kysely>', '<Kysely xsi:nil="true"/>', ''])(
    'R15: HaeTilaTieto is answered with Kysely as "%s"',
    async (kysely) => {
      expect((await ask(gateway, payload('HaeTilaTieto', party(sender) + kysely))).code).toBe(0)
    },
  )
})

describe('R16', () => {
  const absences: [string, (name: string) => string][] = [
    ['missing', () => ''],
    ['self-closing', (name) => `<${name}/>`],
    ['empty', (name) => `<${name}></${name}>`],
    ['blank', (name) => `<${name}> \r\n\t</${name}>`],
    ['nil', (name) => `<${name} xsi:nil="true"/>`],
    ['nil as 1', (name) => `<${name} xsi:nil=" 1 "></${name}>`],
  ]
  const optional = [
    ...['ViranomaisTunniste', 'Viittaus', 'VahvistusVaatimus', 'VaadiLukukuittaus', 'AsiaNumero', 'LahetysPvm'],
    ...['LahettajaNimi', 'Maksullisuus', 'MaksamisKuvausTeksti', 'Tila', 'Tiedostot', 'ViranomaisenEmail'],
    ...['SmsLisatieto', 'EmailLisatietoOtsikko', 'EmailLisatietoSisalto', 'TavoitettavuusTietoSMS'],
    ...['TavoitettavuusTietoEmail', 'Viestityyppi', 'LisaaOsoitesivu', 'SalliLiitteenKiertoPystyyn', 'Sivut'],
  ]
  const inKysely = ['Tiedostot', 'Paperi', 'LahetaTulostukseen', 'Laskutus', 'Varitulostus', 'KohdeMaara']
  const inViranomainen = ['KayttajaTunnus', 'Yhteyshenkilo', 'Osoite', 'SanomaVersio', 'SanomaVarmenneNimi']
  const written = (names: string[], absent: (name: string) => string) => names.map(absent).join('')
  const nothing = () => ''
  const letter = (absent: (name: string) => string): string => {
    const kohde = `<Kohde>${customer(person, absent('Osoite'))}<Nimeke>O</Nimeke><KuvausTeksti>T</KuvausTeksti>${written(optional, absent)}</Kohde>`
    const authority = xml({ ViranomaisTunnus: sender.authorityId, PalveluTunnus: sender.serviceId })
    const from = `<Viranomainen>${authority}${written(inViranomainen, absent)}</Viranomainen>`
    return `${from}<Kysely>${xml({ Kohteet: kohde, Tulostustoimittaja: 'P' })}${written(inKysely, absent)}</Kysely>`
  }

  test.each(absences)(
    'R16: every optional element may be %s, and is then as if it were not there',
    async (_kind, absent) => {
      for (const operation of ['LahetaViesti', 'LisaaKohteita'] as const) {
        const plain = await ask(gateway, payload(operation, letter(nothing)))
        const answer = await ask(gateway, payload(operation, letter(absent)))
        expect(answer.code).toBe(operation === 'LahetaViesti' ? 202 : 0)
        expect(answer.itemCodes).toEqual(plain.itemCodes)
        const parts = async (of: Reply) =>
          (await stored(gateway, of)).map(({ recipient, content }) => ({ recipient, content }))
        expect(await parts(answer)).toEqual(await parts(plain))
        const [storedItem] = await storedItems(gateway, answer)
        expect(storedItem).toMatchObject({ acknowledge: false, readReceipt: false, messageKind: null, reference: null })
      }
    },
  )

  test.each(absences)('R16: KyselyAlku and KyselyLoppu may be %s', async (_kind, absent) => {
    const interval = absent('KyselyAlku') + absent('KyselyLoppu')
    const listed = `<Kysely><KyselyLaji>Asiakkaat</KyselyLaji>${interval}${xml({ Asiakkaat: customer(person) })}</Kysely>`
    expect((await ask(gateway, payload('HaeAsiakkaita', party(sender) + listed))).itemCodes).toEqual([300])

    const lister = await newSender(gateway, { settings: { mayListAccounts: true } })
    const everybody = `<Kysely><KyselyLaji>Kaikki</KyselyLaji>${interval}</Kysely>`
    const found = await ask(gateway, payload('HaeAsiakkaita', party(lister) + everybody))
    expect(found.items?.map(({ recipientId }) => recipientId)).toContain(person)
  })

  test.each(absences.slice(1))('R16: parts of a file and of Laskutus may be %s', async (_kind, absent) => {
    const parts = ['TiedostonKuvaus', 'TiedostoURL', 'TiedostoID', 'TiedostoKoko', 'TiedostoMuoto']
    const attached = `<Tiedosto><TiedostoSisalto>JVBERi0xLjQ=</TiedostoSisalto><TiedostoNimi>a.pdf</TiedostoNimi>${written(parts, absent)}</Tiedosto>`
    const billing = `<Tunniste>ABC123</Tunniste>${written(['Salasana', 'Kustannuspaikka'], absent)}`
    const paper = { LahetaTulostukseen: undefined, Paperi: 'true', Laskutus: billing }
    const answer = await ask(
      gateway,
      sendMessage(sender, item(customer(person, postalAddress), { Tiedostot: attached }), paper),
    )
    expect(answer.code).toBe(202)
    const [row] = await stored(gateway, answer)
    expect(row?.content.print).toMatchObject({ billing: { id: 'ABC123', password: null, costCentre: null } })
    expect(row?.content.attachments).toMatchObject([{ caption: null, url: null, storageId: null, statedSize: null }])
  })
})
