import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { ASI, SOAP, WSU, element, frame, signatureElement, signatureValue, signedInfo } from '../bench/envelope.mjs'

const AUTHORITY = 'demo_ws'
/** The sandbox's persons and company with an active mailbox; none of them exists. */
const RECIPIENTS = [
  ['010190-900P', 'SSN'],
  ['150585-901P', 'SSN'],
  ['9000001-1', 'CRN'],
]
export const OPERATIONS = ['LahetaViesti', 'LisaaKohteita']
export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex')

/**
 * A letter that an authority wants to send, however often it takes.
 * @param random  decides all but what has to be new
 */
export function newLetter(random, { tag, services }) {
  const operation = random.pick(OPERATIONS)
  const [recipientId, idType] = random.pick(RECIPIENTS)
  // An item without files is visible at once, and never in the queue (viranomaispalvelut.md §10).
  const sizes = random.weighted([
    [operation === 'LisaaKohteita' ? 2 : 0, []],
    [12, [900 + random.below(2_000)]],
    [2, [1_500, 700]],
    [1, [300_000]],
  ])
  return {
    ...{ operation, recipientId, idType, service: random.pick(services), reference: `${tag}-${randomUUID()}` },
    text: `Kirje ${randomBytes(24).toString('hex')}. Åländska ärenden: hör av er.`,
    files: sizes.map((size) => Buffer.concat([Buffer.from('%PDF-1.4\n'), randomBytes(size)])),
  }
}

/** Another content under the same reference. */
export const altered = (letter) => ({ ...letter, text: `${letter.text} Muutettu.` })

/** One SHA-256 for all that the recipient gets. */
export const contentHash = (text, fileHashes) => sha256(JSON.stringify([text, fileHashes]))

/** The request, signed now in the manner of WSS4J, with a SanomaTunniste of its own. */
export function sign(identity, letter) {
  const { ids, timestamp, start, middle, end } = frame(identity)
  const content = payload(letter)
  const open = `<soapenv:Body xmlns:soapenv="${SOAP}" xmlns:wsu="${WSU}" wsu:Id="${ids.body}">`
  const digest = (text) => createHash('sha256').update(text).digest('base64')
  const inside = signedInfo([
    { id: ids.timestamp, digest: digest(`<wsu:Timestamp xmlns:wsu="${WSU}"${timestamp}`) },
    { id: ids.body, digest: digest(`${open}${content}</soapenv:Body>`) },
  ])
  const signature = signatureElement(inside, signatureValue(identity, inside), ids)
  return Buffer.from(`${start}${signature}${middle}${content}${end}`)
}

function payload({ operation, service, recipientId, idType, reference, text, files }) {
  const party = element(
    'Viranomainen',
    element('ViranomaisTunnus', AUTHORITY) +
      element('PalveluTunnus', service) +
      element('SanomaTunniste', randomUUID()) +
      element('SanomaVersio', '1.0') +
      element('SanomaVarmenneNimi', 'Demokunta'),
  )
  const item =
    element('Asiakas', '', ` AsiakasTunnus="${recipientId}" TunnusTyyppi="${idType}"`) +
    element('ViranomaisTunniste', reference) +
    element('Nimeke', 'Päätös') +
    element('LahetysPvm', '2026-03-04T11:00:41.143+02:00') +
    element('KuvausTeksti', text) +
    (files.length === 0 ? '' : element('Tiedostot', files.map(fileElement).join('')))
  const items = element('Kohteet', element('Kohde', item))
  const query =
    operation === 'LahetaViesti'
      ? element('Paperi', 'false') + items + element('LahetaTulostukseen', 'false')
      : element('KohdeMaara', '1') + items
  return `<asi:${operation} xmlns:asi="${ASI}">${party}${element('Kysely', query)}</asi:${operation}>`
}

const fileElement = (bytes, i) =>
  element(
    'Tiedosto',
    element('TiedostonKuvaus', 'Liite') +
      element('TiedostoSisalto', bytes.toString('base64')) +
      element('TiedostoMuoto', 'application/pdf') +
      element('TiedostoNimi', `liite-${i + 1}.pdf`),
  )
