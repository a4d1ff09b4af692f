import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { createEmailChannel, type CitizenMail, type EmailOptions, type Outcome } from '../../src/delivery/index.js'
import type { Language } from '../../src/message/index.js'
import { sensitive } from '../../src/sensitive.js'
import { mailboxOwners, transitions } from '../../src/store/index.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import { startMailServer, type ArrivedMail, type TestMailServer } from '../support/mail-server.js'
import { newAddressee, queueNotice, SECRETS, sendLetter, take, type SentLetter } from '../support/notices.js'
import { newPerson } from '../support/requests.js'

let gateway: TestGateway
let server: TestMailServer
beforeAll(async () => {
  gateway = await startGateway()
  server = await startMailServer({ security: 'none' })
})
afterAll(async () => {
  await server.close()
  await gateway.close()
})
beforeEach(() => void (server.mails.length = 0))

interface Case extends Partial<EmailOptions> {
  readonly purpose?: 'notice' | 'reminder' | 'citizen-message'
}

async function attempt(letter: SentLetter, { purpose = 'notice', ...options }: Case = {}): Promise<Outcome> {
  const channel = createEmailChannel({
    ...{
      db: gateway.db,
      sealer: gateway.runtime.sealer,
      findCitizenMail: () => Promise.resolve(null),
      smtpUrl: sensitive(server.url),
    },
    ...{ mailFrom: '"Kunnan tili, päätökset" <noreply@asti.example>', mailboxPagesUrl: 'https://tili.example' },
    ...options,
  })
  const id = await queueNotice(gateway, letter, { channel: 'email', environment: 'production', purpose })
  return channel.deliver(await take(gateway, id), AbortSignal.timeout(20_000))
}

const move = (letter: SentLetter, state: 220 | 230 | 550): Promise<unknown> =>
  state === 550
    ? gateway.db.query('update message set state = 550 where id = $1', [letter.messageId])
    : gateway.db.withTransaction((tx) => transitions.moveMessage(tx, letter, state, 'testi'))

async function sent(letter: SentLetter, options?: Case): Promise<ArrivedMail> {
  expect(await attempt(letter, options)).toMatchObject({ kind: 'delivered' })
  expect(server.mails).toHaveLength(1)
  return server.mails[0]!
}

describe('a notice', () => {
  test.each<[Language, string, string]>([
    ['fi', 'Uusi viesti asiointitilillä', 'Lähettäjä:'],
    ['sv', 'Nytt meddelande i din elektroniska brevlåda', 'Avsändare:'],
    ['en', 'New message in your electronic mailbox', 'Sender:'],
  ])('is written in the language of the mailbox: %s', async (language, subject, word) => {
    const person = await newAddressee(gateway, { language })
    const { parsed, to, raw } = await sent(await sendLetter(gateway, person.id))
    expect(to).toEqual([person.email])
    expect(parsed.subject).toContain(subject)
    expect(parsed.text).toContain(word)
    expect(parsed.text).toContain('Testipalvelu')
    expect(parsed.text).toContain('https://tili.example')
    for (const secret of [...SECRETS, person.id]) expect(raw + (parsed.text ?? '')).not.toContain(secret)
  })

  test('is plain text with the headers that keep machines from answering, and its id is the delivery’s', async () => {
    const letter = await sendLetter(gateway, (await newAddressee(gateway)).id)
    const { parsed, from, raw } = await sent(letter)
    expect(parsed.html).toBe(false)
    expect(parsed.attachments).toEqual([])
    const { rows } = await gateway.db.query<{ id: string }>(
      `select id from delivery where message_id = $1 and environment = 'production'`,
      [letter.messageId],
    )
    expect(parsed.messageId).toBe(`<${rows[0]!.id}@asti.example>`)
    expect(parsed.headers.get('x-entity-ref-id')).toBe(rows[0]!.id)
    expect(parsed.headers.get('auto-submitted')).toBe('auto-generated')
    expect(parsed.headers.get('x-auto-response-suppress')).toBe('All')
    expect(parsed.headers.has('precedence')).toBe(false)
    expect(from).toBe('noreply@asti.example')
    expect(parsed.from?.value).toEqual([{ name: 'Kunnan tili, päätökset', address: 'noreply@asti.example' }])
    expect(raw).toMatch(/^Content-Type: text\/plain; charset=utf-8/m)
  })

  const texts = { fi: { emailSubject: 'Kunnan otsikko', emailBody: 'Kunnan teksti' }, sv: { emailSubject: 'Kommun' } }

  test('has the words of the service in the recipient’s language, and ours where it has none', async () => {
    const finn = await newAddressee(gateway)
    const first = await sent(await sendLetter(gateway, finn.id, { settings: { notificationTexts: texts } }))
    expect(first.parsed).toMatchObject({ subject: 'Kunnan otsikko', text: 'Kunnan teksti\n' })
    server.mails.length = 0
    const swede = await newAddressee(gateway, { language: 'sv' })
    const second = await sent(await sendLetter(gateway, swede.id, { settings: { notificationTexts: texts } }))
    expect(second.parsed.subject).toBe('Kommun')
    expect(second.parsed.text).toContain('Du har fått ett nytt meddelande')
  })

  test('has the words of the item before those of the service', async () => {
    const fields = {
      EmailLisatietoOtsikko: 'Herätteen otsikko ✉ ä',
      EmailLisatietoSisalto: 'Herätteen teksti\n.\nrivi',
    }
    const letter = await sendLetter(gateway, (await newAddressee(gateway)).id, {
      ...{ settings: { notificationTexts: texts }, fields },
    })
    const { parsed } = await sent(letter)
    expect(parsed).toMatchObject({ subject: 'Herätteen otsikko ✉ ä', text: 'Herätteen teksti\n.\nrivi\n' })
  })

  test('lets nobody write headers: ends of lines in a subject are spaces', async () => {
    const emailSubject = 'Otsikko\r\nBcc: muu@example.fi\r\n\r\nX\u2028Y\u0085Z'
    const settings = { notificationTexts: { fi: { emailSubject } } }
    const { parsed, to } = await sent(await sendLetter(gateway, (await newAddressee(gateway)).id, { settings }))
    expect(to).toHaveLength(1)
    expect(parsed.headers.has('bcc')).toBe(false)
    expect(parsed.subject).toBe('Otsikko Bcc: muu@example.fi X Y Z')
  })

  test('goes to the address that the authority knows when the owner has said nothing', async () => {
    const fields = { TavoitettavuusTietoEmail: ' väinö@päätös.example ' }
    const letter = await sendLetter(gateway, await newPerson(gateway), { fields })
    expect((await sent(letter)).to[0]).toMatch(/^väinö@(päätös|xn--pts-qlaa3i)\.example$/)
  })

  test('is refused when that is no address, and the outcome does not repeat it', async () => {
    const fields = { TavoitettavuusTietoEmail: 'a@example.fi, b@example.fi' }
    const letter = await sendLetter(gateway, await newPerson(gateway), { fields })
    expect(await attempt(letter)).toEqual({ kind: 'refused', code: 'ADDRESS_INVALID' })
    expect(server.mails).toEqual([])
  })

  test('is not sent to an owner who does not want it any more', async () => {
    const person = await newAddressee(gateway)
    const letter = await sendLetter(gateway, person.id, { fields: { TavoitettavuusTietoEmail: 'muu@example.fi' } })
    const { db, runtime } = gateway
    const hash = runtime.sealer.hashId(person.id)
    const wishes = { language: 'fi', wantsEmail: false, wantsSms: false } as const
    await mailboxOwners.changeMailbox(db, runtime.sealer, hash, {
      state: 'active',
      ...wishes,
      email: person.email,
      phone: null,
    })
    expect(await attempt(letter)).toEqual({ kind: 'dropped', code: 'NOT_WANTED' })
  })

  test('is dropped when its message has failed', async () => {
    const letter = await sendLetter(gateway, (await newAddressee(gateway)).id)
    await move(letter, 550)
    expect(await attempt(letter)).toEqual({ kind: 'dropped', code: 'MESSAGE_FAILED' })
  })

  test('waits where no mail server is configured', async () => {
    const letter = await sendLetter(gateway, (await newAddressee(gateway)).id)
    expect(await attempt(letter, { smtpUrl: undefined })).toEqual({
      ...{ kind: 'waiting', code: 'SMTP_NOT_CONFIGURED', retryAfterMs: 3_600_000 },
    })
  })
})

describe('a reminder', () => {
  test('says that it is one, also in the authority’s words', async () => {
    const person = await newAddressee(gateway)
    const plain = await sent(await sendLetter(gateway, person.id), { purpose: 'reminder' })
    expect(plain.parsed.subject).toMatch(/^Muistutus: lukematon viesti/)
    server.mails.length = 0
    const fields = { EmailLisatietoOtsikko: 'Kunnasta', EmailLisatietoSisalto: 'Kunnan teksti' }
    const own = await sent(await sendLetter(gateway, person.id, { fields }), { purpose: 'reminder' })
    expect(own.parsed.subject).toBe('Muistutus: Kunnasta')
    expect(own.parsed.text).toMatch(/et ole vielä lukenut\.\n\nKunnan teksti/)
  })

  test.each([220, 230, 550] as const)('is dropped when the message has the state %s by then', async (state) => {
    const letter = await sendLetter(gateway, (await newAddressee(gateway)).id)
    await move(letter, state)
    const code = state === 550 ? 'MESSAGE_FAILED' : 'ALREADY_READ'
    expect(await attempt(letter, { purpose: 'reminder' })).toEqual({ kind: 'dropped', code })
    expect(server.mails).toEqual([])
  })
})

describe('a citizen’s message to an authority', () => {
  const written = (more: Partial<CitizenMail> = {}, authorityEmail: string | null = 'kirjaamo@kunta.example') => ({
    ...{ bucket: 1, number: '4711', serviceName: 'Päivähoito', settings: {}, files: [], ...more },
    sender: sensitive({ name: 'Testi Ääkkönen', email: null, phone: null }),
    content: sensitive({
      title: 'Kysymys\r\nBcc: a@b.fi',
      body: 'Hei,\nmiten käy?',
      attachments: [{ name: 'öljy.pdf' }],
      authorityEmail,
    }),
    answers: { number: '4242', reference: 'viite-1' },
    createdAt: new Date('2026-03-04T10:00:00Z'),
  })
  const send = async (message: CitizenMail | null): Promise<Outcome> =>
    attempt(await sendLetter(gateway, (await newAddressee(gateway)).id), {
      ...{ purpose: 'citizen-message', findCitizenMail: () => Promise.resolve(message) },
    })

  test('is sent with its title, its text and what it answers, to the address of the item', async () => {
    expect(await send(written())).toMatchObject({ kind: 'delivered' })
    const { to, parsed } = server.mails[0]!
    expect(to).toEqual(['kirjaamo@kunta.example'])
    expect(parsed.subject).toBe('Kansalaisen viesti: Kysymys Bcc: a@b.fi')
    for (const text of ['4711', 'viite-1', 'Testi Ääkkönen', 'Hei,\nmiten käy?']) expect(parsed.text).toContain(text)
  })

  test('goes to the service’s own address first, with its files', async () => {
    const { db } = gateway
    const { rows } = await db.query<{ id: string; sha256: Buffer }>(
      'select gen_random_uuid() as id, sha256($1) as sha256',
      [Buffer.from('%PDF-öljy')],
    )
    const file = { ...rows[0]!, mediaType: 'application/pdf', sizeBytes: 9 }
    await db.query('insert into attachment_data (bucket, attachment_id, seq, body) values (1, $1, 0, $2)', [
      ...[file.id, Buffer.from('%PDF-öljy')],
    ])
    const settings = { replyEmail: 'palaute@kunta.example' }
    expect(await send(written({ settings, files: [file] }))).toMatchObject({ kind: 'delivered' })
    const { to, parsed } = server.mails[0]!
    expect(to).toEqual(['palaute@kunta.example'])
    expect(parsed.attachments).toMatchObject([{ filename: 'öljy.pdf', contentType: 'application/pdf' }])
    expect(parsed.attachments[0]!.content.toString()).toBe('%PDF-öljy')
  })

  test('whose file is damaged is not sent with half of it', async () => {
    const file = { id: '01912345-6789-7abc-8def-0123456789ab', sha256: Buffer.alloc(32), mediaType: null, sizeBytes: 1 }
    expect(await send(written({ files: [file] }))).toMatchObject({ kind: 'unreachable', code: 'ATTACHMENT_UNREADABLE' })
    expect(server.mails).toEqual([])
  })

  test('without any address is refused, one that is gone is dropped', async () => {
    expect(await send(written({}, null))).toEqual({ kind: 'refused', code: 'NO_ADDRESS' })
    expect(await send(null)).toEqual({ kind: 'dropped', code: 'MESSAGE_GONE' })
  })

  test('is dropped when it is gone', async () => {
    const letter = await sendLetter(gateway, (await newAddressee(gateway)).id)
    expect(await attempt(letter, { purpose: 'citizen-message' })).toEqual({ kind: 'dropped', code: 'MESSAGE_GONE' })
  })
})
