import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { ConfigError, loadConfig, settings } from '../../src/config/index.js'
import { Sensitive } from '../../src/sensitive.js'

const PASSWORD = 'p4ssw0rd-of-the-test'
const DATABASE_URL = `postgres://gateway:${PASSWORD}@db.example:5432/gateway`
const production = {
  ASTI_MODE: 'production',
  DATABASE_URL,
  ASTI_PUBLIC_URL: 'https://gateway.example',
  ASTI_IDENTITY_KEY_FILE: '/keys/identity',
  ASTI_SEALING_KEY_FILES: '/keys/new, /keys/old',
  ASTI_SIGNING_KEY_FILE: '/keys/signing.pem',
  ASTI_SIGNING_CERTIFICATE_FILE: '/keys/signing.crt',
}

let folder: string
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'config-'))))
afterAll(() => rmSync(folder, { recursive: true }))

/** The message of the ConfigError that the environment meets. */
function problemsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    loadConfig(env)
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as ConfigError).code).toBe('CONFIG_INVALID')
    return (error as ConfigError).problems
  }
  return []
}

describe('without any setting', () => {
  test('the gateway is a sandbox on its own machine', () => {
    const config = loadConfig({})
    expect(config).toMatchObject({ mode: 'sandbox', port: 8080, host: '127.0.0.1', logLevel: 'info', sha1: 'allowed' })
    expect(config.dataDir).toBe(resolve('data'))
    expect(config.databaseUrl).toBeUndefined()
    expect(config.publicUrl).toBeUndefined()
    expect(config.trustedProxies).toEqual([])
  })

  test('sizes are bytes and durations milliseconds', () => {
    expect(loadConfig({})).toMatchObject({
      ...{ maxRequestBytes: 20 * 1024 ** 2, maxBytesInFlight: 256 * 1024 ** 2, maxAttachmentBytes: 10 * 1024 ** 2 },
      ...{ clockSkewMs: 300_000, maxMessageAgeMs: 900_000, maxTimestampLifetimeMs: 900_000, shutdownTimeoutMs: 30_000 },
      ...{ statementTimeoutMs: 6_000, requestTimeoutMs: 60_000, refusedRetentionDays: 90, databasePoolSize: 16 },
    })
  })

  test('the attachment types of the REST service and links are accepted', () => {
    expect(loadConfig({}).attachmentTypes).toHaveLength(13)
    expect(loadConfig({}).attachmentTypes).toEqual(expect.arrayContaining(['application/pdf', 'text/url']))
  })

  test('every declared key is in the Config', () => {
    expect(Object.keys(loadConfig({}))).toEqual(settings.map(({ key }) => key))
  })

  test('nothing in the Config can be changed', () => {
    const config = loadConfig({ ASTI_TRUSTED_PROXIES: '10.0.0.1', DATABASE_URL })
    expect(Object.isFrozen(config)).toBe(true)
    const held = Object.values(config).filter((value) => typeof value === 'object')
    expect(held.length).toBeGreaterThan(2)
    expect(held.every((value) => Object.isFrozen(value))).toBe(true)
  })

  test('an empty variable counts as not set', () => {
    expect(loadConfig({ PORT: '', ASTI_PUBLIC_URL: ' ', ASTI_NO_SUCH: '', DATABASE_URL: '' })).toEqual(loadConfig({}))
  })

  test('variables of others are left alone', () => {
    expect(loadConfig({ PATH: '/bin', PGHOST: 'db', ASTIMA: 'x' })).toEqual(loadConfig({}))
  })
})

describe('in production', () => {
  test('a complete configuration is accepted and listens on every address', () => {
    const config = loadConfig(production)
    expect(config).toMatchObject({ mode: 'production', host: '0.0.0.0', publicUrl: 'https://gateway.example' })
    expect(config.sealingKeyFiles).toEqual([resolve('/keys/new'), resolve('/keys/old')])
    expect(loadConfig({ ...production, HOST: '127.0.0.1' }).host).toBe('127.0.0.1')
  })

  test('callers have limits that the sandbox does without, and that can be taken off', () => {
    const limits = { requestsPerMinutePerAddress: 12_000, requestsPerMinutePerService: 6_000 }
    expect(loadConfig(production)).toMatchObject(limits)
    expect(loadConfig({})).toMatchObject({ requestsPerMinutePerAddress: 0, requestsPerMinutePerService: 0 })
    expect(loadConfig({ ...production, ASTI_REQUESTS_PER_MINUTE_PER_ADDRESS: '0' })).toMatchObject({
      ...limits,
      requestsPerMinutePerAddress: 0,
    })
  })

  const optional = ['ASTI_MODE', 'ASTI_SIGNING_CERTIFICATE_FILE']
  test.each(Object.keys(production).filter((name) => !optional.includes(name)))('%s has no default', (name) => {
    expect(problemsOf({ ...production, [name]: undefined })).toEqual([
      expect.stringMatching(new RegExp(`^${name} is missing \\(.+\\)$`)),
    ])
  })

  test('an unknown mode is a problem of its own and asks for no keys', () => {
    expect(problemsOf({ ASTI_MODE: 'prod' })).toEqual(['ASTI_MODE must be one of sandbox, production, was "prod"'])
  })
})

describe('the message of a refused configuration', () => {
  test('lists every problem at once, in the order of the documentation', () => {
    const env = { ...production, DATABASE_URL: '', ASTI_DATABASE_POOL_SIZE: 'ten', PORT: '70000', ASTI_PROT: '1' }
    expect(() => loadConfig(env)).toThrow(
      [
        'The configuration has 4 problems:',
        'PORT must be an integer from 0 to 65535, was "70000"',
        'DATABASE_URL is missing (PostgreSQL connection URL)',
        'ASTI_DATABASE_POOL_SIZE must be an integer from 1 to 1000 (connections), was "ten"',
        'ASTI_PROT is not a setting, the nearest name is PORT',
      ].join('\n  '),
    )
  })

  test('counts a single problem in the singular', () => {
    expect(() => loadConfig({ PORT: 'x' })).toThrow('The configuration has 1 problem:\n  PORT')
  })

  test.each([
    ['ASTI_MAX_REQUEST_BYTE', 'ASTI_MAX_REQUEST_BYTES'],
    ['ASTI_DATABASE_URL', 'DATABASE_URL'],
    ['ASTI_DATABASE_URL_FILE', 'DATABASE_URL_FILE'],
    ['asti_mode', 'ASTI_MODE'],
    ['ASTI_SEALING_KEYS_FILE', 'ASTI_SEALING_KEY_FILES'],
  ])('suggests for %s the name %s and does not show the value', (name, suggested) => {
    expect(problemsOf({ [name]: PASSWORD })).toEqual([`${name} is not a setting, the nearest name is ${suggested}`])
  })

  test('shows neither a password in an address nor a key pasted in place of its file', () => {
    const text = problemsOf({
      DATABASE_URL: `mysql://root:${PASSWORD}@db/x`,
      ASTI_PUBLIC_URL: `https://me:${PASSWORD}@gateway.example`,
      ASTI_IDENTITY_KEY_FILE: `-----BEGIN KEY-----\n${PASSWORD}\n`,
    }).join('\n')
    expect(text).toMatch(
      /ASTI_PUBLIC_URL[^]*ASTI_IDENTITY_KEY_FILE[^]*DATABASE_URL[^]*was set \(its value is not shown\)/,
    )
    expect(text).not.toContain(PASSWORD)
  })
})

describe('settings that belong together', () => {
  test.each(['SIGNING', 'NEXT_SIGNING', 'TLS'])(
    'of %s a certificate or password without its key is refused',
    (which) => {
      const missing = [expect.stringMatching(new RegExp(`^ASTI_${which}_KEY_FILE is missing`))]
      expect(problemsOf({ [`ASTI_${which}_CERTIFICATE_FILE`]: 'crt.pem' })).toEqual(missing)
      expect(problemsOf({ [`ASTI_${which}_KEY_PASSWORD`]: PASSWORD })).toEqual(missing)
    },
  )

  test('a key file may hold its certificate, so it may be given alone', () => {
    expect(problemsOf({ ASTI_SIGNING_KEY_FILE: 'key.p12', ASTI_TLS_KEY_FILE: 'tls.p12' })).toEqual([])
  })

  test('a bound on bytes in flight that no largest request could pass is refused', () => {
    expect(problemsOf({ ASTI_MAX_REQUEST_BYTES: '300MiB' })).toEqual([
      'ASTI_MAX_BYTES_IN_FLIGHT must be at least ASTI_MAX_REQUEST_BYTES (300 MiB), was 256 MiB',
      'ASTI_MAX_BYTES_IN_FLIGHT_PER_ADDRESS must be at least ASTI_MAX_REQUEST_BYTES (300 MiB), was 128 MiB',
    ])
    expect(problemsOf({ ASTI_MAX_BYTES_IN_FLIGHT: '10 MiB' })).toHaveLength(1)
    expect(problemsOf({ ASTI_MAX_BYTES_IN_FLIGHT: '10 MiB', ASTI_MAX_REQUEST_BYTES: '1 MiB' })).toEqual([])
    expect(problemsOf({ ASTI_MAX_BYTES_IN_FLIGHT: '10 MiB', ASTI_MAX_REQUEST_BYTES: 'x' })).toHaveLength(1)
  })
})

describe('a secret', () => {
  const written = (name: string, content: string): string => {
    const file = join(folder, name)
    writeFileSync(file, content)
    return file
  }

  test('prints as hidden and opens only on purpose', () => {
    const { databaseUrl } = loadConfig({ DATABASE_URL })
    expect(databaseUrl).toBeInstanceOf(Sensitive)
    expect(databaseUrl?.reveal()).toBe(DATABASE_URL)
    expect(JSON.stringify(loadConfig({ DATABASE_URL }))).not.toContain(PASSWORD)
  })

  test.each(['\n', '\r\n', ''])('can be the content of a file that ends in %j', (ending) => {
    const file = written('url', DATABASE_URL + ending)
    expect(loadConfig({ DATABASE_URL_FILE: file }).databaseUrl?.reveal()).toBe(DATABASE_URL)
  })

  test('given both ways is refused', () => {
    const DATABASE_URL_FILE = written('both', DATABASE_URL)
    expect(problemsOf({ DATABASE_URL, DATABASE_URL_FILE })).toEqual([
      'DATABASE_URL and DATABASE_URL_FILE are both set, give only one of them',
    ])
  })

  test('whose file cannot be read or is empty is refused once, by the name of the file', () => {
    const missing = join(folder, 'no-such-file')
    expect(problemsOf({ ...production, DATABASE_URL: '', DATABASE_URL_FILE: missing })).toEqual([
      `DATABASE_URL_FILE must name a file with the value, was "${missing}" (ENOENT)`,
    ])
    expect(problemsOf({ DATABASE_URL_FILE: written('empty', '\n') })).toEqual([expect.stringContaining('it is empty')])
  })

  test('put where its file name belongs is not shown', () => {
    expect(problemsOf({ DATABASE_URL_FILE: DATABASE_URL }).join()).toMatch(/^(?!.*p4ssw0rd).*ENOENT/)
  })
})
