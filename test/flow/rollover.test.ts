import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { services } from '../../src/store/index.js'
import { checkSignedAnswer, SIGNED_PATH } from '../support/clients/index.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import { sharedIdentity, type Identity } from '../support/keys.js'
import { libraryPkcs12 } from '../support/pkcs12.js'
import { getStatus, newSender, post, signed, type Sender } from '../support/requests.js'

let folder: string
let current: Identity
let next: Identity
const at = (name: string): string => join(folder, name)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'asti-rollover-'))
  current = await sharedIdentity('signing-current')
  next = await sharedIdentity('signing-next')
  writeFileSync(at('next.p12'), libraryPkcs12(next, 'salasana'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function putCurrent({ privateKeyPem, certificatePem }: Identity): void {
  writeFileSync(at('signing.key'), privateKeyPem)
  writeFileSync(at('signing.crt'), certificatePem)
}

async function withGateway(env: Record<string, string>, work: (gateway: TestGateway) => Promise<void>): Promise<void> {
  putCurrent(current)
  const files = { ASTI_SIGNING_KEY_FILE: at('signing.key'), ASTI_SIGNING_CERTIFICATE_FILE: at('signing.crt') }
  const gateway = await startGateway({ env: { ...files, ASTI_KEY_CHECK_INTERVAL_MS: '0', ...env } })
  try {
    await work(gateway)
  } finally {
    await gateway.close()
  }
}

const bothKeys = (): Record<string, string> => ({
  ASTI_NEXT_SIGNING_KEY_FILE: at('next.p12'),
  ASTI_NEXT_SIGNING_KEY_PASSWORD: 'salasana',
})

/** Asks for the status, and expects an answer that a client which has pinned this certificate accepts. */
async function expectSignedBy(gateway: TestGateway, sender: Sender, signer: Identity, tampered = false): Promise<void> {
  const message = signed(getStatus(sender), sender.identity, tampered ? { tamperBody: true } : {})
  const { body } = await post(gateway, message, { path: SIGNED_PATH })
  expect(() => checkSignedAnswer(body, signer.certificatePem)).not.toThrow()
  const other = signer === current ? next : current
  expect(() => checkSignedAnswer(body, other.certificatePem)).toThrow()
}

test('during a rollover each service gets answers from the key that its settings name', async () => {
  await withGateway(bothKeys(), async (gateway) => {
    const old = await newSender(gateway, { key: 'rollover-old' })
    const changed = await newSender(gateway, { key: 'rollover-new', settings: { signingKey: 'next' } })
    const back = await newSender(gateway, { key: 'rollover-back', settings: { signingKey: 'current' } })
    await expectSignedBy(gateway, old, current)
    await expectSignedBy(gateway, changed, next)
    await expectSignedBy(gateway, back, current)
  })
})

test('a change of the setting is in force at once', async () => {
  await withGateway(bothKeys(), async (gateway) => {
    const sender = await newSender(gateway, { key: 'rollover-old' })
    const key = { authorityId: sender.authorityId, id: sender.serviceId }
    await expectSignedBy(gateway, sender, current)
    await services.changeSettings(gateway.db, key, { signingKey: 'next' })
    await expectSignedBy(gateway, sender, next)
    await services.changeSettings(gateway.db, key, { signingKey: 'current' })
    await expectSignedBy(gateway, sender, current)
  })
})

test('an answer to somebody who is not known comes from the current key', async () => {
  await withGateway(bothKeys(), async (gateway) => {
    const changed = await newSender(gateway, { key: 'rollover-new', settings: { signingKey: 'next' } })
    await expectSignedBy(gateway, changed, current, true)
  })
})

test('when the next key has become the current one and no next is configured, everybody gets the current one', async () => {
  await withGateway({}, async (gateway) => {
    putCurrent(next)
    gateway.app.reloadKeys()
    const changed = await newSender(gateway, { key: 'rollover-new', settings: { signingKey: 'next' } })
    const old = await newSender(gateway, { key: 'rollover-old' })
    await expectSignedBy(gateway, changed, next)
    await expectSignedBy(gateway, old, next)
  })
})
