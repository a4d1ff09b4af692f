import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { StateCode } from '../../src/message/index.js'
import { transitions } from '../../src/store/index.js'
import { judgeBy, payloadOf } from '../support/contract-files.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import { verifyIndependently } from '../support/independent-verifier.js'
import { eventually } from '../support/queue.js'
import { askSigned, item, newPerson, newReference, sendMessage } from '../support/requests.js'
import { senderWith, startForeignReceiver, type ForeignReceiver } from '../support/return-channel.js'
import { returnChannelFiles, type Generation } from '../support/return-channel-contract.js'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ delivers: true })
})
afterAll(() => gateway.close())

interface Party {
  ViranomaisTunnus: string
  PalveluTunnus: string
  SanomaTunniste: string
  SanomaVersio: string
  SanomaVarmenneNimi: string
}
interface Item {
  ViranomaisTunniste: string
  Asiakas: {
    attributes: { AsiakasTunnus: string; TunnusTyyppi: string }
    AsiointitiliTunniste: string
    KohteenTila: number
    KohteenTilaPvm: Date
    KohteenTilaKuvaus: string
  }
  ViranomaisenEmail?: string
  Nimeke?: string
}
const partyIn = (args: object): Party => (args as { Viranomainen: Party }).Viranomainen
const itemsIn = (args: object): Item[] => (args as { Kysely: { Kohteet: { Kohde: Item[] } } }).Kysely.Kohteet.Kohde

describe.each(['old', 'new'] as const)(
  'an authority whose receiver is of the %s generation',
  (generation: Generation) => {
    let receiver: ForeignReceiver
    beforeAll(async () => {
      receiver = await startForeignReceiver(generation)
    })
    afterAll(() => receiver.close())

    test('hears of its message in order: visible, read, acknowledged, each once and signed', async () => {
      const sender = await senderWith(gateway, { url: receiver.url, generation })
      const [person, reference] = [await newPerson(gateway), newReference()]
      const fields = {
        ViranomaisTunniste: reference,
        VahvistusVaatimus: '1',
        ViranomaisenEmail: 'kirjaamo@kunta.example',
      }
      expect((await askSigned(gateway, sender, sendMessage(sender, item(person, fields)))).code).toBe(202)
      await eventually(() => receiver.calls.length === 1)
      await move(reference, 220)
      await move(reference, 230)
      await eventually(() => receiver.calls.length === 3)

      const all = receiver.calls.map(({ args }) => itemsIn(args)[0]!)
      expect(all.map(({ Asiakas }) => Asiakas.KohteenTila)).toEqual([200, 220, 230])
      expect(new Set(all.map(({ Asiakas }) => Asiakas.AsiointitiliTunniste)).size).toBe(1)
      for (const { args, envelope, operation } of receiver.calls) {
        expect(operation).toBe('VieKohdeTiloja')
        expect(judgeBy(returnChannelFiles(generation).xsd)(payloadOf(envelope))).toBeUndefined()
        expect(verifyIndependently(envelope, [gatewayCertificate()])).toMatchObject({ valueHolds: true })
        expect(partyIn(args)).toMatchObject({
          ...{ ViranomaisTunnus: sender.authorityId, PalveluTunnus: sender.serviceId, SanomaVersio: '1.0' },
          SanomaVarmenneNimi: 'Asiointitili Gateway sandbox',
        })
        const [one] = itemsIn(args)
        expect(one!.ViranomaisTunniste).toBe(reference)
        expect(one!.Asiakas.attributes).toMatchObject({ AsiakasTunnus: person, TunnusTyyppi: 'SSN' })
        expect([one!.ViranomaisenEmail, one!.Nimeke]).toEqual(
          generation === 'new' ? ['kirjaamo@kunta.example', 'Päätös'] : [undefined, undefined],
        )
      }
      const times = await historyOf(reference)
      expect(all.map(({ Asiakas }) => Asiakas.KohteenTilaPvm.toISOString())).toEqual(times)
      const pushIds = receiver.calls.map(({ args }) => partyIn(args).SanomaTunniste)
      expect(pushIds).toEqual(await deliveryIdsOf(reference))
    })
  },
)

test('nothing about the person or the message is in the log of its reports', async () => {
  const receiver = await startForeignReceiver('new')
  const sender = await senderWith(gateway, { url: receiver.url, generation: 'new' })
  const [person, reference] = [await newPerson(gateway), newReference()]
  await askSigned(
    gateway,
    sender,
    sendMessage(sender, item(person, { ViranomaisTunniste: reference, Nimeke: 'Erityinen' })),
  )
  await eventually(() => receiver.calls.length === 1)
  await eventually(async () => (await deliveryIdsOf(reference, 'delivered')).length === 1)
  for (const secret of [person, reference, 'Erityinen', receiver.url]) expect(gateway.logged()).not.toContain(secret)
  const metrics = await (await fetch(`${gateway.origin}/metrics`)).text()
  expect(metrics).toMatch(/asti_delivery_age_seconds_count\{channel="return-channel",purpose="state"\} [1-9]/)
  await receiver.close()
})

test('the published files of both generations are served, as they are, under the names that they refer to each other by', async () => {
  for (const generation of ['old', 'new'] as const) {
    const { name, wsdl, xsd } = returnChannelFiles(generation)
    for (const [ending, content] of [
      ['wsdl', wsdl],
      ['xsd', xsd],
    ] as const) {
      const answer = await fetch(`${gateway.origin}/Asiointitili/${name}.${ending}`)
      expect(answer.headers.get('content-type')).toBe('text/xml; charset=utf-8')
      expect(await answer.text()).toBe(content)
    }
  }
})

async function move(reference: string, next: StateCode): Promise<void> {
  const { rows } = await gateway.db.query<{ bucket: number; messageId: string }>(
    `select m.bucket, m.id as "messageId" from message m join item i on i.bucket = m.bucket and i.id = m.item_id where i.reference = $1`,
    [reference],
  )
  const moved = await gateway.db.withTransaction((tx) => transitions.moveMessage(tx, rows[0]!, next, 'koe'))
  expect(moved).toBe(true)
}

async function historyOf(reference: string): Promise<string[]> {
  const { rows } = await gateway.db.query<{ at: Date }>(
    `select e.at from state_event e join message m on m.bucket = e.bucket and m.id = e.message_id
     join item i on i.bucket = m.bucket and i.id = m.item_id where i.reference = $1 and e.state <> 202 order by e.id`,
    [reference],
  )
  return rows.map(({ at }) => at.toISOString())
}

async function deliveryIdsOf(reference: string, state?: string): Promise<string[]> {
  const { rows } = await gateway.db.query<{ id: string }>(
    `select d.id from delivery d join message m on m.bucket = d.bucket and m.id = d.message_id
     join item i on i.bucket = m.bucket and i.id = m.item_id
     where i.reference = $1 and d.channel = 'return-channel' and ($2::text is null or d.state = $2) order by d.id`,
    [reference, state ?? null],
  )
  return rows.map(({ id }) => id)
}

/** The sandbox signs with a key of its own making. */
const gatewayCertificate = (): Buffer =>
  new X509Certificate(readFileSync(gateway.runtime.sandbox!.signingCertificateFile)).raw
