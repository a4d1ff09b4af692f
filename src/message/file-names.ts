const MAX_LENGTH = 200

/**
 * Names to store and show attachments under: control characters and path separators replaced, at most 200 characters,
 * unique without regard to case within one item. Real clients break the documented pattern, so nothing is refused
 * (clients.md R23); the name as written is kept beside.
 */
export function cleanFileNames(written: readonly (string | null)[]): string[] {
  const taken = new Set<string>()
  const next = new Map<string, number>()
  return written.map((name) => {
    const clean = cleaned(name)
    let unique = clean
    const key = clean.toLowerCase()
    // Each name remembers its next number, so that many equal names cost no more than as many different ones.
    for (let n = next.get(key) ?? 2; taken.has(unique.toLowerCase()); n++) {
      unique = numbered(clean, n)
      next.set(key, n + 1)
    }
    taken.add(unique.toLowerCase())
    return unique
  })
}

function cleaned(name: string | null): string {
  const clean = (name ?? '')
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069/\\]/g, '_')
    .trim()
  return shortened(clean === '' || /^\.+$/.test(clean) ? 'liite' : clean)
}

/** Cuts the middle, so that the extension stays. */
function shortened(name: string, room = MAX_LENGTH): string {
  if (name.length <= room) return name
  const extension = extensionOf(name)
  return name.slice(0, room - extension.length) + extension
}

function numbered(name: string, n: number): string {
  const extension = extensionOf(name)
  const stem = name.slice(0, name.length - extension.length)
  const suffix = ` (${n})`
  return shortened(stem, MAX_LENGTH - extension.length - suffix.length) + suffix + extension
}

/** With its dot; empty when there is none. */
export function extensionOf(name: string): string {
  return /\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0] ?? ''
}
