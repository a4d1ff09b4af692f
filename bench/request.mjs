import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { ASI, SOAP, WSU, element, frame, party, signatureElement, signatureValue, signedInfo } from './envelope.mjs'

/** The default limit of one attachment, which is also what makes a request of 14 MB; a larger one has several. */
const MAX_ATTACHMENT_BYTES = 10 * 1024 * 1024

export const sizes = [
  { name: '5 KB', bytes: 5_300, concurrency: 8, most: 1_000 },
  { name: '140 KB', bytes: 140_000, concurrency: 4, most: 200 },
  { name: '1.4 MB', bytes: 1_400_000, concurrency: 2, most: 40 },
  { name: '14 MB', bytes: 14_000_000, concurrency: 1, most: 6 },
]

/**
 * Makes LahetaViesti requests of about `bytes` bytes, signed just now in the manner of WSS4J, each with a reference of
 * its own. The text is written so that its canonical form is known without parsing: signing costs little more than
 * hashing, and needs nothing of what is measured.
 * @param identity  { privateKey, certificate } in PEM, registered for demo_ws / demo_ws_1
 * @param most      bytes of the largest attachment
 */
export function requestMaker(identity, bytes, most = MAX_ATTACHMENT_BYTES) {
  const room = Math.max(0, Math.floor(((bytes - sign(identity, [Buffer.alloc(0)]).length) * 3) / 4))
  const count = Math.max(1, Math.ceil(room / most))
  const attachment = randomBytes(Math.floor(room / count))
  attachment.write('%PDF-1.4\n')
  const base64 = Buffer.from(attachment.toString('base64'), 'latin1')
  return () => {
    // No two requests carry the same file.
    randomBytes(24)
      .toString('hex')
      .split('')
      .forEach((digit, i) => (base64[16 + i] = digit.charCodeAt(0)))
    return sign(identity, Array(count).fill(base64))
  }
}

/** @param files  the attachments in base64 */
function sign(identity, files) {
  const { ids, timestamp, start, middle, end } = frame(identity)
  const [before, between, after] = payload()
  const content = files.flatMap((file, i) => [i === 0 ? before : between, file]).concat(after)
  const open = `<soapenv:Body xmlns:soapenv="${SOAP}" xmlns:wsu="${WSU}" wsu:Id="${ids.body}">`
  const inside = signedInfo([
    { id: ids.timestamp, digest: digest(`<wsu:Timestamp xmlns:wsu="${WSU}"${timestamp}`) },
    { id: ids.body, digest: digest(open, ...content, '</soapenv:Body>') },
  ])
  const signature = signatureElement(inside, signatureValue(identity, inside), ids)
  const pieces = [start, signature, middle, ...content, end]
  return Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)))
}

function digest(...pieces) {
  const hash = createHash('sha256')
  for (const piece of pieces) hash.update(piece)
  return hash.digest('base64')
}

/** What stands before, between and behind the attachments' texts; the recipient is the sandbox's own, with a mailbox. */
function payload() {
  const address =
    element('Nimi', 'Testi Henkilö') +
    element('Lahiosoite', 'Esimerkkikatu 1 A 2') +
    element('Postinumero', '00100') +
    element('Postitoimipaikka', 'Helsinki') +
    element('Maa', 'FI')
  const recipient = element('Asiakas', element('Osoite', address), ' AsiakasTunnus="010190-900P" TunnusTyyppi="SSN"')
  const letter =
    element('ViranomaisTunniste', `bench-${randomUUID()}`) +
    element('VahvistusVaatimus', '0') +
    element('VaadiLukukuittaus', '0') +
    element('Nimeke', 'Päätös hakemukseenne &lt;A &amp; B&gt;') +
    element('LahetysPvm', '2026-03-04T11:00:41.143+02:00') +
    element('KuvausTeksti', 'Hyvä vastaanottaja, liitteenä on päätös hakemuksestanne. Åländska ärenden: hör av er.')
  const beforeFile = `<asi:Tiedosto>${element('TiedostonKuvaus', 'Päätös')}<asi:TiedostoSisalto>`
  const afterFile = `</asi:TiedostoSisalto>${element('TiedostoMuoto', 'application/pdf')}${element('TiedostoNimi', 'paatos.pdf')}</asi:Tiedosto>`
  const before =
    `<asi:LahetaViesti xmlns:asi="${ASI}">${party(randomUUID())}` +
    `<asi:Kysely>${element('Paperi', 'false')}<asi:Kohteet><asi:Kohde>${recipient}${letter}<asi:Tiedostot>${beforeFile}`
  const after =
    `${afterFile}</asi:Tiedostot></asi:Kohde></asi:Kohteet>` +
    `${element('Tulostustoimittaja', 'Posti')}${element('LahetaTulostukseen', 'false')}</asi:Kysely></asi:LahetaViesti>`
  return [before, afterFile + beforeFile, after]
}
