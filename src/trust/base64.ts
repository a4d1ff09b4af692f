const STRICT = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** Decodes xs:base64Binary: white space anywhere, otherwise the plain alphabet with right padding; null when it is not. */
export function strictBase64(text: string): Buffer | null {
  const packed = text.replace(/[ \t\r\n]+/g, '')
  if (packed === '' || !STRICT.test(packed)) return null
  return Buffer.from(packed, 'base64')
}
