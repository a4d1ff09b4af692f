const STRICT = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** Far above any certificate or signature; only what is longer is not even looked at. */
const MAX_LENGTH = 64 * 1024

/** Decodes xs:base64Binary: white space anywhere, otherwise the plain alphabet with right padding; null when it is not. */
export function strictBase64(text: string): Buffer | null {
  if (text.length > MAX_LENGTH) return null
  const packed = text.replace(/[ \t\r\n]+/g, '')
  if (packed === '' || !STRICT.test(packed)) return null
  return Buffer.from(packed, 'base64')
}
