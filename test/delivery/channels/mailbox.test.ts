import { createMailboxChannel } from '../../../src/delivery/index.js'
import { channelSuite } from '../../support/channel-suite.js'
import { startGateway } from '../../support/gateway.js'
import { addItems, askSigned, item, newPerson, newReference, newSender } from '../../support/requests.js'

const DAY_MS = 24 * 3_600_000
const times = { reminderAfterMs: 7 * DAY_MS, verifiableReminderAfterMs: 3 * DAY_MS, deliveryPauseDivisor: 1 }

channelSuite('mailbox', { promise: 'once', refuses: false, hangs: false }, async () => {
  const gateway = await startGateway()
  const { db } = gateway
  const { sealer } = gateway.runtime
  const sender = await newSender(gateway, { settings: { addItemsAnswers: 'queued' } })
  return {
    db,
    channel: createMailboxChannel({ db, sealer, times }),
    queue: async () => {
      const person = await newPerson(gateway)
      const content = addItems(sender, item(person, { ViranomaisTunniste: newReference() }))
      await askSigned(gateway, sender, content)
      const { rows } = await db.query<{ id: string }>(
        `select id from delivery where channel = 'mailbox' order by id desc limit 1`,
      )
      return rows[0]!.id
    },
    arrived: async (deliveryId) => {
      const { rows } = await db.query<{ id: string }>(
        `select e.message_id as id from state_event e join delivery d on d.message_id = e.message_id
         where d.id = $1 and e.state = 200`,
        [deliveryId],
      )
      return rows.map(({ id }) => id)
    },
    accept: () => undefined,
    secrets: ['Päätös'],
    close: () => gateway.close(),
  }
})
