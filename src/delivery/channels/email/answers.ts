import type { NodemailerError } from 'nodemailer'
import type { Outcome } from '../../channel.js'

/**
 * What a failed conversation with a mail server means. Nothing of its texts is kept, for they repeat addresses: only the
 * reply's number, the enhanced status code (RFC 3463) and the command that it was about.
 *
 * Refused is only what is about this recipient or this mail. A server that does not know us, our password or our sender
 * refuses everything: that is trouble of the line, mended by an operator, and tried again until then.
 */
export function outcomeOf(error: NodemailerError): Outcome {
  const { code, responseCode: smtp, originalCode = code } = error
  const command = commandOf(error)
  const status = /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(error.response ?? '')?.[1]
  const detail = {
    ...(smtp !== undefined && { smtp }),
    ...(status !== undefined && { status }),
    ...(command !== null && { command }),
    ...(smtp === undefined &&
      originalCode !== undefined &&
      /^[A-Z\d_]{1,63}$/.test(originalCode) && { cause: originalCode }),
  }
  const unreachable = (word: string): Outcome => ({ kind: 'unreachable', code: word, detail })
  const refused = (word: string): Outcome => ({ kind: 'refused', code: word, detail })

  if (code === 'EAUTH' || code === 'ENOAUTH' || code === 'EOAUTH2' || smtp === 530 || smtp === 535)
    return unreachable('SMTP_AUTH_FAILED')
  if (code === 'ETLS' || isOfTls(originalCode)) return unreachable('SMTP_TLS_FAILED')
  if (smtp === undefined) {
    if (code === 'ETIMEDOUT') return unreachable('SMTP_TIMED_OUT')
    // Said by nodemailer before anything left: the address needs SMTPUTF8, which the server does not have.
    if (code === 'EENVELOPE') return refused('ADDRESS_INVALID')
    if (code === 'EMESSAGE') return refused('MAIL_TOO_LARGE')
    if (code === 'ESTREAM') return unreachable('ATTACHMENT_UNREADABLE')
    return unreachable('SMTP_UNREACHABLE')
  }
  const isAboutThisOne = command === 'RCPT' || command === 'DATA'
  if (smtp >= 500 && smtp !== 503 && isAboutThisOne)
    return refused(command === 'RCPT' ? 'RECIPIENT_REFUSED' : 'CONTENT_REFUSED')
  if (smtp >= 500) return unreachable('SMTP_REFUSED')
  // 421 closes the whole service; any other is this mail's own delay, such as greylisting.
  if (isAboutThisOne && smtp >= 400 && smtp !== 421)
    return { kind: 'unreachable', code: 'SMTP_DEFERRED', answered: true, detail }
  return unreachable('SMTP_DEFERRED')
}

/** The verb only: nodemailer's `command` may go on with an address. */
const commandOf = ({ command }: NodemailerError): string | null =>
  /^(RCPT|DATA|MAIL|EHLO|HELO|STARTTLS|AUTH|CONN)\b/.exec(command ?? '')?.[1] ?? null

/** OpenSSL's and Node's codes for certificates that are not believed, and for handshakes that fail. */
const isOfTls = (code: string | undefined): boolean =>
  code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO|ALTNAME|^ERR_(SSL|TLS)|^EPROTO$|CRL|HOSTNAME/.test(code)
