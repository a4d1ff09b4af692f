import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import { startMailServer, type TestMailServer } from '../../support/mail-server.js'
import { caughtOf, newAddressee, SECRETS, sendLetter } from '../../support/notices.js'
import { eventually } from '../../support/queue.js'
import { SMS_TOKEN, startSmsServer, type TestSmsServer } from '../../support/sms-server.js'

let gateway: TestGateway
let production: TestMailServer
let sms: TestSmsServer
// Three days and seven days become some seconds.
const env = { ASTI_DELIVERY_PAUSE_DIVISOR: '100000', ASTI_DELIVERY_POLL_MS: '50', ASTI_ENVIRONMENTS: 'both' }
beforeAll(async () => {
  production = await startMailServer({ security: 'none' })
  sms = await startSmsServer()
  gateway = await startGateway({
    delivers: true,
    env: {
      ...env,
      ...{ ASTI_SMTP_URL: production.url, ASTI_SMS_URL: sms.url, ASTI_SMS_TOKEN: SMS_TOKEN },
      ...{ ASTI_MAIL_FROM: 'Asiointitili <noreply@asti.example>', ASTI_MAILBOX_PAGES_URL: 'https://tili.example' },
    },
  })
})
afterAll(async () => {
  await gateway.close()
  await Promise.all([production.close(), sms.close()])
})

/** A business id of the form that production takes, with a check digit that none can have. */
const NOBODYS = '0000001-0'

const statesOf = async (messageId: string): Promise<string[]> => {
  const { rows } = await gateway.db.query<{ row: string }>(
    `select concat_ws(' ', channel, purpose, state, reason) as row from delivery where message_id = $1 and channel <> 'mailbox' order by 1`,
    [messageId],
  )
  return rows.map(({ row }) => row)
}

test('a letter of a test service is told by e-mail and SMS that nobody gets, then its reader is reminded', async () => {
  const person = await newAddressee(gateway, { language: 'sv' })
  const letter = await sendLetter(gateway, person.id)
  await eventually(async () => (await caughtOf(gateway, letter)).length === 4, 30_000)
  const caught = await caughtOf(gateway, letter)
  expect(caught.map(({ channel, to }) => `${channel} ${to}`).sort()).toEqual([
    ...[`email ${person.email}`, `email ${person.email}`, `sms ${person.phone}`, `sms ${person.phone}`],
  ])
  expect(caught.filter(({ text }) => text.includes('brevlåda'))).toHaveLength(4)
  expect(caught.filter(({ subject, text }) => /Påminnelse/.test(`${subject} ${text}`)).length).toBeGreaterThan(1)
  for (const secret of [...SECRETS, person.id]) expect(JSON.stringify(caught)).not.toContain(secret)
  expect([production.mails, sms.taken]).toEqual([[], []])
})

test('a reminder of a letter that was read is dropped', async () => {
  const person = await newAddressee(gateway, { wantsSms: false })
  const letter = await sendLetter(gateway, person.id)
  await eventually(async () => (await statesOf(letter.messageId)).includes('email notice delivered'), 30_000)
  await gateway.db.query('update message set state = 220 where id = $1', [letter.messageId])
  await eventually(async () => !/ready|scheduled|leased/.test((await statesOf(letter.messageId)).join()), 30_000)
  expect(await statesOf(letter.messageId)).toEqual(['email notice delivered', 'email reminder cancelled ALREADY_READ'])
})

test('a notification-type letter brings a notice and no reminder', async () => {
  const person = await newAddressee(gateway, { wantsSms: false })
  const letter = await sendLetter(gateway, person.id, { fields: { Viestityyppi: '2' } })
  await eventually(async () => (await statesOf(letter.messageId)).some((row) => row.endsWith('delivered')))
  expect(await statesOf(letter.messageId)).toEqual(['email notice delivered'])
})

test('a letter of a production service reaches the mail server and the SMS provider, once each', async () => {
  const person = await newAddressee(gateway, { language: 'en', id: NOBODYS })
  await sendLetter(gateway, person.id, { state: 'production' })
  await eventually(() => production.mails.length === 2 && sms.taken.length === 2, 30_000)
  const [mail] = production.mails
  expect(mail).toMatchObject({ from: 'noreply@asti.example', to: [person.email] })
  expect(mail!.parsed.text).toContain('A new message has arrived')
  expect(sms.taken.map(({ to }) => to[0])).toEqual([person.phone, person.phone])
  expect(new Set(sms.taken.map((one) => one.client_reference)).size).toBe(2)
  for (const secret of [...SECRETS, person.id])
    expect(JSON.stringify([sms.taken, production.mails.map(({ raw, parsed }) => [raw, parsed.text])])).not.toContain(
      secret,
    )
})

test('no address, number, identity code or word of a message is in the log or in a row in plain text', async () => {
  const person = await newAddressee(gateway)
  const letter = await sendLetter(gateway, person.id)
  await eventually(async () => (await caughtOf(gateway, letter)).length >= 2)
  const secrets = [...SECRETS, person.id, person.email, person.phone, SMS_TOKEN]
  expect(gateway.logged()).toContain('"channel":"email"')
  for (const secret of secrets) expect(gateway.logged()).not.toContain(secret)
  for (const table of ['delivery', 'attempt', 'account', 'caught', 'breaker', 'message', 'item']) {
    const { rows } = await gateway.db.query<Record<string, unknown>>(`select * from ${table}`)
    const cells = rows.flatMap((row) => Object.values(row))
    const texts = cells.map((cell) => (Buffer.isBuffer(cell) ? cell.toString('latin1') : JSON.stringify(cell)))
    for (const secret of secrets) expect(texts.some((text) => text.includes(secret))).toBe(false)
  }
})
