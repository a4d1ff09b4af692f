import { connect, createServer, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createEmailChannel, type Outcome } from '../../src/delivery/index.js'
import { sensitive } from '../../src/sensitive.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import { startMailServer, type MailServerCase, type TestMailServer } from '../support/mail-server.js'
import { newAddressee, queueNotice, sendLetter, take, type Addressee, type SentLetter } from '../support/notices.js'

let gateway: TestGateway
let person: Addressee
let letter: SentLetter
const servers: TestMailServer[] = []
beforeAll(async () => {
  gateway = await startGateway()
  person = await newAddressee(gateway)
  letter = await sendLetter(gateway, person.id)
  await gateway.db.query(`update delivery set state = 'cancelled'`)
})
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()))
  await gateway.close()
})

const start = async (server: MailServerCase): Promise<TestMailServer> => {
  servers.push(await startMailServer(server))
  return servers.at(-1)!
}

/** One attempt at one notice, by a mail server. */
async function send(
  url: string,
  { ca, environment = 'production' }: { ca?: string; environment?: 'production' | 'test' } = {},
): Promise<Outcome> {
  const channel = createEmailChannel({
    ...{ db: gateway.db, sealer: gateway.runtime.sealer, findCitizenMail: () => Promise.resolve(null) },
    ...{ mailFrom: 'noreply@asti.example', smtpUrl: sensitive(url), testSmtpUrl: sensitive(url) },
    ...(ca !== undefined && { ca }),
  })
  const job = await take(gateway, await queueNotice(gateway, letter, { channel: 'email', environment }))
  return channel.deliver(job, AbortSignal.timeout(20_000))
}

describe('a connection', () => {
  test('is encrypted from the first byte with smtps', async () => {
    const server = await start({ security: 'tls' })
    expect(await send(server.url, server)).toMatchObject({ kind: 'delivered', detail: { smtp: 250 } })
    expect(server.mails).toMatchObject([{ secure: true, to: [person.email], from: 'noreply@asti.example' }])
  })

  test('is encrypted by STARTTLS where the server offers it, and the password is sent after that', async () => {
    const server = await start({ security: 'starttls', user: 'asti@kunta.example', password: 'ä/p@ss' })
    expect(await send(server.url, server)).toMatchObject({ kind: 'delivered' })
    expect(server.mails).toMatchObject([{ secure: true, user: 'asti@kunta.example' }])
  })

  test.each(['tls', 'starttls'] as const)('with a certificate that nobody knows is given up (%s)', async (security) => {
    const server = await start({ security })
    for (const environment of ['production', 'test'] as const)
      expect(await send(server.url, { environment })).toMatchObject({ kind: 'unreachable', code: 'SMTP_TLS_FAILED' })
    expect(await send(`${server.url}/?tls=optional`)).toMatchObject({ kind: 'unreachable', code: 'SMTP_TLS_FAILED' })
    expect(server.mails).toEqual([])
  })

  test('with the certificate of another host is given up', async () => {
    const server = await start({ security: 'tls' })
    const url = server.url.replace('localhost', '127.0.0.1')
    expect(await send(url, server)).toMatchObject({ kind: 'unreachable', code: 'SMTP_TLS_FAILED' })
  })

  test('without TLS is for loopback, for mail catchers, and for whom the URL says so', async () => {
    const server = await start({ security: 'none' })
    expect(await send(server.url)).toMatchObject({ kind: 'delivered' })
    // A name that is not loopback, with an address that is: the rule looks at what is configured.
    const elsewhere = await viaForeignName(server.port)
    if (elsewhere === null) return
    expect(await send(elsewhere)).toMatchObject({ kind: 'unreachable', code: 'SMTP_TLS_FAILED' })
    expect(await send(`${elsewhere}?tls=optional`)).toMatchObject({ kind: 'delivered' })
    expect(await send(elsewhere, { environment: 'test' })).toMatchObject({ kind: 'delivered' })
  })
})

/** The server by an address of this computer that is not loopback; null where it has none. */
async function viaForeignName(port: number): Promise<string | null> {
  const { networkInterfaces } = await import('node:os')
  const address = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address
  if (address === undefined) return null
  const relay = createServer((socket) => {
    const onward = connect(port, '127.0.0.1')
    socket.pipe(onward).pipe(socket)
    for (const one of [socket, onward]) one.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => relay.listen(0, address, resolve))
  relay.unref()
  return `smtp://${address}:${(relay.address() as AddressInfo).port}`
}

describe('an answer', () => {
  test.each([
    [
      'recipients',
      '550 5.1.1 no such user here',
      'refused',
      'RECIPIENT_REFUSED',
      { smtp: 550, status: '5.1.1', command: 'RCPT' },
    ],
    ['recipients', '552 mailbox full', 'refused', 'RECIPIENT_REFUSED', { smtp: 552, command: 'RCPT' }],
    [
      'recipients',
      '450 4.2.0 greylisted',
      'unreachable',
      'SMTP_DEFERRED',
      { smtp: 450, status: '4.2.0', command: 'RCPT' },
    ],
    [
      'contents',
      '554 5.7.1 looks like spam',
      'refused',
      'CONTENT_REFUSED',
      { smtp: 554, status: '5.7.1', command: 'DATA' },
    ],
    [
      'contents',
      '452 4.3.1 disk full',
      'unreachable',
      'SMTP_DEFERRED',
      { smtp: 452, status: '4.3.1', command: 'DATA' },
    ],
    ['senders', '553 5.7.1 not yours', 'unreachable', 'SMTP_REFUSED', { smtp: 553, status: '5.7.1', command: 'MAIL' }],
    ['senders', '421 4.3.2 shutting down', 'unreachable', 'SMTP_DEFERRED', { smtp: 421 }],
  ] as const)('to %s of %j makes the attempt %s: %s', async (step, says, kind, code, detail) => {
    const server = await start({ security: 'none' })
    server[step] = `${says} <${person.email}>`
    const outcome = await send(server.url)
    expect(outcome).toMatchObject({ kind, code, detail })
    expect(JSON.stringify(outcome)).not.toContain(person.email)
  })

  test('that defers one recipient leaves the line to the others', async () => {
    const server = await start({ security: 'none' })
    server.recipients = '450 4.2.0 greylisted'
    expect(await send(server.url)).toMatchObject({ answered: true })
    Object.assign(server, { recipients: null, senders: '451 4.3.0 try later' })
    expect(await send(server.url)).not.toHaveProperty('answered')
  })

  test('to a wrong password is trouble of ours and no refusal', async () => {
    const server = await start({ security: 'starttls', user: 'asti', password: 'right' })
    const outcome = await send(server.url.replace('right', 'wrong'), server)
    expect(outcome).toMatchObject({ kind: 'unreachable', code: 'SMTP_AUTH_FAILED', detail: { smtp: 535 } })
  })

  test('that never comes, and a server that is not there, are tried again', async () => {
    const server = await start({ security: 'none' })
    await server.close()
    expect(await send(server.url)).toMatchObject({
      kind: 'unreachable',
      code: 'SMTP_UNREACHABLE',
      detail: { cause: 'ECONNREFUSED' },
    })
    expect(await send('smtp://no-such-host.invalid')).toMatchObject({ kind: 'unreachable', code: 'SMTP_UNREACHABLE' })
  })

  test('that cuts the connection is tried again', async () => {
    const cutting = createServer((socket) => socket.end('220 hello\r\n'))
    await new Promise<void>((resolve) => cutting.listen(0, '127.0.0.1', resolve))
    const outcome = await send(`smtp://127.0.0.1:${(cutting.address() as AddressInfo).port}`)
    expect(outcome).toMatchObject({ kind: 'unreachable', code: 'SMTP_UNREACHABLE' })
    cutting.close()
  })
})
