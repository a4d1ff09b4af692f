import type { Status } from './codes.js'
import { isJoiningOperation, type WireOperation } from './names.js'

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
/** Clients of the old contract know this beginning; what follows it is ours, for the person who must act. */
const notAllowed = (because?: string): AnswerTo =>
  status(405, `Toiminto ei sallittu viranomaiselle${because === undefined ? '' : `. ${because}`}`)
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
  OPERATION_NOT_ALLOWED: notAllowed(),
  NON_SIGNED_CLOSED: notAllowed(),
  SERVICE_NOT_OPEN: notAllowed(
    'Palvelu on rekisteröity, mutta sitä ei ole vielä avattu. Operaatio HaeRekisterointi kertoo, mitä puuttuu',
  ),
  SERVICE_SUSPENDED: notAllowed('Palvelu on keskeytetty. Ota yhteyttä yhdyskäytävän ylläpitoon'),
  SERVICE_WITHDRAWN: notAllowed(
    'Palvelun rekisteröinti on peruttu. Rekisteröi uusi palvelu toisella palvelutunnuksella',
  ),
  ENVIRONMENT_NOT_SERVED: notAllowed(
    'Tämä asennus ei palvele palvelun ympäristöä (testi tai tuotanto). Lähetä pyyntö toisen ympäristön osoitteeseen',
  ),
  MOVE_NOT_POSSIBLE: notAllowed('Palvelun tila ei salli toimintoa. Tarkista tila operaatiolla HaeRekisterointi'),
  JOINING_CODE_INVALID: status(
    403,
    'Liittymiskoodi puuttuu, on väärä, käytetty tai vanhentunut. Pyydä uusi koodi yhdyskäytävän ylläpidolta',
  ),
  CERTIFICATE_NOT_REGISTERED: status(
    404,
    'Palvelulla ei ole varmennetta, jolla on tämä sormenjälki. Operaatio HaeRekisterointi kertoo palvelun varmenteet',
  ),
  SERVICE_EXISTS: status(
    409,
    'Palvelu on jo rekisteröity toisella avaimella. Allekirjoita sillä tai lisää uusi varmenne operaatiolla LisaaVarmenne',
  ),
  CERTIFICATE_TAKEN: status(
    409,
    'Varmenne on rekisteröity toiselle viranomaiselle. Käytä varmennetta, joka on vain tämän viranomaisen käytössä',
  ),
  CERTIFICATE_LAST: status(
    409,
    'Palvelun viimeistä voimassa olevaa varmennetta ei voi poistaa. Lisää ensin uusi operaatiolla LisaaVarmenne',
  ),
  CERTIFICATE_LIMIT: status(
    409,
    'Palvelulla on jo 20 varmennetta. Poista ensin niitä, joilla ei enää allekirjoiteta, operaatiolla PoistaVarmenne',
  ),
  CERTIFICATE_CONFLICT: status(
    409,
    'Varmenne ei ole se, jolla pyyntö on allekirjoitettu. Jätä Varmenne pois tai allekirjoita sen omalla avaimella',
  ),
  CURSOR_INVALID: status(
    400,
    'Kohdistin ei ole mistään vastauksesta. Lähetä edellisen vastauksen Kohdistin muuttamattomana tai jätä se pois',
  ),
  STORE_UNAVAILABLE: status(453, 'Kohdepalvelu ei vastaa'),
  INTERNAL: {
    kind: 'status',
    status: { code: 450, text: 'Muu virhe' },
    sendMessage: { code: 550, text: 'Muu virhe.' },
  },
} as const satisfies Record<string, AnswerTo>

export type ErrorCode = keyof typeof answers

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(answers, code)

/**
 * The status block that a code is in an operation's answer; null when a Fault is all that can be said.
 * @param detail  what is wrong, in Finnish (`ContractError.detailFi`); told in our own contract only, because the texts
 *                of the old one are what they were
 */
export function statusFor(
  code: ErrorCode,
  operation: WireOperation | null,
  detail: string | null = null,
): Status | null {
  const answer: AnswerTo = answers[code]
  if (answer.kind === 'fault' || operation === null) return null
  if (operation === 'sendMessage') return answer.sendMessage ?? answer.status
  if (detail === null || !isJoiningOperation(operation)) return answer.status
  return { code: answer.status.code, text: `${answer.status.text}: ${detail}` }
}
