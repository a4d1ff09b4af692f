import { isIP } from 'node:net'
import { createTransport, type NodemailerError } from 'nodemailer'
import type { Outcome } from '../../channel.js'
import { outcomeOf } from './answers.js'
import { composed, type Mail, type MailFrame } from './mail.js'

/** A mail server that takes what we send. */
export interface MailServer {
  /** @throws what the signal says when it is aborted; the connection is closed by then */
  send(mail: Mail, frame: MailFrame, signal: AbortSignal): Promise<Outcome>
}

export interface MailServerOptions {
  /** of production services: nothing leaves without TLS, unless the URL or the host says otherwise */
  readonly isProduction: boolean
  /** certificates of authorities to believe in place of the system's, PEM */
  readonly ca?: string | undefined
}

/**
 * A connection for each mail, closed behind it: an attempt that is broken off takes no other with it. A certificate that
 * is shown is always checked, also where TLS is not required.
 * @param url  smtps://user:password@host:port, or smtp:// with STARTTLS
 */
export function createMailServer(url: string, { isProduction, ca }: MailServerOptions): MailServer {
  const { protocol, hostname, port, username, password, searchParams } = new URL(url)
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  const secure = protocol === 'smtps:'
  const transport = createTransport({
    host,
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    requireTLS: isProduction && searchParams.get('tls') !== 'optional' && !isLoopback(host),
    ...(username !== '' && { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    tls: { minVersion: 'TLSv1.2', ...(ca !== undefined && { ca }) },
    connectionTimeout: 20_000,
    greetingTimeout: 20_000,
    dnsTimeout: 10_000,
    socketTimeout: 60_000,
    socketCloseTimeout: 500,
  })
  return {
    send: async (mail, frame, signal) => {
      try {
        const { response } = await transport.sendMail({ ...composed(mail, frame), signal })
        return { kind: 'delivered', detail: { smtp: Number(response.slice(0, 3)) } }
      } catch (error) {
        signal.throwIfAborted()
        return outcomeOf(error as NodemailerError)
      }
    },
  }
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
