import { Counter, type Registry } from 'prom-client'

/** A request of the mailbox API: its route as it is written in the code, without the ids of one request. */
export interface MailboxRequest {
  readonly route: string
  readonly status: number
  /** of a refusal */
  readonly code: string | null
}

export function createMailboxMetrics(registry: Registry): { mailbox: (request: MailboxRequest) => void } {
  const requests = new Counter({
    name: 'asti_mailbox_requests_total',
    help: 'Requests of the mailbox API answered, by route, HTTP status and error code',
    labelNames: ['route', 'status', 'code'],
    registers: [registry],
  })
  return { mailbox: ({ route, status, code }) => requests.inc({ route, status: String(status), code: code ?? 'none' }) }
}
