import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { scannerPauseMs, withInspection } from '../../src/delivery/index.js'
import { hasClamd, says, startClamd, startScripted, type ScriptedScanner } from '../support/clamd.js'
import { eicar, pdfOf } from '../support/files.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import { eventually, scripted, startWorker } from '../support/queue.js'
import {
  postalAddress,
  addItems,
  ask,
  customer,
  file,
  item,
  newPerson,
  newReference,
  newSender,
  sendMessage,
  type Sender,
} from '../support/requests.js'

const env = (url: string | null): Record<string, string> => ({
  ASTI_NON_SIGNED: 'anyone',
  ASTI_DELIVERY_PAUSE_DIVISOR: '100',
  ASTI_DELIVERY_POLL_MS: '50',
  ...(url === null ? {} : { ASTI_SCANNER_URL: url }),
})

const withFiles = (to: string, contents: Buffer[], fields = {}): string =>
  item(to, {
    Tiedostot: contents
      .map((content, i) => {
        const [type, name] = content === eicar ? ['text/plain', 'virus.txt'] : ['application/pdf', 'paatos.pdf']
        return file({ TiedostoSisalto: content.toString('base64'), TiedostoMuoto: type, TiedostoNimi: `${i}${name}` })
      })
      .join(''),
    ViranomaisTunniste: newReference(),
    ...fields,
  })

interface Fate {
  state: number
  history: number[]
  sources: string[]
  scans: (string | null)[]
  deliveries: { channel: string; purpose: string; state: string; reason: string | null; about: object | null }[]
}

/** What became of the messages of a request, in their order. */
async function fatesOf(gateway: TestGateway, traceId: string): Promise<Fate[]> {
  const { rows } = await gateway.db.query<Fate>(
    `select m.state,
       (select array_agg(e.state order by e.id) from state_event e where e.bucket = m.bucket and e.message_id = m.id) as history,
       (select array_agg(e.source order by e.id) from state_event e where e.bucket = m.bucket and e.message_id = m.id) as sources,
       (select array_agg(a.scan order by a.position) from attachment a where a.bucket = i.bucket and a.item_id = i.id) as scans,
       (select json_agg(json_build_object('channel', d.channel, 'purpose', d.purpose, 'state', d.state, 'reason', d.reason,
         'about', d.about - 'eventId') order by d.id) from delivery d where d.bucket = m.bucket and d.message_id = m.id) as deliveries
     from item i join message m on m.bucket = i.bucket and m.item_id = i.id where i.submission_id = $1 order by m.id`,
    [traceId],
  )
  return rows
}

async function ended(gateway: TestGateway, traceId: string): Promise<Fate[]> {
  let fates: Fate[] = []
  await eventually(async () => {
    fates = await fatesOf(gateway, traceId)
    return fates.length > 0 && fates.every(({ state }) => state !== 202)
  })
  return fates
}

const settings = { returnChannel: { url: 'https://example.fi/paluu', generation: 'new' } } as const

describe('with a scanner', () => {
  let scanner: ScriptedScanner
  let gateway: TestGateway
  let sender: Sender
  let person: string
  beforeAll(async () => {
    scanner = await startScripted(says('stream: OK'))
    gateway = await startGateway({ env: env(scanner.url), delivers: true })
    sender = await newSender(gateway, { settings })
    person = await newPerson(gateway)
  })
  beforeEach(() => {
    scanner.seen.length = 0
    scanner.behave = says('stream: OK')
  })
  afterAll(async () => {
    await gateway.close()
    await scanner.stop()
  })
  const add = async (...items: string[]) => {
    const answer = await ask(gateway, addItems(sender, ...items))
    expect(new Set(answer.itemCodes)).toEqual(new Set([202]))
    return answer.traceId
  }
  const codesOf = async (traceId: string): Promise<string[]> => {
    const { rows } = await gateway.db.query<{ code: string }>(
      `select distinct a.code from attempt a join delivery d on d.bucket = a.bucket and d.id = a.delivery_id
       join message m on m.bucket = d.bucket and m.id = d.message_id join item i on i.bucket = m.bucket and i.id = m.item_id
       where i.submission_id = $1 and a.code is not null`,
      [traceId],
    )
    return rows.map(({ code }) => code)
  }

  test('a letter is seen when all its files were found clean, and each was read as it was sent', async () => {
    const contents = [pdfOf(10), pdfOf(600_000)]
    const [fate] = await ended(gateway, await add(withFiles(person, contents)))
    expect(fate).toMatchObject({ state: 200, history: [202, 200], scans: ['clean', 'clean'] })
    expect(scanner.seen.map((bytes) => bytes.length)).toEqual([10, 600_000])
  })

  test('a letter without files asks no scanner', async () => {
    const answer = await ask(gateway, sendMessage(sender, item(person)))
    expect(await ended(gateway, answer.traceId)).toMatchObject([{ state: 200 }])
    expect(scanner.seen).toEqual([])
  })

  test('one file for many people is scanned once, when nobody else scans it at the same moment', async () => {
    const people = await Promise.all(Array.from({ length: 30 }, () => newPerson(gateway)))
    const fates = await ended(gateway, await add(withFiles(people.map((id) => customer(id)).join(''), [pdfOf(50)])))
    expect(fates.map(({ state }) => state)).toEqual(people.map(() => 200))
    expect(scanner.seen.length).toBeLessThanOrEqual(8)
  })

  test('a virus ends the letter for everybody with 523, which the authority is told', async () => {
    scanner.behave = says('stream: Win.Test FOUND')
    const two = customer(person) + customer(await newPerson(gateway))
    const traceId = await add(withFiles(two, [pdfOf(30)]))
    for (const fate of await ended(gateway, traceId)) {
      expect(fate).toMatchObject({ state: 523, history: [202, 523], sources: ['intake', 'scanner'], scans: ['found'] })
      expect(fate.deliveries).toEqual([
        { channel: 'mailbox', purpose: 'message', state: 'dead', reason: 'VIRUS_FOUND', about: null },
        { channel: 'return-channel', purpose: 'state', state: 'ready', reason: null, about: { state: 523 } },
      ])
    }
    const { rows } = await gateway.db.query<{ detail: { signature: string | null } }>(
      `select detail from attempt where code = 'VIRUS_FOUND'`,
    )
    expect(rows.map(({ detail }) => detail.signature)).toContain('Win.Test')
  })

  test('a letter that ended with a virus may be sent again under its reference', async () => {
    scanner.behave = says('stream: Win.Test FOUND')
    const reference = newReference()
    await ended(gateway, await add(withFiles(person, [pdfOf(30)], { ViranomaisTunniste: reference })))
    scanner.behave = says('stream: OK')
    const again = await add(withFiles(person, [pdfOf(31)], { ViranomaisTunniste: reference }))
    expect(await ended(gateway, again)).toMatchObject([{ state: 200 }])
  })

  test('a letter waits for a scanner that is away, uses up none of its attempts, and arrives when it is back', async () => {
    await scanner.stop()
    const traceId = await add(withFiles(person, [pdfOf(40)]))
    await eventually(async () => (await codesOf(traceId)).includes('SCANNER_AWAY'))
    const without = await ask(gateway, sendMessage(sender, item(person)))
    expect(await ended(gateway, without.traceId)).toMatchObject([{ state: 200 }])
    expect(await fatesOf(gateway, traceId)).toMatchObject([{ state: 202, scans: [null] }])
    await scanner.again()
    expect(await ended(gateway, traceId)).toMatchObject([{ state: 200, scans: ['clean'] }])
    const { rows } = await gateway.db.query<{ attempts: number }>(
      `select d.attempts from delivery d join message m on m.bucket = d.bucket and m.id = d.message_id
       join item i on i.bucket = m.bucket and i.id = m.item_id where i.submission_id = $1 and d.channel = 'mailbox'`,
      [traceId],
    )
    expect(rows).toEqual([{ attempts: 1 }])
    expect(gateway.logged()).toContain('"scanner.away"')
    expect(gateway.logged()).toContain('"scanner.back"')
  })

  test.each([
    ['garbage', says('jotain muuta'), 'SCANNER_AWAY'],
    ['an error', says('stream: Internal ERROR'), 'SCANNER_AWAY'],
    ['a limit of its own', says('INSTREAM size limit exceeded. ERROR'), 'SCANNER_LIMIT'],
  ])('a scanner that answers %s has not said that the file is clean', async (_kind, behave, code) => {
    scanner.behave = behave
    const traceId = await add(withFiles(person, [pdfOf(45)]))
    await eventually(async () => (await codesOf(traceId)).includes(code))
    expect(await fatesOf(gateway, traceId)).toMatchObject([{ state: 202, scans: [null] }])
    scanner.behave = says('stream: OK')
    expect(await ended(gateway, traceId)).toMatchObject([{ state: 200 }])
  })

  test('bytes that are not those that were taken end the letter with 522', async () => {
    scanner.behave = () => undefined
    await scanner.stop()
    const traceId = await add(withFiles(person, [pdfOf(300_000)]))
    await gateway.db.query(
      `update attachment_data d set body = set_byte(d.body, 1, 0) from attachment a join item i on i.bucket = a.bucket and i.id = a.item_id
       where d.bucket = a.bucket and d.attachment_id = a.id and d.seq = 1 and i.submission_id = $1`,
      [traceId],
    )
    scanner.behave = says('stream: OK')
    await scanner.again()
    const [fate] = await ended(gateway, traceId)
    expect(fate).toMatchObject({ state: 522, history: [202, 522], sources: ['intake', 'inspection'], scans: [null] })
    expect(fate!.deliveries).toMatchObject([
      { channel: 'mailbox', state: 'dead', reason: 'ATTACHMENT_DAMAGED' },
      { channel: 'return-channel', about: { state: 522 } },
    ])
  })
})

const really = hasClamd ? test : test.skip
really('with the real clamd: clean 200, a virus 523, also to paper (skipped where it is not installed)', async () => {
  const clamd = await startClamd()
  const gateway = await startGateway({ env: env(clamd.url), delivers: true })
  try {
    const sender = await newSender(gateway, { settings })
    const person = await newPerson(gateway)
    const answer = await ask(
      gateway,
      addItems(sender, withFiles(person, [pdfOf(100_000)]), withFiles(person, [pdfOf(10), eicar])),
    )
    expect(answer.itemCodes).toEqual([202, 202])
    expect((await ended(gateway, answer.traceId)).map(({ state, scans }) => [state, scans])).toEqual([
      [200, ['clean']],
      [523, ['clean', 'found']],
    ])
    const paper = { LahetaTulostukseen: undefined, Paperi: '1', Laskutus: '<Tunniste>ABC123</Tunniste>' }
    const letter = withFiles(customer(person, postalAddress), [Buffer.from('%PDF-1.4 kirje\n%%EOF\n'), eicar])
    const both = await ask(gateway, sendMessage(sender, letter, paper))
    expect(both.code).toBe(202)
    const [fate] = await ended(gateway, both.traceId)
    expect(fate!.state).toBe(523)
    // Whichever way was looked at first ends by the virus; the other one by that, or by the message's failure.
    const ways = fate!.deliveries.filter(({ purpose }) => purpose === 'message')
    expect(ways.map(({ reason }) => reason)).toContain('VIRUS_FOUND')
    for (const { reason } of ways) expect(['VIRUS_FOUND', 'MESSAGE_FAILED']).toContain(reason)
  } finally {
    await gateway.close()
    await clamd.stop()
  }
})

describe('without a scanner', () => {
  let gateway: TestGateway
  let stop: (() => Promise<void>) | null = null
  beforeAll(async () => (gateway = await startGateway({ env: env(null) })))
  afterEach(async () => {
    await stop?.()
    stop = null
  })
  afterAll(() => gateway.close())

  test('damage that a channel meets while it reads ends the letter all the same', async () => {
    const { AttachmentDamaged } = (await import('../../src/store/index.js')).attachments
    const channel = scripted(() => {
      throw new AttachmentDamaged('ATTACHMENT_DAMAGED', randomUUID())
    })
    const answer = await ask(
      gateway,
      addItems(await newSender(gateway), withFiles(await newPerson(gateway), [pdfOf(10)])),
    )
    stop = startWorker(gateway.db, [withInspection(channel, { db: gateway.db, inspector: null })]).stop
    expect(await ended(gateway, answer.traceId)).toMatchObject([{ state: 522, scans: [null] }])
  })
})

test('a letter asks an absent scanner again after half a minute at first, and then every five minutes at most', () => {
  const pauses = [0, 60, 240, 600, 1_200, 86_400].map((waitedS) => scannerPauseMs(new Date(-waitedS * 1_000), 1, 0))
  const about = (pause: number, seconds: number) => Math.abs(pause / 1_000 / seconds - 1) <= 0.11
  expect(pauses.map((pause, i) => about(pause, [30, 30, 60, 150, 300, 300][i]!))).toEqual(pauses.map(() => true))
})
