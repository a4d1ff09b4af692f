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
    DESCRIPTION: '2.5.4.13',
    BUSINESSCATEGORY: '2.5.4.15',
    POSTALCODE: '2.5.4.17',
    NAME: '2.5.4.41',
    GN: '2.5.4.42 GIVENNAME G',
    INITIALS: '2.5.4.43 I',
    GENERATIONQUALIFIER: '2.5.4.44 GENERATION',
    DNQ: '2.5.4.46 DNQUALIFIER',
    PSEUDONYM: '2.5.4.65',
    ORGANIZATIONIDENTIFIER: '2.5.4.97',
    UID: '0.9.2342.19200300.100.1.1 USERID',
    DC: '0.9.2342.19200300.100.1.25 DOMAINCOMPONENT',
    EMAILADDRESS: '1.2.840.113549.1.9.1 E EMAIL',
    JURISDICTIONL: '1.3.6.1.4.1.311.60.2.1.1 JURISDICTIONLOCALITYNAME',
    JURISDICTIONST: '1.3.6.1.4.1.311.60.2.1.2 JURISDICTIONSTATEORPROVINCENAME',
    JURISDICTIONC: '1.3.6.1.4.1.311.60.2.1.3 JURISDICTIONCOUNTRYNAME',
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

const strictly =
  (encoding: string) =>
  (octets: Buffer): string =>
    new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(octets)
const latin1 = (octets: Buffer): string => octets.toString('latin1')
/** How the octets of each string type are read: UTF8String, PrintableString, T61String, IA5String, BMPString. */
const readers: ReadonlyMap<number | undefined, (octets: Buffer) => string> = new Map([
  [0x0c, strictly('utf-8')],
  [0x13, latin1],
  [0x14, latin1],
  [0x16, latin1],
  [0x1e, strictly('utf-16be')],
])

/** Text of a DER string of at most 255 octets; null for anything else, and for octets that are no text. */
function textOfDer(der: Buffer): string | null {
  const read = readers.get(der[0])
  const content = der.subarray(der[1] === 0x81 ? 3 : 2)
  // DER: the long form is for what the short one cannot say.
  const length = der[1] === 0x81 && der[2]! > 0x7f ? der[2] : der[1]! < 0x80 ? der[1] : null
  if (read === undefined || length !== content.length) return null
  try {
    return read(content)
  } catch {
    return null
  }
}
