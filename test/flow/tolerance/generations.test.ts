import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import {
  addItems,
  ask,
  askSigned,
  customer,
  item,
  newPerson,
  newReference,
  newSender,
  payload,
  stored,
  storedFiles,
  storedItems,
  xml,
  type Sender,
} from '../../support/requests.js'

let gateway: TestGateway
let sender: Sender
let person: string

beforeAll(async () => {
  gateway = await startGateway({ env: { ASTI_NON_SIGNED: 'on' } })
  sender = await newSender(gateway)
  person = await newPerson(gateway)
})
afterAll(() => gateway.close())

const base64 = (text: string) => Buffer.from(text).toString('base64')
const osoite = (who: string) =>
  xml({ Osoite: xml({ Nimi: `${who} nimi`, Lahiosoite: `${who} katu 1`, Postinumero: '00100', Postitoimipaikka: 'Helsinki', Maa: 'SE' }) })
const address = (who: string) => ({ name: `${who} nimi`, street: `${who} katu 1`, postalCode: '00100', city: 'Helsinki', country: 'SE' })

const contactAttributes = 'Nimi="Yrjö Yhteys" Sahkoposti="yrjo@example.fi" Matkapuhelin="+358401"'
const viranomainen = (newer: boolean) =>
  `<Viranomainen>${xml({ ViranomaisTunnus: sender.authorityId, PalveluTunnus: sender.serviceId, KayttajaTunnus: 'virkailija 1' })}` +
  (newer ? `<Yhteyshenkilo ${contactAttributes}/>${osoite('lähettäjä')}` : '') +
  `${xml({ SanomaTunniste: 'sanoma 1', SanomaVersio: '1.7', SanomaVarmenneNimi: 'Varmenne Öy' })}</Viranomainen>`
const party = (newer: boolean) => ({
  authorityId: sender.authorityId,
  serviceId: sender.serviceId,
  actingUserId: 'virkailija 1',
  contact: newer ? { name: 'Yrjö Yhteys', email: 'yrjo@example.fi', phone: '+358401' } : null,
  address: newer ? address('lähettäjä') : null,
  exchangeId: 'sanoma 1',
  exchangeVersion: '1.7',
  certificateCommonName: 'Varmenne Öy',
})

const asiakas = (newer: boolean) =>
  newer
    ? customer(person, osoite('saaja')).replace('>', ' Sahkoposti="saaja@example.fi" Matkapuhelin="+358402">')
    : customer(person)
const recipient = (newer: boolean) => ({
  id: person,
  idType: 'SSN',
  email: newer ? 'saaja@example.fi' : null,
  phone: newer ? '+358402' : null,
  address: newer ? address('saaja') : null,
})

const tila = { TilaKoodi: 'VIR', Tila: 'vireillä', TilaKuvaus: 'Asia on vireillä', TilaPvm: '2026-03-01T08:00:00+02:00' }
/** A file and a link: together they have every element of Tiedosto. */
const tiedostot =
  xml({ Tiedosto: xml({ TiedostonKuvaus: 'kuvaus 1', TiedostoSisalto: base64('sisältö 1'), TiedostoID: 'id 1', TiedostoKoko: '1', TiedostoMuoto: 'application/pdf', TiedostoNimi: 'yksi.pdf' }) }) +
  xml({ Tiedosto: xml({ TiedostonKuvaus: 'kuvaus 2', TiedostoURL: 'https://example.fi/a?b=1&amp;c=2', TiedostoKoko: '10', TiedostoMuoto: 'text/url', TiedostoNimi: 'linkki' }) })
const attachments = [
  { name: 'yksi.pdf', writtenName: 'yksi.pdf', caption: 'kuvaus 1', url: null, statedSize: '1', storageId: 'id 1' },
  { name: 'linkki', writtenName: 'linkki', caption: 'kuvaus 2', url: 'https://example.fi/a?b=1&c=2', statedSize: '10', storageId: null },
]
const files = [
  { mediaType: 'application/pdf', content: Buffer.from('sisältö 1') },
  { mediaType: 'text/url', content: null },
]

const common = {
  VahvistusVaatimus: '1',
  VaadiLukukuittaus: '1',
  AsiaNumero: 'HEL 2026-1',
  Nimeke: 'otsikko',
  LahetysPvm: '2026-03-04T12:00:00+02:00',
  LahettajaNimi: 'lähettäjän nimi',
  KuvausTeksti: 'teksti\nrivi 2',
}
const older = { Maksullisuus: '1', MaksamisKuvausTeksti: 'maksun kuvaus' }
const middle = { Tila: xml(tila), Tiedostot: tiedostot, ViranomaisenEmail: 'kirjaamo@example.fi' }
const notices = { EmailLisatietoOtsikko: 'sähköpostin otsikko', EmailLisatietoSisalto: 'sähköpostin sisältö' }
const reach = { TavoitettavuusTietoEmail: 'tavoita@example.fi' }
const newer17 = { Viestityyppi: '2', LisaaOsoitesivu: 'true', SalliLiitteenKiertoPystyyn: 'true' }
const olderNotices = { SmsLisatieto: 'tekstiviesti' }
const olderReach = { TavoitettavuusTietoSMS: '+358403' }

const content = {
  title: 'otsikko',
  body: 'teksti\nrivi 2',
  caseNumber: 'HEL 2026-1',
  senderDisplayName: 'lähettäjän nimi',
  matterState: tila,
  authorityEmail: 'kirjaamo@example.fi',
  emailSubject: 'sähköpostin otsikko',
  emailBody: 'sähköpostin sisältö',
  reachabilityEmail: 'tavoita@example.fi',
}
const contentOf17 = { feeApplies: false, feeDescription: null, smsText: null, reachabilityPhone: null, addAddressPage: true, allowRotateToPortrait: true, pages: null }
const contentOfOld = { feeApplies: true, feeDescription: 'maksun kuvaus', smsText: 'tekstiviesti', reachabilityPhone: '+358403', addAddressPage: false, allowRotateToPortrait: false }

const kohde = (newer: boolean, reference: string, target: string, fields: Record<string, string>) =>
  `<Kohde>${asiakas(newer)}${xml({ ViranomaisTunniste: reference })}<Viittaus ViittausTunniste="${target}" ViittausTunnisteTyyppi="ViranomaisTunniste"/>${xml(fields)}</Kohde>`
const target = async () => {
  const reference = newReference()
  const [first] = await stored(gateway, await ask(gateway, addItems(sender, item(person, { ViranomaisTunniste: reference }))))
  const { rows } = await gateway.db.query<{ id: string }>('select id from message where number = $1', [first!.number])
  return { reference, messageId: rows[0]!.id }
}
const linked = async (number: string) => {
  const { rows } = await gateway.db.query<{ in_reply_to: string }>('select in_reply_to from message where number = $1', [number])
  return rows[0]!.in_reply_to
}

/** Names of the elements and attributes that types of the schema declare. */
function declared(...types: string[]): string[] {
  const schema = readFileSync('xsd/Viranomaispalvelut.xsd', 'utf8')
  const found = types.flatMap((type) => {
    const start = schema.indexOf(`<xs:complexType name="${type}">`)
    const end = schema.indexOf('\n  </xs:complexType>', start)
    return [...schema.slice(start, end).matchAll(/<xs:(?:element|attribute) name="(\w+)"/g)].map(([, name]) => name!)
  })
  return [...new Set(found)]
}

describe('every element of a generation is kept', () => {
  test('R20: LahetaViesti of 1.7 with all its elements, signed', async () => {
    const { reference: earlier, messageId } = await target()
    const reference = newReference()
    const letter = kohde(true, reference, earlier, { ...common, ...middle, ...notices, ...reach, ...newer17 })
    const laskutus = xml({ Tunniste: 'ABC123', Salasana: '1234', Kustannuspaikka: 'KP-12345' })
    const query = xml({ Paperi: 'true', Kohteet: letter, Tulostustoimittaja: 'Posti', LahetaTulostukseen: 'true', Laskutus: laskutus, Varitulostus: 'true' })
    const request = payload('LahetaViesti', `${viranomainen(true)}${xml({ Kysely: query })}`)
    const types = ['Viranomainen', 'Yhteyshenkilo', 'Osoite', 'Asiakas', 'Viittaus_WS', 'Tila_WS2', 'Tiedosto', 'Kysely_WS2A', 'Kohde_WS2A']
    expect(declared(...types).filter((name) => !new RegExp(`[< ]${name}[ =>]`).test(request))).toEqual([])

    const answer = await askSigned(gateway, sender, request)
    expect(answer.code).toBe(202)
    expect((await gateway.submission(answer.traceId))?.notes).toBeNull()
    const [row, ...others] = await stored(gateway, answer)
    expect(others).toEqual([])
    expect(row!.recipient).toEqual(recipient(true))
    expect(row!.content).toEqual({
      ...content,
      ...contentOf17,
      attachments,
      party: party(true),
      print: { alsoOnPaper: true, enabled: true, provider: 'Posti', colour: true, billing: { id: 'ABC123', password: '1234', costCentre: 'KP-12345' }, files: 0 },
    })
    expect(row).toMatchObject({ reference, state: 202, attachments: 2, deliveries: [{ channel: 'mailbox', state: 'ready' }, { channel: 'print', state: 'ready' }] })
    expect(await storedItems(gateway, answer)).toEqual([{ sentAt: new Date('2026-03-04T10:00:00Z'), acknowledge: true, readReceipt: true, messageKind: 2, reference }])
    expect(await storedFiles(gateway, answer)).toEqual(files)
    expect(await linked(row!.number)).toBe(messageId)
  })

  test('R20: LisaaKohteita of the legacy generation with all its elements in their old places', async () => {
    const { reference: earlier, messageId } = await target()
    const reference = newReference()
    const { VaadiLukukuittaus, ...start } = common
    const fields = { ...start, ...older, ...middle, VaadiLukukuittaus, ...olderNotices, ...notices, ...olderReach, ...reach }
    const query = xml({ KohdeMaara: '1', Kohteet: kohde(false, reference, earlier, fields) })
    const answer = await ask(gateway, payload('LisaaKohteita', `${viranomainen(false)}${xml({ Kysely: query })}`))
    expect(answer.itemCodes).toEqual([202])
    const [row] = await stored(gateway, answer)
    expect(row!.recipient).toEqual(recipient(false))
    expect(row!.content).toEqual({ ...content, ...contentOfOld, pages: null, attachments, party: party(false), print: null })
    expect(await storedItems(gateway, answer)).toEqual([{ sentAt: new Date('2026-03-04T10:00:00Z'), acknowledge: true, readReceipt: true, messageKind: null, reference }])
    expect(await storedFiles(gateway, answer)).toEqual(files)
    expect(await linked(row!.number)).toBe(messageId)
  })

  const printFile = (n: number, more: Record<string, string>) =>
    xml({ Tiedostot: xml({ TiedostonKuvaus: `tuloste ${n}`, ...more, TiedostoMuoto: 'application/pdf', TiedostoNimi: `tuloste${n}.pdf` }) })
  const letterOf14 = async (print: string) => {
    const { reference: earlier } = await target()
    const fields = { ...common, ...older, ...middle, ...olderNotices, ...notices, ...olderReach, ...reach, Viestityyppi: '2' }
    const sivut = xml({ Sivut: xml({ Alkusivu: '3', Sivumaara: '4' }) })
    const letter = kohde(true, newReference(), earlier, fields).replace('</Kohde>', `${sivut}</Kohde>`)
    const query = print + xml({ Paperi: 'false', Kohteet: letter, Tulostustoimittaja: 'Edita', LahetaTulostukseen: 'false', Laskutus: xml({ Tunniste: 'ABC123' }) })
    return ask(gateway, payload('LahetaViesti', `${viranomainen(true)}${xml({ Kysely: query })}`))
  }

  test('R20: LahetaViesti of 1.4 to 1.6 with all its elements, print files on message level among them', async () => {
    const answer = await letterOf14(printFile(1, { TiedostoSisalto: base64('tuloste 1') }) + printFile(2, { TiedostoSisalto: base64('tuloste 2') }))
    expect(answer.code).toBe(202)
    const [row] = await stored(gateway, answer)
    expect(row!.recipient).toEqual(recipient(true))
    const print = (n: number) => ({ name: `tuloste${n}.pdf`, writtenName: `tuloste${n}.pdf`, caption: `tuloste ${n}`, url: null, statedSize: null, storageId: null })
    expect(row!.content).toEqual({
      ...content,
      ...contentOfOld,
      pages: { first: '3', count: '4' },
      attachments: [...attachments, print(1), print(2)],
      party: party(true),
      print: { alsoOnPaper: false, enabled: false, provider: 'Edita', colour: false, billing: { id: 'ABC123', password: null, costCentre: null }, files: 2 },
    })
    expect((await storedFiles(gateway, answer)).map(({ content: bytes }) => bytes?.toString())).toEqual(['sisältö 1', undefined, 'tuloste 1', 'tuloste 2'])
  })

  test('R20: a print file on message level may be a link or wrapped, and is kept too', async () => {
    const link = await letterOf14(printFile(1, { TiedostoURL: 'https://example.fi/tuloste' }))
    expect((await stored(gateway, link))[0]!.content.attachments).toHaveLength(3)
    const inside = printFile(1, { TiedostoSisalto: base64('tuloste 1') }).replaceAll('Tiedostot>', 'Tiedosto>')
    const wrapped = await letterOf14(xml({ Tiedostot: inside }))
    expect((await stored(gateway, wrapped))[0]!.content.attachments).toHaveLength(3)
  })

  test('R20: elements of the newest generation are taken in LisaaKohteita too, and LahetaOC as LahetaTulostukseen', async () => {
    const { reference: earlier } = await target()
    const fields = { ...common, ...older, ...middle, ...olderNotices, ...notices, ...olderReach, ...reach, ...newer17 }
    const added = await ask(gateway, payload('LisaaKohteita', `${viranomainen(true)}${xml({ Kysely: xml({ Kohteet: kohde(true, newReference(), earlier, fields) }) })}`))
    expect(added.itemCodes).toEqual([202])
    expect((await stored(gateway, added))[0]!.content).toMatchObject({ ...contentOfOld, addAddressPage: true, allowRotateToPortrait: true })

    const nobody = await newPerson(gateway, 'none')
    const query = xml({ Kohteet: item(nobody), Tulostustoimittaja: 'Edita', LahetaOC: 'false' })
    const sent = await ask(gateway, payload('LahetaViesti', `${viranomainen(false)}${xml({ Kysely: query })}`))
    expect(sent.code).toBe(461)
  })
})
