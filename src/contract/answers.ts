import type { Operation } from '../message/index.js'
import type { Status } from './codes.js'

/**
 * What a caller is told for each error code: a SOAP Fault (HTTP 500), or a status block in the operation's own
 * answer (HTTP 200), as viranomaispalvelut.md §12 decides. Throw sites know codes; this table knows the rest.
 */
export type AnswerTo =
  | {
      readonly kind: 'fault'
      readonly faultCode: 'Client' | 'Server' | 'VersionMismatch' | 'MustUnderstand'
      readonly text: string
    }
  | { readonly kind: 'status'; readonly status: Status; readonly sendMessage?: Status }

const status = (code: number, text: string): AnswerTo => ({ kind: 'status', status: { code, text } })
const fault = (faultCode: 'Client' | 'Server' | 'VersionMismatch' | 'MustUnderstand', text: string): AnswerTo => ({
  kind: 'fault',
  faultCode,
  text,
})

const INVALID = status(400, 'Kutsuviesti on sisällöltään tai muodoltaan virheellinen')
const SIGNATURE = status(406, 'Allekirjoitus ei vastaa palvelutunnuksella muodostettua allekirjoitusta')

export const answers = {
  XML_MALFORMED: fault('Client', 'The request is not well-formed XML'),
  XML_FORBIDDEN: fault('Client', 'The request holds XML that SOAP 1.1 forbids (a DOCTYPE, a processing instruction)'),
  XML_TOO_COMPLEX: fault('Client', 'The request is more complex than this interface accepts'),
  XML_ENCODING: fault('Client', 'The character encoding of the request is not supported or its bytes do not fit it'),
  SOAP_INVALID: fault('Client', 'The request is not a SOAP 1.1 envelope with one operation in its Body'),
  SOAP_VERSION: fault('VersionMismatch', 'This interface speaks SOAP 1.1'),
  SOAP_BODY_EMPTY: fault('Client', 'The Body of the request is empty'),
  SOAP_MUST_UNDERSTAND: fault('MustUnderstand', 'A header that must be understood is not known here'),
  OPERATION_UNKNOWN: fault('Client', 'The Body of the request holds no operation of this interface'),
  REQUEST_EMPTY: fault('Client', 'The request has no content'),
  CONTENT_ENCODING: fault('Client', 'The content encoding of the request is not supported or damaged'),
  REQUEST_TOO_LARGE: INVALID,
  REQUEST_INVALID: INVALID,
  REQUEST_TIMEOUT: fault('Client', 'The request did not arrive whole in time; send the same request again'),
  OVERLOADED: fault('Server', 'The service has too many requests in hand; send the same request again later'),
  RATE_LIMITED: fault('Server', 'Too many requests in a short time; send the same request again in a minute'),
  SIGNATURE_MISSING: SIGNATURE,
  SIGNATURE_POLICY: SIGNATURE,
  SIGNATURE_INVALID: SIGNATURE,
  SIGNATURE_JUDGES_DISAGREE: SIGNATURE,
  BODY_CHANGED: SIGNATURE,
  TIMESTAMP_CHANGED: SIGNATURE,
  PART_CHANGED: SIGNATURE,
  ALGORITHM_REFUSED: SIGNATURE,
  CERTIFICATE_UNREADABLE: SIGNATURE,
  CERTIFICATE_UNTRUSTED: SIGNATURE,
  CERTIFICATE_EXPIRED: SIGNATURE,
  CERTIFICATE_WEAK: SIGNATURE,
  CERTIFICATE_USAGE: SIGNATURE,
  CERTIFICATE_CHAIN: SIGNATURE,
  CERTIFICATE_REVOKED: SIGNATURE,
  CERTIFICATE_STATUS_UNKNOWN: SIGNATURE,
  CERTIFICATE_OTHER_SERVICE: SIGNATURE,
  TIMESTAMP_MISSING: SIGNATURE,
  TIMESTAMP_UNSIGNED: SIGNATURE,
  TIMESTAMP_INVALID: SIGNATURE,
  TIMESTAMP_EXPIRED: SIGNATURE,
  TIMESTAMP_FUTURE: SIGNATURE,
  AUTHORITY_MISMATCH: status(403, 'Viranomaistunnus ei vastaa autentikoitua'),
  CALLER_UNPROVEN: status(403, 'Viranomaistunnus ei vastaa autentikoitua'),
  SERVICE_UNKNOWN: status(404, 'Palvelutunnus ei vastaa viranomaistunnusta'),
  OPERATION_NOT_ALLOWED: status(405, 'Toiminto ei sallittu viranomaiselle'),
  NON_SIGNED_CLOSED: status(405, 'Toiminto ei sallittu viranomaiselle'),
  STORE_UNAVAILABLE: status(453, 'Kohdepalvelu ei vastaa'),
  INTERNAL: {
    kind: 'status',
    status: { code: 450, text: 'Muu virhe' },
    sendMessage: { code: 550, text: 'Muu virhe.' },
  },
} as const satisfies Record<string, AnswerTo>

export type ErrorCode = keyof typeof answers

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(answers, code)

/** The status block that a code is in an operation's answer; null when a Fault is all that can be said. */
export function statusFor(code: ErrorCode, operation: Operation | null): Status | null {
  const answer: AnswerTo = answers[code]
  if (answer.kind === 'fault' || operation === null) return null
  return operation === 'sendMessage' ? (answer.sendMessage ?? answer.status) : answer.status
}
