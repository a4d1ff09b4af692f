import { expect, test } from '@jest/globals'
import { defaultText, loadConfig, settings } from '../../src/config/index.js'
import type { Config, Setting } from '../../src/config/index.js'

const KEYS = new Map<string, keyof Config>(settings.map(({ env, key }) => [env, key]))
const read = (name: string, text: string): unknown => loadConfig({ [name]: text })[KEYS.get(name)!]

const good: readonly (readonly [name: string, text: string, value: unknown])[] = [
  ['PORT', '0', 0],
  ['PORT', '0443', 443],
  ['HOST', '::', '::'],
  ['HOST', 'gateway_1.internal', 'gateway_1.internal'],
  ['LOG_LEVEL', 'silent', 'silent'],
  ['ASTI_MAX_REQUEST_BYTES', '1048576', 1048576],
  ['ASTI_MAX_REQUEST_BYTES', '64KiB', 65536],
  ['ASTI_MAX_REQUEST_BYTES', '64 MiB', 67108864],
  ['ASTI_MAX_BYTES_IN_FLIGHT', '2GiB', 2147483648],
  ['ASTI_CLOCK_SKEW_MS', '0', 0],
  ['ASTI_CLOCK_SKEW_MS', '1500', 1500],
  ['ASTI_CLOCK_SKEW_MS', '1500ms', 1500],
  ['ASTI_CLOCK_SKEW_MS', '90 s', 90_000],
  ['ASTI_CLOCK_SKEW_MS', '15min', 900_000],
  ['ASTI_CLOCK_SKEW_MS', '2h', 7_200_000],
  ['ASTI_CLOCK_SKEW_MS', '1d', 86_400_000],
  ['ASTI_EVIDENCE', 'off', 'off'],
  ['ASTI_EVIDENCE', 'No', 'off'],
  ['ASTI_EVIDENCE', '0', 'off'],
  ['ASTI_EVIDENCE', 'false', 'off'],
  ['ASTI_EVIDENCE', 'TRUE', 'on'],
  ['ASTI_EVIDENCE', '1', 'on'],
  ['ASTI_EVIDENCE', 'yes', 'on'],
  ['ASTI_NON_SIGNED', 'proven', 'proven'],
  ['ASTI_CLIENT_CERTIFICATE_HEADER', 'X-SSL-Client-Cert', 'X-SSL-Client-Cert'],
  ['ASTI_PUBLIC_URL', 'http://localhost:8080', 'http://localhost:8080'],
  ['ASTI_PUBLIC_URL', 'https://asti.example/under/path', 'https://asti.example/under/path'],
  ['ASTI_TRUSTED_PROXIES', '10.0.0.0/8, 192.168.1.1,fd00::/8', ['10.0.0.0/8', '192.168.1.1', 'fd00::/8']],
  ['ASTI_TLS_MIN_VERSION', '1.3', '1.3'],
  ['ASTI_KEY_CHECK_INTERVAL_MS', '0', 0],
  ['ASTI_ATTACHMENT_TYPES', 'application/PDF, text/plain', ['application/pdf', 'text/plain']],
]

test.each(good)('%s understands %j', (name, text, value) => {
  expect(read(name, text)).toEqual(value)
})

const bad: Record<string, readonly string[]> = {
  PORT: ['ten', '80a', '-1', '65536', '1e3', '0x50', '80.0', '+80', ' 80', '99999999999999999999', 'NaN'],
  HOST: ['http://x', 'a b', '256.0.0.1:80', '-x'],
  LOG_LEVEL: ['loud', 'INFO', 'constructor'],
  ASTI_MAX_REQUEST_BYTES: ['10MB', '10 mib', '1.5MiB', '1 KiB extra', '0', '1TiB', '600 MiB', 'MiB', '1 constructor'],
  ASTI_CLOCK_SKEW_MS: ['5 minutes', '5m', '-1', '1.5s', '25d', '1h30min'],
  ASTI_REFUSED_RETENTION_DAYS: ['0', '90d'],
  ASTI_EVIDENCE: ['maybe', '2', 'constructor', '__proto__'],
  ASTI_NON_SIGNED: ['on', 'Proven', 'constructor'],
  ASTI_CLIENT_CERTIFICATE_HEADER: ['a b', 'a:', ''.padEnd(3, '\t') + 'ä'],
  ASTI_SHA1: ['true', 'yes'],
  ASTI_PUBLIC_URL: [
    ...['gateway.example', 'ftp://x', 'https://', 'https://x/', 'https://x/y/', 'https://x?a=1', 'https://x/y?a'],
    ...['https://x#y', 'https://me:secret@x', 'https://x y', 'https://x:99999', 'https:\\\\x'],
  ],
  ASTI_TRUSTED_PROXIES: [
    '10.0.0',
    '10.0.0.0/33',
    '10.0.0.0/0',
    '::/129',
    'proxy.example',
    '10.0.0.1,',
    ',',
    'fe80::1%eth0',
  ],
  ASTI_ATTACHMENT_TYPES: ['pdf', 'text/plain;charset=utf-8', 'a/b/c', '*/*', 'text/plain,,image/png'],
  ASTI_SEALING_KEY_FILES: ['a,,b', 'a\nb'],
  ASTI_TLS_MIN_VERSION: ['1.1', 'TLSv1.2', '1'],
  ASTI_TLS_CLIENT_CERTIFICATES: ['on', 'required'],
  DATABASE_URL: ['db.example', 'https://db.example', 'postgres:db', 'postgres://db:port/x'],
}

test.each(Object.entries(bad).flatMap(([name, texts]) => texts.map((text) => [name, text] as const)))(
  '%s refuses %j',
  (name, text) => {
    expect(() => read(name, text)).toThrow(`${name} must be`)
  },
)

test.each(settings.map((setting) => [setting.env, setting] as const))('%s is declared in full', (name, declared) => {
  const setting: Setting = declared
  expect(name).toMatch(/^(DATABASE_URL|PORT|HOST|LOG_LEVEL|ASTI_[A-Z\d_]+)$/)
  expect(setting.description).toMatch(/^[A-Z].{5,110}[^.]$/)
  expect((setting.default === undefined) !== (setting.unset === undefined)).toBe(true)
  const unit = { bytes: 'Bytes', duration: 'Ms' }[setting.kind as string]
  if (unit) expect(setting.key).toMatch(new RegExp(`${unit}(InFlight(PerAddress)?)?$`))
  // The words of the table, given back as a setting, mean the default.
  if (setting.default !== undefined && defaultText(setting) !== 'none') {
    expect(read(name, defaultText(setting))).toEqual(loadConfig({})[declared.key])
  }
})

test('no two settings share a name or a key', () => {
  expect(new Set(settings.map(({ env }) => env)).size).toBe(settings.length)
  expect(new Set(settings.map(({ key }) => key)).size).toBe(settings.length)
})

test('the type of the Config follows the schema', () => {
  const config = loadConfig({})
  // These lines are the test: they compile only while the derived types are exact.
  const mode: 'sandbox' | 'production' = config.mode
  const evidence: 'on' | 'off' = config.evidence
  const bytes: number = config.maxRequestBytes
  const proxies: readonly string[] = config.trustedProxies
  // @ts-expect-error a setting without default may be undefined
  const url: string = config.publicUrl
  // @ts-expect-error a secret is not a string
  const secret: string | undefined = config.databaseUrl
  expect([mode, evidence, bytes, proxies, url, secret]).toHaveLength(6)
})
