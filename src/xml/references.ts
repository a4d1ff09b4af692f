const NAMED: Readonly<Record<string, string | undefined>> = {
  __proto__: null as never,
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
}
const REFERENCE = /&(?:#x([0-9A-Fa-f]+)|#([0-9]+)|([a-z]+));|&/g

/**
 * Resolves character references and the five predefined entities; anything else after `&` is null.
 * Source: XML 1.0 §4.1, §4.6. No other entity can exist, because a DOCTYPE is refused.
 */
export function resolveReferences(text: string): string | null {
  const unresolved = { count: 0 }
  const resolved = text.replace(REFERENCE, (_whole, hex?: string, decimal?: string, name?: string) => {
    const replacement = hex
      ? character(parseInt(hex, 16))
      : decimal
        ? character(parseInt(decimal, 10))
        : NAMED[name ?? '']
    if (replacement === undefined) unresolved.count++
    return replacement ?? ''
  })
  return unresolved.count === 0 ? resolved : null
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
