const DS = 'http://www.w3.org/2000/09/xmldsig#'
const MORE = 'http://www.w3.org/2001/04/xmldsig-more#'
const ENC = 'http://www.w3.org/2001/04/xmlenc#'

/** Names of algorithms, written a second time: what the corpus signs with must not come from the code it judges. */
export const uri = {
  rsaSha1: `${DS}rsa-sha1`,
  rsaSha256: `${MORE}rsa-sha256`,
  rsaSha384: `${MORE}rsa-sha384`,
  rsaSha512: `${MORE}rsa-sha512`,
  ecdsaSha256: `${MORE}ecdsa-sha256`,
  ecdsaSha384: `${MORE}ecdsa-sha384`,
  sha1: `${DS}sha1`,
  sha256: `${ENC}sha256`,
  sha384: `${MORE}sha384`,
  sha512: `${ENC}sha512`,
  excC14n: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  enveloped: `${DS}enveloped-signature`,
} as const

export const digestHash: Readonly<Record<string, string | undefined>> = {
  __proto__: null as never,
  [uri.sha1]: 'sha1',
  [uri.sha256]: 'sha256',
  [uri.sha384]: 'sha384',
  [uri.sha512]: 'sha512',
  [`${MORE}md5`]: 'md5',
  [`${MORE}sha224`]: 'sha224',
}

export const signatureKinds: Readonly<Record<string, { key: 'rsa' | 'ec'; hash: string } | undefined>> = {
  __proto__: null as never,
  [uri.rsaSha1]: { key: 'rsa', hash: 'sha1' },
  [uri.rsaSha256]: { key: 'rsa', hash: 'sha256' },
  [uri.rsaSha384]: { key: 'rsa', hash: 'sha384' },
  [uri.rsaSha512]: { key: 'rsa', hash: 'sha512' },
  [uri.ecdsaSha256]: { key: 'ec', hash: 'sha256' },
  [uri.ecdsaSha384]: { key: 'ec', hash: 'sha384' },
  [`${MORE}ecdsa-sha512`]: { key: 'ec', hash: 'sha512' },
  [`${MORE}rsa-md5`]: { key: 'rsa', hash: 'md5' },
}
