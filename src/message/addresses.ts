import { domainToASCII } from 'node:url'

// Dot-atoms of RFC 5322 with the letters of RFC 6531: no quotes, no comments, no white space.
const LOCAL_PART = /^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u
const LABEL = /^[a-z\d]([a-z\d-]{0,61}[a-z\d])?$/i

/**
 * An e-mail address as it can be written to: white space around it gone, its domain in ASCII. One address only, without
 * a name. null: it is none.
 */
export function emailAddressOf(text: string): string | null {
  const written = text.trim()
  const at = written.lastIndexOf('@')
  const local = written.slice(0, at).normalize('NFC')
  // Before the mapping: it would let through what it maps away, such as a slash and whatever follows it.
  if (at < 1 || !LOCAL_PART.test(local) || !/^[\p{L}\p{M}\p{N}.-]+$/u.test(written.slice(at + 1))) return null
  const domain = domainToASCII(written.slice(at + 1))
  const labels = domain.split('.')
  // The last label of an IP address is a number, the one of a domain is not.
  if (labels.length < 2 || !labels.every((label) => LABEL.test(label)) || /^\d+$/.test(labels.at(-1)!)) return null
  return Buffer.byteLength(local) > 64 || domain.length > 253 ? null : `${local}@${domain}`
}

/**
 * A telephone number in the international form of E.164, `+358401234567`. Numbers that begin with one zero are Finnish:
 * authorities write them so. null: it is none.
 */
export function phoneNumberOf(text: string): string | null {
  const bare = text.trim().replace(/[\s().-]/g, '')
  const full = bare.replace(/^00/, '+').replace(/^0(?=\d)/, '+358')
  return /^\+[1-9]\d{6,14}$/.test(full) ? full : null
}
