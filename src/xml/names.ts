/** NCName of Namespaces in XML 1.0 over the name characters of XML 1.0, fifth edition; sticky, so that it reads in place. */
const START =
  'A-Z_a-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D\\u2070-\\u218F\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\u{10000}-\\u{EFFFF}'
const NCNAME = new RegExp(`[${START}][${START}\\-.0-9\\u00B7\\u0300-\\u036F\\u203F\\u2040]*`, 'uy')

/** 1 = may start a name, 2 = may only continue one; ASCII only. */
const ASCII = new Uint8Array(128)
for (const c of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_') ASCII[c.charCodeAt(0)] = 1
for (const c of '0123456789-.') ASCII[c.charCodeAt(0)] = 2

/** Index just behind the NCName that starts at `at`, or `at` when none does. */
export function endOfNcName(text: string, at: number): number {
  if (at >= text.length) return at
  let c = text.charCodeAt(at)
  if (c < 128 && ASCII[c] !== 1) return at
  let i = at
  while (i < text.length && (c = text.charCodeAt(i)) < 128) {
    if (ASCII[c] === 0) return i
    i++
  }
  if (i === text.length) return i
  NCNAME.lastIndex = at
  return NCNAME.test(text) ? NCNAME.lastIndex : at
}
