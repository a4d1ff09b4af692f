const NAMED: Readonly<Record<string, string | undefined>> = {
  __proto__: null as never,
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
}

/** The longest reference has eleven characters (`&#x0010FFFF;`); a few leading zeros more are let pass. */
const MAX_LENGTH = 16

/**
 * Resolves character references and the five predefined entities; null at the first `&` that begins anything else, so
 * that a text full of them costs no more than its first one.
 * @param count  called for each reference that is resolved
 * Source: XML 1.0 §4.1, §4.6. No other entity can exist, because a DOCTYPE is refused.
 */
export function resolveReferences(text: string, count: () => void): string | null {
  let at = text.indexOf('&')
  if (at < 0) return text
  let resolved = ''
  let kept = 0
  for (; at >= 0; at = text.indexOf('&', kept)) {
    const name = nameAt(text, at + 1)
    const replacement = name === null ? undefined : name.startsWith('#') ? numbered(name) : NAMED[name]
    if (name === null || replacement === undefined) return null
    count()
    resolved += text.slice(kept, at) + replacement
    kept = at + name.length + 2
  }
  return resolved + text.slice(kept)
}

/** What stands before the `;` that ends a reference; null when none is near. */
function nameAt(text: string, start: number): string | null {
  const end = text.slice(start, start + MAX_LENGTH).indexOf(';')
  return end < 0 ? null : text.slice(start, start + end)
}

function numbered(name: string): string | undefined {
  const digits = /^#(?:x([0-9A-Fa-f]+)|([0-9]+))$/.exec(name)
  return digits === null
    ? undefined
    : character(digits[1] === undefined ? parseInt(digits[2]!, 10) : parseInt(digits[1], 16))
}

/** The character of XML 1.0's production Char with this code point. */
function character(code: number): string | undefined {
  const allowed =
    code === 0x9 ||
    code === 0xa ||
    code === 0xd ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff)
  return allowed ? String.fromCodePoint(code) : undefined
}
