import { createSign, randomBytes } from 'node:crypto'

const OASIS = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-'
const X509_V3 = `${OASIS}x509-token-profile-1.0#X509v3`
const WSSE = `${OASIS}wssecurity-secext-1.0.xsd`
export const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/'
export const WSU = `${OASIS}wssecurity-utility-1.0.xsd`
export const DS = 'http://www.w3.org/2000/09/xmldsig#'
export const EXC_C14N = 'http://www.w3.org/2001/10/xml-exc-c14n#'
export const ASI = 'http://www.suomi.fi/asiointitili'

const shortId = () => randomBytes(4).toString('hex')

/**
 * The text of a request in the manner of WSS4J, around what is its own: `start` ends where the Signature stands, `middle`
 * where the Body's content does. What stands in the Timestamp is in canonical form already.
 * @param options.headers         header blocks behind Security
 * @param options.bodyNamespaces  declarations on the Body, each with a space before it
 */
export function frame({ certificate }, { token, headers = '', bodyNamespaces = '' } = {}) {
  const ids = { body: `id-${shortId()}`, timestamp: `TS-${shortId()}`, token: `X509-${shortId()}` }
  const timestamp = ` wsu:Id="${ids.timestamp}">${validity()}</wsu:Timestamp>`
  const start =
    `<soapenv:Envelope xmlns:soapenv="${SOAP}"><soapenv:Header>` +
    `<wsse:Security xmlns:wsse="${WSSE}" xmlns:wsu="${WSU}" soapenv:mustUnderstand="1">` +
    `<wsse:BinarySecurityToken EncodingType="${OASIS}soap-message-security-1.0#Base64Binary" ValueType="${X509_V3}" wsu:Id="${ids.token}">${token ?? derBase64(certificate)}</wsse:BinarySecurityToken>`
  const middle =
    `<wsu:Timestamp${timestamp}</wsse:Security>${headers}</soapenv:Header>` +
    `<soapenv:Body xmlns:wsu="${WSU}"${bodyNamespaces} wsu:Id="${ids.body}">`
  return { ids, timestamp, start, middle, end: '</soapenv:Body></soapenv:Envelope>' }
}

const derBase64 = (certificate) => certificate.replace(/-----[^-]+-----|\s/g, '')

function validity() {
  const now = Date.now()
  const [created, expires] = [now, now + 300_000].map((ms) => new Date(ms).toISOString())
  return `<wsu:Created>${created}</wsu:Created><wsu:Expires>${expires}</wsu:Expires>`
}

/**
 * SignedInfo in canonical form, without its start tag.
 * @param references    { id, digest, prefixes } each
 * @param options.text  stands before the first reference
 */
export const signedInfo = (references, { text = '', prefixes } = {}) =>
  `<ds:CanonicalizationMethod Algorithm="${EXC_C14N}">${inclusive(prefixes)}</ds:CanonicalizationMethod>` +
  `<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod>${text}` +
  references
    .map(
      ({ id, digest, prefixes: listed }) =>
        `<ds:Reference URI="#${id}"><ds:Transforms><ds:Transform Algorithm="${EXC_C14N}">${inclusive(listed)}</ds:Transform></ds:Transforms>` +
        `<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod><ds:DigestValue>${digest}</ds:DigestValue></ds:Reference>`,
    )
    .join('') +
  '</ds:SignedInfo>'

const inclusive = (prefixes = []) =>
  prefixes.length === 0
    ? ''
    : `<ec:InclusiveNamespaces xmlns:ec="${EXC_C14N}" PrefixList="${prefixes.join(' ')}"></ec:InclusiveNamespaces>`

export const signatureValue = ({ privateKey }, inside) =>
  createSign('sha256').update(`<ds:SignedInfo xmlns:ds="${DS}">${inside}`).sign(privateKey, 'base64')

export const signatureElement = (inside, value, ids) =>
  `<ds:Signature xmlns:ds="${DS}" Id="SIG-1"><ds:SignedInfo>${inside}<ds:SignatureValue>${value}</ds:SignatureValue>` +
  `<ds:KeyInfo Id="KI-1"><wsse:SecurityTokenReference wsu:Id="STR-1"><wsse:Reference URI="#${ids.token}" ValueType="${X509_V3}"/></wsse:SecurityTokenReference></ds:KeyInfo></ds:Signature>`

/** An element of the interface. */
export const element = (name, content, attributes = '') => `<asi:${name}${attributes}>${content}</asi:${name}>`

/** Who calls: the sandbox's demo service. */
export const party = (exchangeId) =>
  element(
    'Viranomainen',
    element('ViranomaisTunnus', 'demo_ws') +
      element('PalveluTunnus', 'demo_ws_1') +
      element('SanomaTunniste', exchangeId) +
      element('SanomaVersio', '1.0') +
      element('SanomaVarmenneNimi', 'Demokunta'),
  )
