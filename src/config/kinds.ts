import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { LONGEST_TIMER, formatBytes, formatDuration, parseBytes, parseDuration, parseInteger } from './units.js'
import type { Kind, Setting } from './setting.js'

/** How one kind of setting is read, judged and described; every rule about a kind stands in the table below. */
interface KindRules {
  /** Text to value. Text that is no such thing stays as it is, and the JSON Schema refuses it. */
  parse: (text: string) => unknown
  schema: (setting: Setting) => object
  /** What a good value is, to follow "must be". */
  expected: (setting: Setting) => string
  /** A value that passed, or the default, to what the Config holds. */
  finish?: (value: never) => unknown
  show?: (value: number) => string
}

export const kinds: Readonly<Record<Kind, KindRules>> = {
  choice: {
    parse: (text) => text,
    schema: ({ values }) => ({ enum: values }),
    expected: ({ values = [] }) => `one of ${values.join(', ')}`,
  },
  switch: {
    parse: (text) => switchWords.get(text.toLowerCase()) ?? text,
    schema: () => ({ enum: ['on', 'off'] }),
    expected: () => 'on or off (also true, false, yes, no, 1, 0)',
  },
  integer: numeric({
    parse: parseInteger,
    show: String,
    expected: (range, unit) => `an integer ${range}${unit ? ` (${unit})` : ''}`,
  }),
  bytes: numeric({
    parse: parseBytes,
    show: formatBytes,
    expected: (range) => `a size ${range} (bytes, or a number with KiB, MiB or GiB)`,
  }),
  duration: numeric({
    parse: parseDuration,
    show: formatDuration,
    expected: (range) => `a duration ${range} (milliseconds, or a number with ms, s, min, h or d)`,
    largest: LONGEST_TIMER,
  }),
  host: text('host', 'an address or a host name'),
  headerName: text('header-name', 'the name of an HTTP header'),
  password: text('password', 'a text on one line'),
  path: { ...text('path', 'a path'), finish: (path: string) => resolve(path) },
  paths: {
    ...list('path', 'a comma list of file paths'),
    finish: (paths: string[]) => paths.map((path) => resolve(path)),
  },
  httpUrl: text(
    'http-url',
    'a URL that begins with http:// or https://, without trailing slash, query, fragment or credentials',
  ),
  postgresUrl: text('postgres-url', 'a URL that begins with postgres:// or postgresql://'),
  smtpUrl: text('smtp-url', 'a URL that begins with smtp:// or smtps://, at most with ?tls=optional'),
  mailSender: text('mail-sender', 'an e-mail address, or a name with one: Name <address>'),
  smsSender: text('sms-sender', 'at most 11 letters, digits and spaces, or a telephone number'),
  sftpUrl: text('sftp-url', 'a URL that begins with sftp:// and names user, host and folder'),
  scannerUrl: text('scanner-url', 'tcp://host:port or unix:/path of a clamd'),
  addresses: list('address', 'a comma list of IP addresses or CIDR ranges'),
  mediaTypes: list('media-type', 'a comma list of MIME types', (text) => text.toLowerCase()),
}

/** ajv formats, one per kind of text. */
export const formats: Readonly<Record<string, (text: string) => boolean>> = {
  host: (text) => isIP(text) > 0 || /^[a-z\d]([a-z\d._-]*[a-z\d])?$/i.test(text),
  'header-name': (text) => /^[a-z\d!#$%&'*+.^_`|~-]+$/i.test(text),
  password: (text) => !/[\r\n]/.test(text),
  // A key pasted in the place of its file's name has line breaks.
  path: (text) => text.trim() !== '' && !/\p{Cc}/u.test(text),
  'http-url': (text) => /^https?:\/\/[^\s/?#@\\]+(\/[^\s?#\\]+)?(?<!\/)$/.test(text) && URL.canParse(text),
  'postgres-url': (text) => /^postgres(ql)?:\/\//.test(text) && URL.canParse(text),
  'smtp-url': (text) => /^smtps?:\/\/[^\s/?#]+\/?(\?tls=optional)?$/.test(text) && URL.canParse(text),
  'mail-sender': (text) => /^([^<>\p{Cc}]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/u.test(text),
  'sms-sender': (text) => /^([a-z\d][a-z\d ]{0,10}|\+?\d{3,15})$/i.test(text),
  'sftp-url': (text) => /^sftp:\/\/[^\s/@]+@[^\s/@]+\/[^\s]*$/.test(text) && URL.canParse(text),
  'scanner-url': (text) => /^(tcp:\/\/[^\s/?#@]+:\d{1,5}|unix:\/[^\s]+)$/.test(text),
  address: isAddressOrRange,
  'media-type': (text) => /^[a-z\d!#$&^_.+-]+\/[a-z\d!#$&^_.+-]+$/.test(text),
}

const switchWords: ReadonlyMap<string, string> = new Map([
  ...['on', 'true', 'yes', '1'].map((word) => [word, 'on'] as const),
  ...['off', 'false', 'no', '0'].map((word) => [word, 'off'] as const),
])

interface NumericRules {
  parse: (text: string) => number | undefined
  show: (value: number) => string
  expected: (range: string, unit?: string) => string
  largest?: number
}

function numeric({ parse, show, expected, largest = Number.MAX_SAFE_INTEGER }: NumericRules): KindRules {
  return {
    parse: (text) => parse(text) ?? text,
    schema: ({ min = 0, max = largest }) => ({ type: 'integer', minimum: min, maximum: max }),
    expected: ({ min = 0, max = largest, unit }) => {
      const isOpen = max === Number.MAX_SAFE_INTEGER
      return expected(isOpen ? `of at least ${show(min)}` : `from ${show(min)} to ${show(max)}`, unit)
    },
    show,
  }
}

function text(format: string, expected: string): KindRules {
  return { parse: (text) => text, schema: () => ({ type: 'string', format }), expected: () => expected }
}

function list(format: string, expected: string, normalise = (text: string) => text): KindRules {
  return {
    parse: (text) => text.split(',').map((item) => normalise(item.trim())),
    schema: () => ({ type: 'array', items: { type: 'string', format } }),
    expected: () => expected,
  }
}

function isAddressOrRange(text: string): boolean {
  const [, address = '', bits] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const version = isIP(address)
  // A range of 0 bits would trust everybody; Fastify's proxy-addr refuses it too.
  return version > 0 && (bits === undefined || (Number(bits) >= 1 && Number(bits) <= (version === 4 ? 32 : 128)))
}
