import { createHash, createSign, randomBytes, randomUUID } from 'node:crypto'

const OASIS = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-'
const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/'
const WSU = `${OASIS}wssecurity-utility-1.0.xsd`
const WSSE = `${OASIS}wssecurity-secext-1.0.xsd`
const DS = 'http://www.w3.org/2000/09/xmldsig#'
const EXC_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#'

/** The default limit of one attachment, which is also what makes a request of 14 MB. */
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
 */
export function requestMaker(identity, bytes) {
  const empty = sign(identity, Buffer.alloc(0)).length
  const attachment = randomBytes(Math.min(MAX_ATTACHMENT_BYTES, Math.floor(((bytes - empty) * 3) / 4)))
  attachment.write('%PDF-1.4\n')
  const base64 = Buffer.from(attachment.toString('base64'), 'latin1')
  return () => {
    // No two requests carry the same file.
    randomBytes(24)
      .toString('hex')
      .split('')
      .forEach((digit, i) => (base64[16 + i] = digit.charCodeAt(0)))
    return sign(identity, base64)
  }
}

function sign({ privateKey, certificate }, base64) {
  const ids = { body: `id-${shortId()}`, timestamp: `TS-${shortId()}`, token: `X509-${shortId()}` }
  const [before, after] = payload()
  const body = { open: ` wsu:Id="${ids.body}">${before}`, close: `${after}</soapenv:Body>` }
  const timestamp = ` wsu:Id="${ids.timestamp}">${validity()}</wsu:Timestamp>`
  const bodyDigest = digest(`<soapenv:Body xmlns:soapenv="${SOAP}" xmlns:wsu="${WSU}"${body.open}`, base64, body.close)
  const timestampDigest = digest(`<wsu:Timestamp xmlns:wsu="${WSU}"${timestamp}`)
  const inside = signedInfo([
    [ids.timestamp, timestampDigest],
    [ids.body, bodyDigest],
  ])
  const value = createSign('sha256').update(`<ds:SignedInfo xmlns:ds="${DS}">${inside}`).sign(privateKey, 'base64')
  const token = certificate.replace(/-----[^-]+-----|\s/g, '')
  const head =
    `<soapenv:Envelope xmlns:soapenv="${SOAP}"><soapenv:Header>` +
    `<wsse:Security xmlns:wsse="${WSSE}" xmlns:wsu="${WSU}" soapenv:mustUnderstand="1">` +
    `<wsse:BinarySecurityToken EncodingType="${OASIS}soap-message-security-1.0#Base64Binary" ValueType="${OASIS}x509-token-profile-1.0#X509v3" wsu:Id="${ids.token}">${token}</wsse:BinarySecurityToken>` +
    `<ds:Signature xmlns:ds="${DS}" Id="SIG-1"><ds:SignedInfo>${inside}<ds:SignatureValue>${value}</ds:SignatureValue>` +
    `<ds:KeyInfo Id="KI-1"><wsse:SecurityTokenReference wsu:Id="STR-1"><wsse:Reference URI="#${ids.token}" ValueType="${OASIS}x509-token-profile-1.0#X509v3"/></wsse:SecurityTokenReference></ds:KeyInfo></ds:Signature>` +
    `<wsu:Timestamp${timestamp}</wsse:Security></soapenv:Header><soapenv:Body xmlns:wsu="${WSU}"${body.open}`
  return Buffer.concat([Buffer.from(head), base64, Buffer.from(`${body.close}</soapenv:Envelope>`)])
}

const shortId = () => randomBytes(4).toString('hex')

function digest(...pieces) {
  const hash = createHash('sha256')
  for (const piece of pieces) hash.update(piece)
  return hash.digest('base64')
}

const signedInfo = (references) =>
  `<ds:CanonicalizationMethod Algorithm="${EXC_C14N}"></ds:CanonicalizationMethod>` +
  '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod>' +
  references
    .map(
      ([id, value]) =>
        `<ds:Reference URI="#${id}"><ds:Transforms><ds:Transform Algorithm="${EXC_C14N}"></ds:Transform></ds:Transforms>` +
        `<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod><ds:DigestValue>${value}</ds:DigestValue></ds:Reference>`,
    )
    .join('') +
  '</ds:SignedInfo>'

function validity() {
  const now = Date.now()
  const [created, expires] = [now, now + 300_000].map((ms) => new Date(ms).toISOString())
  return `<wsu:Created>${created}</wsu:Created><wsu:Expires>${expires}</wsu:Expires>`
}

const element = (name, content) => `<asi:${name}>${content}</asi:${name}>`

/** Everything before and after the attachment's text; the recipient is the sandbox's own, with a mailbox. */
function payload() {
  const authority =
    element('ViranomaisTunnus', 'demo_ws') +
    element('PalveluTunnus', 'demo_ws_1') +
    element('SanomaTunniste', randomUUID()) +
    element('SanomaVersio', '1.0') +
    element('SanomaVarmenneNimi', 'Demokunta')
  const recipient =
    '<asi:Asiakas AsiakasTunnus="010190-900P" TunnusTyyppi="SSN">' +
    `${element('Osoite', element('Nimi', 'Testi Henkilö') + element('Lahiosoite', 'Esimerkkikatu 1 A 2') + element('Postinumero', '00100') + element('Postitoimipaikka', 'Helsinki') + element('Maa', 'FI'))}</asi:Asiakas>`
  const letter =
    element('ViranomaisTunniste', `bench-${randomUUID()}`) +
    element('VahvistusVaatimus', '0') +
    element('VaadiLukukuittaus', '0') +
    element('Nimeke', 'Päätös hakemukseenne &lt;A &amp; B&gt;') +
    element('LahetysPvm', '2026-03-04T11:00:41.143+02:00') +
    element('KuvausTeksti', 'Hyvä vastaanottaja, liitteenä on päätös hakemuksestanne. Åländska ärenden: hör av er.')
  const file = element('TiedostonKuvaus', 'Päätös') + '<asi:TiedostoSisalto>'
  const afterFile =
    '</asi:TiedostoSisalto>' + element('TiedostoMuoto', 'application/pdf') + element('TiedostoNimi', 'paatos.pdf')
  const before =
    '<asi:LahetaViesti xmlns:asi="http://www.suomi.fi/asiointitili">' +
    `${element('Viranomainen', authority)}<asi:Kysely>${element('Paperi', 'false')}<asi:Kohteet><asi:Kohde>${recipient}${letter}<asi:Tiedostot><asi:Tiedosto>${file}`
  const after =
    `${afterFile}</asi:Tiedosto></asi:Tiedostot></asi:Kohde></asi:Kohteet>` +
    `${element('Tulostustoimittaja', 'Posti')}${element('LahetaTulostukseen', 'false')}</asi:Kysely></asi:LahetaViesti>`
  return [before, after]
}
