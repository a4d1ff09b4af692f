const OASIS = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-'

export const NS = {
  soap: 'http://schemas.xmlsoap.org/soap/envelope/',
  asi: 'http://www.suomi.fi/asiointitili',
  xsi: 'http://www.w3.org/2001/XMLSchema-instance',
  xsd: 'http://www.w3.org/2001/XMLSchema',
  wsse: `${OASIS}wssecurity-secext-1.0.xsd`,
  wsu: `${OASIS}wssecurity-utility-1.0.xsd`,
  ds: 'http://www.w3.org/2000/09/xmldsig#',
  ec: 'http://www.w3.org/2001/10/xml-exc-c14n#',
} as const

export const TOKEN = {
  valueType: `${OASIS}x509-token-profile-1.0#X509v3`,
  encodingType: `${OASIS}soap-message-security-1.0#Base64Binary`,
} as const

export const EXC_C14N = NS.ec
export const ENVELOPED = `${NS.ds}enveloped-signature`
export const STR_TRANSFORM = `${OASIS}soap-message-security-1.0#STR-Transform`

export type Hash = 'sha1' | 'sha256'
export const SIGNATURE_URI: Record<Hash, string> = {
  sha1: `${NS.ds}rsa-sha1`,
  sha256: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
}
export const DIGEST_URI: Record<Hash, string> = {
  sha1: `${NS.ds}sha1`,
  sha256: 'http://www.w3.org/2001/04/xmlenc#sha256',
}

export const SIGNED_PATH = '/Asiointitili/ViranomaispalvelutWSInterface'
export const UNSIGNED_PATH = `${SIGNED_PATH}NonSigned`
export const INTERNAL_PATH = '/InternalServices/Viestinvalitys/ViranomaispalvelutWSInterfaceNonSigned'

export const actionOf = (operation: string): string => `${NS.asi}/Viranomaispalvelut/${operation}`
