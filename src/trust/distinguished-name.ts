/** One attribute of a distinguished name: its type as a name or dotted number, its value as text. */
type Attribute = readonly [type: string, value: string]

/**
 * Whether two distinguished names mean the same, however their writers ordered, spaced, escaped and abbreviated them:
 * Java writes the last part first and spells some types as numbers, .NET and OpenSSL have names of their own.
 * A name that cannot be read is the same as none.
 * @param written  as in X509IssuerName, RFC 4514 or one of its forerunners
 * @param lines    as node:crypto gives names: one part a line, the first part first, escaped as in RFC 2253
 * Source: RFC 4514 §3; RFC 5280 §7.1; xmldsig-core1 §4.5.4.1
 */
export function isSameName(written: string, lines: string): boolean {
  const asked = readName(written, /[,;]/)
  const own = readName(lines, /\n/)
  if (asked === null || own === null) return false
  const key = keyOf(own)
  return keyOf(asked) === key || keyOf([...asked].reverse()) === key
}

const keyOf = (parts: readonly (readonly Attribute[])[]): string =>
  JSON.stringify(parts.map((part) => part.map(normal).sort()))

/** Values compare without case and with single spaces. Source: RFC 5280 §7.1; X.520 caseIgnoreMatch */
function normal([type, value]: Attribute): string {
  const name = type.replace(/^oid\./i, '').toUpperCase()
  return `${types.get(name) ?? name}=${value.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase()}`
}

/** One name for each type that goes by several. Source: RFC 4514 §3, RFC 5280 App. A, the spellings of JDK, .NET and OpenSSL */
const types: ReadonlyMap<string, string> = new Map(
  Object.entries({
    CN: '2.5.4.3 COMMONNAME',
    SN: '2.5.4.4 SURNAME',
    SERIALNUMBER: '2.5.4.5 DEVICESERIALNUMBER',
    C: '2.5.4.6 COUNTRYNAME',
    L: '2.5.4.7 LOCALITYNAME',
    ST: '2.5.4.8 S STATEORPROVINCENAME',
    STREET: '2.5.4.9 STREETADDRESS',
    O: '2.5.4.10 ORGANIZATIONNAME',
    OU: '2.5.4.11 ORGANIZATIONALUNITNAME',
    TITLE: '2.5.4.12 T',
    GN: '2.5.4.42 GIVENNAME G',
    DNQ: '2.5.4.46 DNQUALIFIER',
    ORGANIZATIONIDENTIFIER: '2.5.4.97',
    UID: '0.9.2342.19200300.100.1.1 USERID',
    DC: '0.9.2342.19200300.100.1.25 DOMAINCOMPONENT',
    EMAILADDRESS: '1.2.840.113549.1.9.1 E EMAIL',
  }).flatMap(([name, others]) => others.split(' ').map((other) => [other, name] as const)),
)

/** Parts of a name, each with its attributes; null when it is no name. */
function readName(text: string, separator: RegExp): Attribute[][] | null {
  const parts: Attribute[][] = []
  for (const part of split(text, separator)) {
    const attributes: Attribute[] = []
    for (const attribute of split(part, /\+/)) {
      const [, type, value] = /^\s*([A-Za-z][A-Za-z0-9.-]*|\d+(?:\.\d+)+)\s*=\s*([^]*)$/.exec(attribute) ?? []
      const plain = value === undefined ? null : unescapeValue(value)
      if (type === undefined || plain === null) return null
      attributes.push([type, plain])
    }
    parts.push(attributes)
  }
  return parts
}

/** Splits at separators that are neither escaped nor within quotes. */
function split(text: string, separator: RegExp): string[] {
  const pieces: string[] = []
  let from = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const c = text[at]!
    if (c === '\\') at++
    else if (c === '"') quoted = !quoted
    else if (!quoted && separator.test(c)) {
      pieces.push(text.slice(from, at))
      from = at + 1
    }
  }
  return [...pieces, text.slice(from)]
}

/** RFC 4514 §2.4 backwards: `\,`, `\C3\A4`, `"quoted"`, `#0c03…` (the value's DER). */
function unescapeValue(value: string): string | null {
  const text = value.trim()
  if (/^#(?:[0-9a-f]{2})+$/i.test(text)) return textOfDer(Buffer.from(text.slice(1), 'hex'))
  const bare = /^"([^]*)"$/.exec(text)?.[1] ?? text
  const escaped = bare.replace(/(?:\\[0-9a-f]{2})+|\\([^])/gi, (all: string, character?: string) =>
    character === undefined ? Buffer.from(all.replaceAll('\\', ''), 'hex').toString('utf8') : character,
  )
  return escaped
}

/** Text of a short DER string (UTF8String, PrintableString, IA5String, T61String); null for anything else. */
function textOfDer(der: Buffer): string | null {
  const tag = der[0]
  if (der.length < 2 || der[1] !== der.length - 2 || der[1] > 127) return null
  if (tag === 0x0c) return der.toString('utf8', 2)
  return tag === 0x13 || tag === 0x14 || tag === 0x16 ? der.toString('latin1', 2) : null
}
