import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { uuidv7 } from 'uuidv7'
import { sealedValue } from '../../src/sensitive.js'
import { createReturnChannel, type CitizenMessage, type CitizenMessages } from '../../src/report/index.js'
import type { ReturnChannel, ServiceSettings } from '../../src/registration/index.js'
import { attachments, deliveries, outbox } from '../../src/store/index.js'
import { artificialIdentityCode } from '../support/clients/index.js'
import { judgeBy, payloadOf } from '../support/contract-files.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import { sharedIdentity, type Identity } from '../support/keys.js'
import { eventually, newService } from '../support/queue.js'
import {
  operationIn,
  startForeignReceiver,
  startRawReceiver,
  statusAnswer,
  type ForeignReceiver,
} from '../support/return-channel.js'
import { returnChannelFiles } from '../support/return-channel-contract.js'
import { signerOf } from '../support/signer.js'

let gateway: TestGateway
let key: Identity
beforeAll(async () => {
  gateway = await startGateway()
  key = await sharedIdentity('paluukanavan allekirjoittaja')
})
afterAll(() => gateway.close())

const bytes = Buffer.from('%PDF-1.4 kansalaisen liite')
const file = { id: uuidv7(), mediaType: 'application/pdf', sha256: createHash('sha256').update(bytes).digest() }
const person = artificialIdentityCode()

function messageOf(returnChannel: ReturnChannel | undefined): CitizenMessage {
  const sender = { id: person, idType: 'SSN', name: 'Testi Henkilö', email: 'testi@example.fi', phone: '+358401234567' }
  const names = [{ name: 'liite.pdf', mediaType: 'application/pdf' }]
  const content = { title: 'Kysymys <päätöksestä>', body: ']]>\nHei & "terve"', attachments: names }
  return {
    ...{ bucket: 1, messageId: uuidv7(), number: '4711', createdAt: new Date('2026-05-05T10:00:00Z'), files: [file] },
    settings: returnChannel === undefined ? {} : { returnChannel },
    sender: sealedValue(() => sender),
    content: sealedValue(() => ({ ...content, authorityEmail: 'kirjaamo@kunta.example' })),
    answers: { number: '42', reference: 'paatos-1' },
  }
}

/** Messages that are kept somewhere, each with a delivery that is in hand; what would be written is told. */
async function prepared(messages: readonly (CitizenMessage | null)[], timeoutMs = 5_000, state?: 'production') {
  const written: string[] = []
  const ids = messages.map((message) => message?.messageId ?? uuidv7())
  const kept: CitizenMessages = {
    find: ({ messageId }) => Promise.resolve(messages[ids.indexOf(messageId)] ?? null),
    setAuthorityReference: (_tx, _key, reference) => Promise.resolve(void written.push(reference)),
  }
  const { db, runtime } = gateway
  const channel = createReturnChannel({
    ...{ db, sealer: runtime.sealer, signer: () => signerOf(key), identity: () => null },
    ...{ networks: ['127.0.0.1'], mode: 'sandbox', now: () => new Date() },
    ...{ citizenMessages: kept, timeoutMs, concurrency: 4 },
  })
  const service = await newService(db)
  if (state !== undefined) await db.query('update service set state = $2 where id = $1', [service.serviceId, state])
  for (const messageId of ids)
    await db.withTransaction((tx) =>
      deliveries.insertDelivery(tx, {
        ...{ bucket: 1, messageId, service, environment: 'test' },
        ...{ channel: 'return-channel', purpose: 'citizen-message' },
      }),
    )
  const free = { 'return-channel': 100 }
  const claimed = await outbox.claim(db, { workerId: randomUUID(), leaseMs: 60_000, free, limit: 100 })
  const jobs = ids.map((id) => claimed.find(({ messageId }) => messageId === id)!)
  return { channel, jobs, written }
}

/** One attempt at a message. */
async function deliver(message: CitizenMessage | null, state?: 'production') {
  const { channel, jobs, written } = await prepared([message], 5_000, state)
  const outcome = await channel.deliver(jobs[0]!, AbortSignal.timeout(10_000))
  if ('write' in outcome) await gateway.db.withTransaction((tx) => outcome.write!(tx))
  return { outcome, written, id: jobs[0]!.id }
}

describe.each(['old', 'new'] as const)('what a citizen writes, to a receiver of the %s generation,', (generation) => {
  let receiver: ForeignReceiver
  beforeAll(async () => {
    receiver = await startForeignReceiver(generation)
    await gateway.db
      .withTransaction((tx) => attachments.insertAttachmentData(tx, { bucket: 1, attachmentId: file.id }, bytes))
      .catch(() => undefined)
  })
  afterAll(() => receiver.close())

  test('arrives whole and valid, and the id that the authority gives it is kept', async () => {
    const { outcome, written, id } = await deliver(messageOf({ url: receiver.url, generation }))
    expect(outcome).toMatchObject({ kind: 'delivered' })
    expect(written).toEqual(['D-4711'])
    const [call] = receiver.calls
    expect(call!.operation).toBe('VieKohteita')
    expect(judgeBy(returnChannelFiles(generation).xsd)(payloadOf(call!.envelope))).toBeUndefined()
    const { Viranomainen, Kysely } = call!.args as { Viranomainen: object; Kysely: { Kohteet: { Kohde: object[] } } }
    expect(Viranomainen).toMatchObject({ SanomaTunniste: id })
    const isNew = generation === 'new'
    expect(Kysely.Kohteet.Kohde[0]).toEqual({
      Asiakas: {
        attributes: {
          ...{ AsiakasTunnus: person, TunnusTyyppi: 'SSN' },
          ...(isNew && { Sahkoposti: 'testi@example.fi', Matkapuhelin: '+358401234567' }),
        },
      },
      AsiointitiliTunniste: '4711',
      Viittaus: {
        Viittaus_WS: [
          { attributes: { ViittausTunniste: '42', ViittausTunnisteTyyppi: 'AsiointitiliTunniste' } },
          { attributes: { ViittausTunniste: 'paatos-1', ViittausTunnisteTyyppi: 'ViranomaisTunniste' } },
        ],
      },
      Nimeke: 'Kysymys <päätöksestä>',
      LahetysPvm: new Date('2026-05-05T10:00:00Z'),
      LahettajaNimi: 'Testi Henkilö',
      KuvausTeksti: ']]>\nHei & "terve"',
      Tiedostot: {
        Tiedosto: [
          {
            TiedostoSisalto: bytes.toString('base64'),
            TiedostoKoko: String(bytes.length),
            TiedostoMuoto: 'application/pdf',
            TiedostoNimi: 'liite.pdf',
          },
        ],
      },
      ...(isNew && { ViranomaisenEmail: 'kirjaamo@kunta.example' }),
    })
  })
})

const withEmail = (email: string | null, settings: ServiceSettings = {}): CitizenMessage => {
  const message = messageOf(undefined)
  return { ...message, settings, content: sealedValue(() => ({ ...message.content.reveal(), authorityEmail: email })) }
}

test.each([
  ['the item’s', withEmail('kirjaamo@kunta.example')],
  ['the service’s', withEmail(null, { replyEmail: 'palvelu@kunta.example' })],
])('without a return channel by then, what a citizen writes goes by e-mail to %s address', async (_whose, message) => {
  const { outcome } = await deliver(message)
  expect(outcome).toMatchObject({ kind: 'delivered', detail: { forwardedTo: 'email' } })
  const { rows } = await gateway.db.query(
    'select channel, purpose, state, environment from delivery where message_id = $1 order by id',
    [message.messageId],
  )
  expect(rows).toEqual([
    expect.objectContaining({ channel: 'return-channel' }),
    { channel: 'email', purpose: 'citizen-message', state: 'ready', environment: 'test' },
  ])
})

test('without any way to the authority, what a citizen writes is an operator’s, and what is gone is dropped', async () => {
  expect((await deliver(withEmail(null))).outcome).toEqual({ kind: 'refused', code: 'NO_RETURN_CHANNEL' })
  expect((await deliver(null)).outcome).toMatchObject({ kind: 'dropped', code: 'MESSAGE_GONE' })
})

test('what artificial persons wrote does not go to a service that has been opened to real ones', async () => {
  expect((await deliver(withEmail('kirjaamo@kunta.example'), 'production')).outcome).toEqual({
    ...{ kind: 'refused', code: 'SIDE_CHANGED' },
  })
})

test('messages with files go one at a time, and those without are not held up by them', async () => {
  const open: (() => void)[] = []
  const target = await startRawReceiver((request, response) => {
    open.push(() => response.end(statusAnswer(operationIn(request), 200)))
  })
  const settings = { url: target.url, generation: 'old' } as const
  const messages = [messageOf(settings), messageOf(settings), { ...messageOf(settings), files: [] }]
  const { channel, jobs } = await prepared(messages)
  const signal = AbortSignal.timeout(20_000)
  const outcomes = jobs.map((job) => channel.deliver(job, signal))
  await eventually(() => open.length === 2)
  await sleep(200)
  expect(target.received.map(({ payload }) => payload.includes('liite.pdf')).sort()).toEqual([false, true])
  open.forEach((answer) => answer())
  await eventually(() => open.length === 3)
  open[2]!()
  expect((await Promise.all(outcomes)).map(({ kind }) => kind)).toEqual(['delivered', 'delivered', 'delivered'])
  await target.close()
})
