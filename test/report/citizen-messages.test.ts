import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { uuidv7 } from 'uuidv7'
import { sealedValue } from '../../src/sensitive.js'
import { createReturnChannel, type CitizenMessage, type CitizenMessages } from '../../src/report/index.js'
import type { ReturnChannel } from '../../src/registration/index.js'
import { attachments, deliveries, outbox } from '../../src/store/index.js'
import { artificialIdentityCode } from '../support/clients/index.js'
import { judgeBy, payloadOf } from '../support/contract-files.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import { sharedIdentity, type Identity } from '../support/keys.js'
import { newService } from '../support/queue.js'
import { startForeignReceiver, type ForeignReceiver } from '../support/return-channel.js'
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

/** One attempt at a message that is kept somewhere; what it would write is told. */
async function deliver(message: CitizenMessage | null) {
  const written: string[] = []
  const kept: CitizenMessages = {
    find: () => Promise.resolve(message),
    setAuthorityReference: (_tx, _key, reference) => Promise.resolve(void written.push(reference)),
  }
  const { db, runtime } = gateway
  const channel = createReturnChannel({
    ...{ db, sealer: runtime.sealer, signer: () => signerOf(key), networks: ['127.0.0.1'], identity: () => null },
    ...{ citizenMessages: kept, now: () => new Date(), timeoutMs: 5_000, concurrency: 4 },
  })
  const service = await newService(db)
  const id = await db.withTransaction((tx) =>
    deliveries.insertDelivery(tx, {
      ...{ bucket: 1, messageId: message?.messageId ?? uuidv7(), service, environment: 'test' },
      ...{ channel: 'return-channel', purpose: 'citizen-message' },
    }),
  )
  const free = { 'return-channel': 100 }
  const jobs = await outbox.claim(db, { workerId: randomUUID(), leaseMs: 60_000, free, limit: 100 })
  const outcome = await channel.deliver(
    jobs.find((job) => job.id === id)!,
    AbortSignal.timeout(10_000),
  )
  if ('write' in outcome) await db.withTransaction((tx) => outcome.write!(tx))
  return { outcome, written, id }
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

test('a citizen’s message to a service without a return channel is dropped, as one that is gone', async () => {
  expect((await deliver(messageOf(undefined))).outcome).toMatchObject({ kind: 'dropped', code: 'NO_RETURN_CHANNEL' })
  expect((await deliver(null)).outcome).toMatchObject({ kind: 'dropped', code: 'MESSAGE_GONE' })
})
