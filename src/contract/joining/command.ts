import type {
  AddCertificate,
  ChangeContacts,
  JoiningCommand,
  RegisterService,
  RetireCertificate,
} from '../../registration/index.js'
import { sensitive, type Sensitive } from '../../sensitive.js'
import type { XmlElement } from '../../xml/index.js'
import { decodeBase64 } from '../decode/base64.js'
import { child, filled, word } from '../decode/fields.js'
import { operationOf } from '../decode/operation.js'
import { decodeParty } from '../decode/party.js'
import { decodeApplication, decodeContacts, decodeReturnChannel } from './application.js'
import { unusable } from './faults.js'
import { decodeMessageQuery } from './message-query.js'
import { lines, required, short, yesOrNo } from './values.js'

/**
 * Reads the signed Body's one element as a command of the joining contract. Order, absence and white space are taken as
 * tolerantly as in the old contract; what is needed and missing, or there and unusable, is refused with a sentence that
 * names the element and quotes nothing of it.
 * @throws ContractError OPERATION_UNKNOWN, REQUEST_INVALID
 * Source: docs/joining.md
 */
export function decodeJoiningCommand(payload: XmlElement): JoiningCommand {
  const operation = operationOf(payload, 'joining')
  const query = child(payload, 'Kysely')
  switch (operation) {
    case 'getRegistration':
      return { operation }
    case 'withdrawRegistration':
      return { operation, reason: lines(word(query, 'Syy'), 'Syy', 1_000) }
    case 'registerService':
      refuseUnusableIds(payload)
      return decodeRegisterService(required(query, 'Kysely'))
    case 'changeContacts':
      return decodeChangeContacts(required(query, 'Kysely'))
    case 'addCertificate':
      refuseUnusableIds(payload)
      return decodeAddCertificate(required(query, 'Kysely'))
    case 'retireCertificate':
      return decodeRetireCertificate(required(query, 'Kysely'))
    case 'fetchMessageStatus':
      return { operation, query: decodeMessageQuery(required(query, 'Kysely')) }
  }
}

const VISIBLE = /^[^\p{C}\p{Z}]{1,100}$/u

/** Under these ids the service is known from now on, in logs, settings and commands; a key is added where it is named. */
function refuseUnusableIds(payload: XmlElement): void {
  const { authorityId, serviceId } = decodeParty(payload)
  for (const [name, id] of [
    ['ViranomaisTunnus', authorityId],
    ['PalveluTunnus', serviceId],
  ] as const)
    if (!VISIBLE.test(required(id, name)))
      throw unusable(name, 'is not 1 to 100 visible characters', 'ei ole 1–100 näkyvää merkkiä')
}

const decodeRegisterService = (query: XmlElement): RegisterService => ({
  operation: 'registerService',
  joiningCode: decodeJoiningCode(query),
  application: decodeApplication(query),
  certificate: decodeCertificate(query),
})

function decodeChangeContacts(query: XmlElement): ChangeContacts {
  const contacts = filled(query, 'Yhteyshenkilot') === null ? null : decodeContacts(query)
  const returnChannel = decodeReturnChannel(query)
  const removes = yesOrNo(query, 'PoistaPaluukanava', false)
  if (removes && returnChannel !== null)
    throw unusable('PoistaPaluukanava', 'contradicts Paluukanava', 'on ristiriidassa elementin Paluukanava kanssa')
  if (contacts === null && returnChannel === null && !removes)
    throw unusable(
      'Kysely',
      'holds none of Yhteyshenkilot, Paluukanava, PoistaPaluukanava',
      'ei sisällä mitään näistä: Yhteyshenkilot, Paluukanava, PoistaPaluukanava',
    )
  return { operation: 'changeContacts', contacts, returnChannel: removes ? 'none' : returnChannel }
}

const decodeAddCertificate = (query: XmlElement): AddCertificate => ({
  operation: 'addCertificate',
  joiningCode: decodeJoiningCode(query),
  certificate: decodeCertificate(query),
})

function decodeRetireCertificate(query: XmlElement): RetireCertificate {
  const written = required(word(query, 'Sormenjalki'), 'Sormenjalki')
  const fingerprint = written.replace(/[:\s]/g, '').toLowerCase()
  if (!/^[0-9a-f]{64}$/.test(fingerprint))
    throw unusable('Sormenjalki', 'is no SHA-256 in hex', 'ei ole SHA-256-tiiviste heksadesimaalina')
  return { operation: 'retireCertificate', fingerprint }
}

function decodeJoiningCode(query: XmlElement): Sensitive<string> | null {
  const code = short(word(query, 'Liittymiskoodi'), 'Liittymiskoodi', 40)
  return code === null ? null : sensitive(code)
}

/** Several times what a certificate has. */
const MAX_CERTIFICATE = 16 * 1024

function decodeCertificate(query: XmlElement): Buffer | null {
  const element = child(query, 'Varmenne')
  if (element === null) return null
  const bytes = decodeBase64(element)
  if (bytes === null) throw unusable('Varmenne', 'is no base64', 'ei ole base64-muodossa')
  if (bytes.length > MAX_CERTIFICATE) throw unusable('Varmenne', 'is larger than 16 KiB', 'on yli 16 kibitavua')
  // Copied: it must not keep a whole request's buffer alive.
  return bytes.length === 0 ? null : Buffer.from(bytes)
}
