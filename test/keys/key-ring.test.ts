import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { createKeyRing, KeyError, type KeyRing, type SecureContextOptions } from '../../src/keys/index.js'
import { createLogger } from '../../src/log.js'
import { sensitive } from '../../src/sensitive.js'
import { makeIdentity, sharedIdentity, type Identity } from '../support/keys.js'
import { libraryPkcs12 } from '../support/pkcs12.js'

const PASSWORD = 'aivan-salainen-sana'
const names = { certificate: 'CERTIFICATE', password: 'PASSWORD' }
let folder: string
let ring: KeyRing | undefined
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'asti-ring-'))))
afterEach(() => {
  ring?.close()
  ring = undefined
  rmSync(folder, { recursive: true })
})

const at = (name: string): string => join(folder, name)
const source = (name: string) => ({ keyFile: at(`${name}.key`), certificateFile: at(`${name}.crt`), names })

function put(name: string, { privateKeyPem, certificatePem }: Identity): void {
  writeFileSync(at(`${name}.key`), privateKeyPem)
  writeFileSync(at(`${name}.crt`), certificatePem)
}

interface Line {
  readonly event: string
  readonly level: string
  readonly purpose: string
  readonly fingerprint?: string
  readonly err?: { readonly stack: string }
}

function open(sources: Partial<Parameters<typeof createKeyRing>[0]> = {}) {
  const lines: Line[] = []
  const destination = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(JSON.parse(chunk.toString()) as Line)
      done()
    },
  })
  const contexts: SecureContextOptions[] = []
  ring = createKeyRing(
    { signing: source('signing'), nextSigning: null, tls: null, ...sources },
    {
      log: createLogger({ level: 'info', destination }),
      tlsMinVersion: '1.2',
      onTlsChange: (context) => void contexts.push(context),
    },
  )
  return { keys: ring, lines, contexts }
}

const signsAs = (keys: KeyRing, which: 'current' | 'next' = 'current'): string =>
  keys.signer(which).certificate.toString('hex')
const asHex = ({ certificateDer }: Identity): string => certificateDer.toString('hex')

test('the next key signs what is asked of it, and without one the current key does', async () => {
  const [current, next] = [await sharedIdentity('current'), await sharedIdentity('next')]
  put('signing', current)
  put('next', next)
  const both = open({ nextSigning: source('next') }).keys
  expect([signsAs(both), signsAs(both, 'next')]).toEqual([asHex(current), asHex(next)])
  const alone = open().keys
  expect([signsAs(alone), signsAs(alone, 'next')]).toEqual([asHex(current), asHex(current)])
})

test('a key that cannot be used stops the start', async () => {
  put('signing', await sharedIdentity('current'))
  expect(() => open({ tls: source('tls') })).toThrow(KeyError)
  put('next', await makeIdentity({ commonName: 'ed', keyType: 'ed25519' }))
  expect(() => open({ nextSigning: source('next') })).toThrow('neither RSA nor EC')
})

test('new files are taken at the signal, and the log has the fingerprint of the certificate', async () => {
  put('signing', await sharedIdentity('current'))
  const { keys, lines } = open()
  const renewed = await sharedIdentity('renewed')
  put('signing', renewed)
  keys.reload()
  expect(signsAs(keys)).toBe(asHex(renewed))
  expect(lines).toEqual([
    expect.objectContaining({
      event: 'keys.reloaded',
      level: 'info',
      purpose: 'signing',
      fingerprint: renewed.fingerprintSha256,
      subject: expect.stringContaining('CN=renewed'),
      expiresAt: expect.stringMatching(/^\d{4}-/),
    }),
  ])
  expect(lines[0]).not.toHaveProperty('droppedFields')
})

test('a key never meets the certificate of another: with only one of the two files changed the old pair stays', async () => {
  const [current, renewed] = [await sharedIdentity('current'), await sharedIdentity('renewed')]
  put('signing', current)
  const { keys, lines } = open()
  writeFileSync(at('signing.key'), renewed.privateKeyPem)
  keys.reload()
  expect(signsAs(keys)).toBe(asHex(current))
  expect(keys.signer('current').privateKey.export({ type: 'pkcs8', format: 'pem' })).toBe(current.privateKeyPem)
  writeFileSync(at('signing.crt'), renewed.certificatePem)
  keys.reload()
  expect(signsAs(keys)).toBe(asHex(renewed))
  expect(lines.map(({ event }) => event)).toEqual(['keys.reload-failed', 'keys.reloaded'])
})

test('a bad file keeps the old key, says which file in the log, and shows neither content nor password', async () => {
  const current = await sharedIdentity('current')
  const tls = { keyFile: at('tls.p12'), password: sensitive(PASSWORD), names }
  put('signing', current)
  writeFileSync(tls.keyFile, libraryPkcs12(current, PASSWORD))
  const { keys, lines, contexts } = open({ tls })
  const before = keys.secureContext()
  writeFileSync(at('signing.key'), 'kuusikymmentä')
  writeFileSync(tls.keyFile, libraryPkcs12(current, 'toinen'))
  keys.reload()
  expect(signsAs(keys)).toBe(asHex(current))
  expect(keys.secureContext()).toBe(before)
  expect(contexts).toEqual([])
  expect(lines.map(({ event, level, purpose }) => [event, level, purpose])).toEqual([
    ['keys.reload-failed', 'error', 'signing'],
    ['keys.reload-failed', 'error', 'tls'],
  ])
  expect(lines[0]!.err!.stack).toContain(at('signing.key'))
  expect(JSON.stringify(lines)).not.toMatch(/kuusikymmentä|aivan-salainen|toinen/)
})

test('a bad file of one key does not keep another key from changing', async () => {
  const [current, renewed] = [await sharedIdentity('current'), await sharedIdentity('renewed')]
  put('signing', current)
  put('tls', current)
  const { keys, lines, contexts } = open({ tls: source('tls') })
  rmSync(at('signing.key'))
  put('tls', renewed)
  keys.reload()
  expect(signsAs(keys)).toBe(asHex(current))
  expect(contexts.map(({ cert }) => cert)).toEqual([renewed.certificatePem])
  expect(lines.map(({ event }) => event)).toEqual(['keys.reload-failed', 'keys.reloaded'])
})

test('the signal is always answered; a look by the clock speaks only of what is new', async () => {
  put('signing', await sharedIdentity('current'))
  const { keys, lines } = open()
  keys.reload()
  expect(lines.splice(0).map(({ event }) => event)).toEqual(['keys.unchanged'])
  keys.watch(5)
  writeFileSync(at('signing.key'), 'rikki')
  await sleep(80)
  expect(lines.map(({ event }) => event)).toEqual(['keys.reload-failed'])
  keys.reload()
  expect(lines.splice(0).map(({ event }) => event)).toEqual(['keys.reload-failed', 'keys.reload-failed'])
  put('signing', await sharedIdentity('current'))
  await sleep(80)
  expect(lines.map(({ event }) => event)).toEqual(['keys.reloaded'])
})

test('an interval of 0 never looks, and a closed ring looks no more', async () => {
  put('signing', await sharedIdentity('current'))
  const { keys, lines } = open()
  keys.watch(0)
  put('signing', await sharedIdentity('renewed'))
  await sleep(40)
  keys.watch(5)
  keys.close()
  await sleep(40)
  expect(lines).toEqual([])
})

test('files behind a link that turns to another folder, as Kubernetes mounts secrets, count as changed', async () => {
  const [current, renewed] = [await sharedIdentity('current'), await sharedIdentity('renewed')]
  for (const [name, identity] of [
    ['v1', current],
    ['v2', renewed],
  ] as const) {
    mkdirSync(at(name))
    put(`${name}/signing`, identity)
  }
  symlinkSync('v1', at('now'))
  const { keys } = open({ signing: source('now/signing') })
  keys.watch(5)
  symlinkSync('v2', at('then'))
  renameSync(at('then'), at('now'))
  await sleep(80)
  expect(signsAs(keys)).toBe(asHex(renewed))
})
