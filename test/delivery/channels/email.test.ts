import { createEmailChannel } from '../../../src/delivery/index.js'
import { sensitive } from '../../../src/sensitive.js'
import { channelSuite } from '../../support/channel-suite.js'
import { startGateway } from '../../support/gateway.js'
import { HANG, startMailServer } from '../../support/mail-server.js'
import { newAddressee, queueNotice, SECRETS, sendLetter } from '../../support/notices.js'

channelSuite('email', { promise: 'at-least-once', refuses: true, hangs: true }, async () => {
  const gateway = await startGateway()
  const server = await startMailServer({ security: 'starttls', user: 'asti', password: 'p@ss:1' })
  const { db } = gateway
  const person = await newAddressee(gateway)
  const letter = await sendLetter(gateway, person.id)
  await db.query(`update delivery set state = 'cancelled'`)
  return {
    db,
    channel: createEmailChannel({
      ...{ db, sealer: gateway.runtime.sealer, smtpUrl: sensitive(server.url), ca: server.ca },
      ...{ mailFrom: 'Asiointitili <noreply@asti.example>', findCitizenMail: () => Promise.resolve(null) },
    }),
    queue: () => queueNotice(gateway, letter, { channel: 'email', environment: 'production' }),
    arrived: (id) =>
      Promise.resolve(server.mails.map(({ parsed }) => parsed.messageId ?? '').filter((one) => one.includes(id))),
    accept: () => void (server.recipients = null),
    refuse: () => void (server.recipients = `550 5.1.1 no ${person.email}`),
    hang: () => void (server.recipients = HANG),
    connections: () => server.connections(),
    secrets: [...SECRETS, person.email, person.id, 'p@ss:1'],
    close: async () => {
      await server.close()
      await gateway.close()
    },
  }
})
