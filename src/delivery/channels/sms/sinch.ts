import type { Sensitive } from '../../../sensitive.js'
import type { SmsAnswer, SmsProvider } from './provider.js'

export interface SinchOptions {
  /** https://eu.sms.api.sinch.com/xms/v1/SERVICE_PLAN_ID */
  readonly url: string
  readonly token: Sensitive<string> | undefined
  readonly sender: string
}

const LONGEST_ANSWER = 256 * 1024
/** The provider lists what it took within 14 days. */
const LISTED_MS = 13 * 24 * 3_600_000
const CLOCK_MARGIN_MS = 3_600_000

/**
 * Sinch (Stockholm), REST API for SMS: `POST /batches`, and `GET /batches` with the filters `client_reference` and
 * `start_date`. Chosen because it can be asked by our own reference what it has taken; GatewayAPI, for one, only hands
 * the reference back.
 * Source: https://developers.sinch.com/docs/sms/api-reference/sms/batches (errors of 400 and 403 are `{ code, text }`)
 */
export function createSinchProvider({ url, token, sender }: SinchOptions): SmsProvider {
  const call = async (
    path: string,
    signal: AbortSignal,
    body?: object,
  ): Promise<{ status: number; retryAfterMs?: number; json: Record<string, unknown> } | SmsAnswer> => {
    try {
      const response = await fetch(`${url}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          Accept: 'application/json',
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
          ...(token !== undefined && { Authorization: `Bearer ${token.reveal()}` }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        // The token goes nowhere else.
        redirect: 'manual',
        signal,
      })
      const seconds = Number(response.headers.get('retry-after') ?? NaN)
      return {
        status: response.status,
        ...(seconds > 0 && { retryAfterMs: Math.min(seconds, 3_600) * 1_000 }),
        json: await readJson(response),
      }
    } catch (error) {
      signal.throwIfAborted()
      const { cause } = error as Error
      return {
        kind: 'unreachable',
        code: 'SMS_UNREACHABLE',
        detail: { ...word('cause', (cause as { code?: unknown } | undefined)?.code) },
      }
    }
  }

  return {
    send: async ({ to, text, reference }, signal) => {
      const answer = await call('/batches', signal, {
        ...{ from: sender, to: [to], body: text, type: 'mt_text' },
        ...{ client_reference: reference, delivery_report: 'none' },
      })
      return 'kind' in answer ? answer : judged(answer)
    },
    find: async (reference, since, signal) => {
      const from = Math.max(since.getTime() - CLOCK_MARGIN_MS, Date.now() - LISTED_MS)
      const query = new URLSearchParams({
        ...{ client_reference: reference, start_date: new Date(from).toISOString() },
        page_size: '10',
      })
      const answer = await call(`/batches?${query.toString()}`, signal)
      if ('kind' in answer) return answer
      const { status, json } = answer
      if (status !== 200) return status === 400 ? unreachable('SMS_NOT_ANSWERED', status, json) : judged(answer)
      if (!Array.isArray(json['batches'])) return unreachable('SMS_NOT_ANSWERED', status, json)
      // Looked at again here: a server that does not know the filter lists everything.
      const isOurs = (one: unknown): boolean =>
        (one as { client_reference?: unknown } | null)?.client_reference === reference
      return json['batches'].some(isOurs) ? 'taken' : 'unknown'
    },
  }
}

const word = (name: string, value: unknown): object =>
  typeof value === 'string' && /^[\w.-]{1,63}$/.test(value) ? { [name]: value } : {}

const unreachable = (
  code: string,
  status: number,
  json: Record<string, unknown>,
  retryAfterMs?: number,
): SmsAnswer => ({
  kind: 'unreachable',
  code,
  ...(retryAfterMs !== undefined && { retryAfterMs }),
  detail: { status, ...word('reason', json['code']) },
})

/** Only what is about this SMS is refused; whatever an operator or the provider has to mend is tried again. */
function judged({
  status,
  json,
  retryAfterMs,
}: {
  status: number
  json: Record<string, unknown>
  retryAfterMs?: number
}): SmsAnswer {
  if (status >= 200 && status < 300) return { kind: 'taken', detail: { status, ...word('providerId', json['id']) } }
  if (status === 401) return unreachable('SMS_AUTH_FAILED', status, json)
  if (status === 402 || status === 403 || status === 404) return unreachable('SMS_ACCOUNT_REFUSED', status, json)
  if (status === 429) return unreachable('SMS_TOO_MANY', status, json, retryAfterMs)
  if (status >= 400 && status < 500 && status !== 408)
    return { kind: 'refused', code: 'SMS_REFUSED', detail: { status, ...word('reason', json['code']) } }
  return unreachable('SMS_PROVIDER_FAILED', status, json, retryAfterMs)
}

/** An answer that is no JSON object, or endless, tells nothing beside its status. */
async function readJson(response: Response): Promise<Record<string, unknown>> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of response.body ?? []) {
    length += (piece as Uint8Array).length
    if (length > LONGEST_ANSWER) return {}
    pieces.push(piece)
  }
  try {
    const json: unknown = JSON.parse(Buffer.concat(pieces).toString('utf8'))
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
