import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import type { ParsedMail } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { makeIdentity } from './keys.js'

export interface ArrivedMail {
  readonly from: string
  readonly to: readonly string[]
  /** over an encrypted connection */
  readonly secure: boolean
  readonly user: string | null
  readonly raw: string
  readonly parsed: ParsedMail
}

/** A real mail server on loopback that answers as the test says. */
export interface TestMailServer {
  readonly url: string
  readonly port: number
  /** of the certificate it shows, PEM; the certificate names localhost */
  readonly ca: string
  readonly mails: ArrivedMail[]
  /** what it says to each recipient from now on; null: takes them. `hang`: nothing at all */
  recipients: string | null
  /** what it says to the sender, and to the mail when all of it has come */
  senders: string | null
  contents: string | null
  connections(): number
  close(): Promise<void>
}

export interface MailServerCase {
  /** tls: from the first byte. starttls: offered. none: never */
  readonly security: 'tls' | 'starttls' | 'none'
  readonly user?: string
  readonly password?: string
  readonly smtpUtf8?: boolean
}

export const HANG = 'hang'

export async function startMailServer({ security, user, password }: MailServerCase): Promise<TestMailServer> {
  // Not a static import: it is CommonJS, and large.
  const { simpleParser } = await import('mailparser')
  const { certificatePem, privateKeyPem } = await localhostIdentity()
  const mails: ArrivedMail[] = []
  let open = 0
  const said = (text: string): Error =>
    Object.assign(new Error(text.slice(4)), { responseCode: Number(text.slice(0, 3)) })
  const answer = (text: string | null, done: (error?: Error) => void): void => {
    if (text !== HANG) done(text === null ? undefined : said(text))
  }
  const server = new SMTPServer({
    secure: security === 'tls',
    key: privateKeyPem,
    cert: certificatePem,
    disabledCommands: [...(security === 'starttls' ? [] : ['STARTTLS']), ...(user === undefined ? ['AUTH'] : [])],
    authOptional: user === undefined,
    allowInsecureAuth: true,
    closeTimeout: 100,
    // The plain socket under STARTTLS does not tell when it is closed; this does.
    onConnect: (_session, done) => {
      open++
      done()
    },
    onClose: () => {
      open--
    },
    onAuth: (given, _session, done) =>
      given.username === user && given.password === password ? done(null, { user }) : done(said('535 5.7.8 no')),
    onMailFrom: (_address, _session, done) => answer(it.senders, done),
    onRcptTo: (_address, _session, done) => answer(it.recipients, done),
    onData: (stream, { envelope, secure, user: name }, done) => {
      const pieces: Buffer[] = []
      stream.on('data', (piece: Buffer) => pieces.push(piece))
      stream.on('end', () => {
        if (it.contents !== null) return answer(it.contents, done)
        const raw = Buffer.concat(pieces)
        void simpleParser(raw).then((parsed) => {
          const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address
          const to = envelope.rcptTo.map(({ address }) => address)
          mails.push({
            from,
            to,
            secure,
            user: name === undefined ? null : String(name),
            raw: raw.toString('utf8'),
            parsed,
          })
          done()
        })
      })
    },
  })
  server.on('error', () => undefined)
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const { port } = server.server.address() as AddressInfo
  const scheme = security === 'tls' ? 'smtps' : 'smtp'
  const credentials = user === undefined ? '' : `${encodeURIComponent(user)}:${encodeURIComponent(password ?? '')}@`
  const it: TestMailServer = {
    url: `${scheme}://${credentials}localhost:${port}`,
    ...{ port, ca: certificatePem, mails, recipients: null, senders: null, contents: null },
    connections: () => open,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
  return it
}

let identity: Promise<{ certificatePem: string; privateKeyPem: string }> | undefined
const localhostIdentity = (): Promise<{ certificatePem: string; privateKeyPem: string }> =>
  (identity ??= makeIdentity({ commonName: 'localhost', keyType: 'ec-p256' }))
