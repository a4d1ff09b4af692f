import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import {
  addItems,
  ask,
  askSigned,
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
import {
  asiakas,
  attachments,
  base64,
  content,
  contentOf17,
  contentOfOld,
  fieldsOf14,
  fieldsOf17,
  fieldsOfLegacy,
  files,
  partyOf,
  recipientOf,
  viranomainen,
} from './all-elements.js'

let gateway: TestGateway
let sender: Sender
let person: string

beforeAll(async () => {
  gateway = await startGateway({ env: { ASTI_NON_SIGNED: 'anyone' } })
  sender = await newSender(gateway)
  person = await newPerson(gateway)
})
afterAll(() => gateway.close())

const kohde = (newer: boolean, reference: string, target: string, fields: Record<string, string>) =>
  `<Kohde>${asiakas(person, newer)}${xml({ ViranomaisTunniste: reference })}<Viittaus ViittausTunniste="${target}" ViittausTunnisteTyyppi="ViranomaisTunniste"/>${xml(fields)}</Kohde>`
const target = async () => {
  const reference = newReference()
  const [first] = await stored(
    gateway,
    await ask(gateway, addItems(sender, item(person, { ViranomaisTunniste: reference }))),
  )
  const { rows } = await gateway.db.query<{ id: string }>('select id from message where number = $1', [first!.number])
  return { reference, messageId: rows[0]!.id }
}
const linked = async (number: string) => {
  const { rows } = await gateway.db.query<{ in_reply_to: string }>(
    'select in_reply_to from message where number = $1',
    [number],
  )
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
    const letter = kohde(true, reference, earlier, fieldsOf17)
    const laskutus = xml({ Tunniste: 'ABC123', Salasana: '1234', Kustannuspaikka: 'KP-12345' })
    const query = xml({
      Paperi: 'true',
      Kohteet: letter,
      Tulostustoimittaja: 'Posti',
      LahetaTulostukseen: 'true',
      Laskutus: laskutus,
      Varitulostus: 'true',
    })
    const request = payload('LahetaViesti', `${viranomainen(sender, true)}${xml({ Kysely: query })}`)
    const types = [
      'Viranomainen',
      'Yhteyshenkilo',
      'Osoite',
      'Asiakas',
      'Viittaus_WS',
      'Tila_WS2',
      'Tiedosto',
      'Kysely_WS2A',
      'Kohde_WS2A',
    ]
    expect(declared(...types).filter((name) => !new RegExp(`[< ]${name}[ =>]`).test(request))).toEqual([])

    const answer = await askSigned(gateway, sender, request)
    expect(answer.code).toBe(202)
    expect((await gateway.submission(answer.traceId))?.notes).toBeNull()
    const [row, ...others] = await stored(gateway, answer)
    expect(others).toEqual([])
    expect(row!.recipient).toEqual(recipientOf(person, true))
    expect(row!.content).toEqual({
      ...content,
      ...contentOf17,
      attachments,
      party: partyOf(sender, true),
      print: {
        alsoOnPaper: true,
        enabled: true,
        provider: 'Posti',
        colour: true,
        billing: { id: 'ABC123', password: '1234', costCentre: 'KP-12345' },
        files: 0,
      },
    })
    expect(row).toMatchObject({
      reference,
      state: 202,
      attachments: 2,
      deliveries: [
        { channel: 'mailbox', state: 'ready' },
        { channel: 'print', state: 'ready' },
      ],
    })
    expect(await storedItems(gateway, answer)).toEqual([
      { sentAt: new Date('2026-03-04T10:00:00Z'), acknowledge: true, readReceipt: true, messageKind: 2, reference },
    ])
    expect(await storedFiles(gateway, answer)).toEqual(files)
    expect(await linked(row!.number)).toBe(messageId)
  })

  test('R20: LisaaKohteita of the legacy generation with all its elements in their old places', async () => {
    const { reference: earlier, messageId } = await target()
    const reference = newReference()
    const query = xml({ KohdeMaara: '1', Kohteet: kohde(false, reference, earlier, fieldsOfLegacy) })
    const answer = await ask(
      gateway,
      payload('LisaaKohteita', `${viranomainen(sender, false)}${xml({ Kysely: query })}`),
    )
    expect(answer.itemCodes).toEqual([202])
    const [row] = await stored(gateway, answer)
    expect(row!.recipient).toEqual(recipientOf(person, false))
    expect(row!.content).toEqual({
      ...content,
      ...contentOfOld,
      pages: null,
      attachments,
      party: partyOf(sender, false),
      print: null,
    })
    expect(await storedItems(gateway, answer)).toEqual([
      { sentAt: new Date('2026-03-04T10:00:00Z'), acknowledge: true, readReceipt: true, messageKind: null, reference },
    ])
    expect(await storedFiles(gateway, answer)).toEqual(files)
    expect(await linked(row!.number)).toBe(messageId)
  })

  const printFile = (n: number, more: Record<string, string>) =>
    xml({
      Tiedostot: xml({
        TiedostonKuvaus: `tuloste ${n}`,
        ...more,
        TiedostoMuoto: 'application/pdf',
        TiedostoNimi: `tuloste${n}.pdf`,
      }),
    })
  const letterOf14 = async (print: string) => {
    const { reference: earlier } = await target()
    const sivut = xml({ Sivut: xml({ Alkusivu: '3', Sivumaara: '4' }) })
    const letter = kohde(true, newReference(), earlier, fieldsOf14).replace('</Kohde>', `${sivut}</Kohde>`)
    const query =
      print +
      xml({
        Paperi: 'false',
        Kohteet: letter,
        Tulostustoimittaja: 'Edita',
        LahetaTulostukseen: 'false',
        Laskutus: xml({ Tunniste: 'ABC123' }),
      })
    return ask(gateway, payload('LahetaViesti', `${viranomainen(sender, true)}${xml({ Kysely: query })}`))
  }

  test('R20: LahetaViesti of 1.4 to 1.6 with all its elements, print files on message level among them', async () => {
    const answer = await letterOf14(
      printFile(1, { TiedostoSisalto: base64('%PDF-1.4 tuloste 1') }) +
        printFile(2, { TiedostoSisalto: base64('%PDF-1.4 tuloste 2') }),
    )
    expect(answer.code).toBe(202)
    const [row] = await stored(gateway, answer)
    expect(row!.recipient).toEqual(recipientOf(person, true))
    const print = (n: number) => ({
      name: `tuloste${n}.pdf`,
      writtenName: `tuloste${n}.pdf`,
      caption: `tuloste ${n}`,
      url: null,
      statedSize: null,
      storageId: null,
      mediaType: 'application/pdf',
    })
    expect(row!.content).toEqual({
      ...content,
      ...contentOfOld,
      pages: { first: '3', count: '4' },
      attachments: [...attachments, print(1), print(2)],
      party: partyOf(sender, true),
      print: {
        alsoOnPaper: false,
        enabled: false,
        provider: 'Edita',
        colour: false,
        billing: { id: 'ABC123', password: null, costCentre: null },
        files: 2,
      },
    })
    expect((await storedFiles(gateway, answer)).map(({ content: bytes }) => bytes?.toString())).toEqual([
      '%PDF-1.4 sisältö 1',
      undefined,
      '%PDF-1.4 tuloste 1',
      '%PDF-1.4 tuloste 2',
    ])
  })

  test('R20: a print file on message level may be a link or wrapped, and is kept too', async () => {
    const link = await letterOf14(printFile(1, { TiedostoURL: 'https://example.fi/tuloste' }))
    expect((await stored(gateway, link))[0]!.content.attachments).toHaveLength(3)
    const inside = printFile(1, { TiedostoSisalto: base64('%PDF-1.4 tuloste 1') }).replaceAll('Tiedostot>', 'Tiedosto>')
    const wrapped = await letterOf14(xml({ Tiedostot: inside }))
    expect((await stored(gateway, wrapped))[0]!.content.attachments).toHaveLength(3)
  })

  test('R20: elements of the newest generation are taken in LisaaKohteita too, and LahetaOC as LahetaTulostukseen', async () => {
    const { reference: earlier } = await target()
    const added = await ask(
      gateway,
      payload(
        'LisaaKohteita',
        `${viranomainen(sender, true)}${xml({ Kysely: xml({ Kohteet: kohde(true, newReference(), earlier, { ...fieldsOf14, ...fieldsOf17 }) }) })}`,
      ),
    )
    expect(added.itemCodes).toEqual([202])
    expect((await stored(gateway, added))[0]!.content).toMatchObject({
      ...contentOfOld,
      addAddressPage: true,
      allowRotateToPortrait: true,
    })

    const nobody = await newPerson(gateway, 'none')
    const query = xml({ Kohteet: item(nobody), Tulostustoimittaja: 'Edita', LahetaOC: 'false' })
    const sent = await ask(gateway, payload('LahetaViesti', `${viranomainen(sender, false)}${xml({ Kysely: query })}`))
    expect(sent.code).toBe(461)
  })
})
