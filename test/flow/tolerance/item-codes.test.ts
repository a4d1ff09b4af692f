import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { pdfOf } from '../../support/files.js'
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
  sendMessage,
  stored,
  storedFiles,
  storedItems,
  type Sender,
} from '../../support/requests.js'

let gateway: TestGateway
let sender: Sender
let person: string

beforeAll(async () => {
  gateway = await startGateway({ env: { ASTI_NON_SIGNED: 'anyone', ASTI_MAX_ATTACHMENT_BYTES: '1000' } })
  sender = await newSender(gateway)
  person = await newPerson(gateway)
})
afterAll(() => gateway.close())

const bytes = (size: number) => pdfOf(size).toString('base64')
const link = (url = 'https://example.fi/paatos?id=1&amp;b=2') =>
  file({
    TiedostoSisalto: undefined,
    TiedostoURL: url,
    TiedostoKoko: '10',
    TiedostoMuoto: 'text/url',
    TiedostoNimi: 'linkki',
  })

describe('KohteenTila', () => {
  test('200: an item without files is visible at once', async () => {
    const answer = await ask(gateway, addItems(sender, item(person)))
    expect(answer.itemCodes).toEqual([200])
    expect(await stored(gateway, answer)).toMatchObject([
      {
        number: answer.items![0]!.mailboxId,
        state: 200,
        deliveries: [{ channel: 'mailbox', state: 'delivered' }],
        history: [{ state: 200, source: 'intake' }],
      },
    ])
  })

  test('200: an item with links only is visible at once, and the links are kept', async () => {
    const answer = await ask(
      gateway,
      addItems(sender, item(person, { Tiedostot: link() + link('https://example.fi/2') })),
    )
    expect(answer.itemCodes).toEqual([200])
    expect(await storedFiles(gateway, answer)).toEqual([
      { mediaType: 'text/url', content: null },
      { mediaType: 'text/url', content: null },
    ])
    const [row] = await stored(gateway, answer)
    expect(row?.content.attachments.map(({ url }) => url)).toEqual([
      'https://example.fi/paatos?id=1&b=2',
      'https://example.fi/2',
    ])
  })

  test('202: an item with a file, or a file and a link, is queued', async () => {
    for (const Tiedostot of [file(), link() + file()]) {
      const answer = await ask(gateway, addItems(sender, item(person, { Tiedostot })))
      expect(answer.itemCodes).toEqual([202])
      expect(await stored(gateway, answer)).toMatchObject([
        { number: answer.items![0]!.mailboxId, state: 202, deliveries: [{ channel: 'mailbox', state: 'ready' }] },
      ])
    }
  })

  test('LahetaViesti takes links as well', async () => {
    const answer = await ask(gateway, sendMessage(sender, item(person, { Tiedostot: link() + file() })))
    expect(answer.code).toBe(202)
    expect((await storedFiles(gateway, answer)).map(({ mediaType }) => mediaType)).toEqual([
      'text/url',
      'application/pdf',
    ])
  })

  const refusals: [number, string, () => Promise<string> | string][] = [
    [524, 'the customer has no account', async () => item(await newPerson(gateway, 'none'))],
    [524, 'the account is passive', async () => item(await newPerson(gateway, 'passive'))],
    [525, 'nobody can have such an id, on the test side', () => item(customer('ei tunnus'))],
    [525, 'the id of the customer is empty', () => item(customer(''))],
    [525, 'the id of the customer is over 20 characters', () => item(customer('1'.repeat(21)))],
    [525, 'ViranomaisTunniste is over 255 characters', () => item(person, { ViranomaisTunniste: 'x'.repeat(256) })],
    [525, 'Nimeke is over 400 characters', () => item(person, { Nimeke: 'x'.repeat(401) })],
    [525, 'there is neither Nimeke nor KuvausTeksti', () => item(person, { Nimeke: undefined, KuvausTeksti: ' ' })],
    [525, 'a file has no content', () => item(person, { Tiedostot: file() + file({ TiedostoSisalto: '' }) })],
    [
      525,
      'a file has content and a link',
      () => item(person, { Tiedostot: file({ TiedostoURL: 'https://example.fi' }) }),
    ],
    [525, 'content is not base64', () => item(person, { Tiedostot: file({ TiedostoSisalto: 'A=BC' }) })],
    [525, 'content is base64 for URLs', () => item(person, { Tiedostot: file({ TiedostoSisalto: '_-8=' }) })],
    [
      528,
      'the type of a file is not allowed',
      () => item(person, { Tiedostot: file() + file({ TiedostoMuoto: 'text/html' }) }),
    ],
    [529, 'a file is over the limit', () => item(person, { Tiedostot: file({ TiedostoSisalto: bytes(1001) }) })],
    [
      580,
      'a file is only named in a store',
      () => item(person, { Tiedostot: file({ TiedostoSisalto: undefined, TiedostoID: '12' }) }),
    ],
    [
      521,
      'Viittaus means nothing',
      () =>
        item(person).replace(
          '<Nimeke>',
          '<Viittaus ViittausTunniste="1" ViittausTunnisteTyyppi="AsiointitiliTunniste"/><Nimeke>',
        ),
    ],
  ]
  test.each(refusals)('%i: %s', async (code, _kind, write) => {
    const answer = await ask(gateway, addItems(sender, await write()))
    expect([answer.code, ...answer.itemCodes]).toEqual([0, code])
    expect(answer.items![0]!.mailboxId).toBeUndefined()
    expect(await stored(gateway, answer)).toEqual([])
    expect(await storedItems(gateway, answer)).toEqual([])
    expect(await gateway.submission(answer.traceId)).toMatchObject({ statusCode: 0, messageCount: 0 })
  })

  test('a file of just the limit is taken', async () => {
    expect(
      (await ask(gateway, addItems(sender, item(person, { Tiedostot: file({ TiedostoSisalto: bytes(1000) }) }))))
        .itemCodes,
    ).toEqual([202])
  })

  test('520: an item that is stored already, also when its customer has left since; a refused one may come again', async () => {
    const to = await newPerson(gateway, 'none')
    const request = addItems(sender, item(to, { ViranomaisTunniste: newReference() }))
    expect((await ask(gateway, request)).itemCodes).toEqual([524])
    await gateway.openAccount(to)
    expect((await ask(gateway, request)).itemCodes).toEqual([200])
    expect((await ask(gateway, request)).itemCodes).toEqual([520])
    await gateway.openAccount(to, 'passive')
    const again = await askSigned(gateway, sender, request)
    expect(again.itemCodes).toEqual([520])
    expect(await stored(gateway, again)).toEqual([])
  })

  test('several items to several customers each have an outcome of their own', async () => {
    const [a, b, none] = [await newPerson(gateway), await newPerson(gateway), await newPerson(gateway, 'none')]
    const known = newReference()
    await ask(gateway, addItems(sender, item(a, { ViranomaisTunniste: known })))
    const everybody = customer(a) + customer(none) + customer(b)
    const before = await gateway.count('attachment')
    const answer = await ask(
      gateway,
      addItems(
        sender,
        item(everybody, { ViranomaisTunniste: known, Nimeke: '1' }),
        item(everybody, { Nimeke: '2', Tiedostot: file() + link() }),
        item(everybody, { Nimeke: '3', Tiedostot: file({ TiedostoMuoto: 'text/html' }) }),
        item(customer('') + customer(b), { ViranomaisTunniste: newReference(), Nimeke: '4' }),
        item(none, { Nimeke: '5' }),
      ),
    )
    expect(answer.code).toBe(0)
    expect(answer.itemCodes).toEqual([520, 524, 200, 202, 524, 202, 528, 528, 528, 525, 200, 524])
    expect(answer.body.toString()).toContain('<asi:KohdeMaara>5</asi:KohdeMaara>')
    const rows = (await stored(gateway, answer)).toReversed()
    expect(rows.map(({ content, recipient }) => [content.title, recipient.id])).toEqual([
      ['1', b],
      ['2', a],
      ['2', b],
      ['4', b],
    ])
    const numbers = answer.items!.flatMap(({ mailboxId }) => mailboxId ?? [])
    expect(numbers).toEqual(rows.map(({ number }) => number))
    expect(new Set(numbers).size).toBe(4)
    expect((await gateway.count('attachment')) - before).toBe(2)
    expect(await gateway.submission(answer.traceId)).toMatchObject({
      outcome: 'accepted',
      itemCount: 5,
      messageCount: 4,
    })
  })
})
