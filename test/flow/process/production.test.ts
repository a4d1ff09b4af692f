import { afterEach, expect, jest, test } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SIGNED_PATH } from '../../support/clients/index.js'
import {
  emptyDatabase,
  newDataDir,
  runGatewayProcess,
  startGatewayProcess,
  tidyUp,
  PROCESS_TEST_LIMIT_MS,
} from '../../support/gateway-process.js'
import { sharedIdentity } from '../../support/keys.js'
import { libraryPkcs12 } from '../../support/pkcs12.js'

jest.setTimeout(PROCESS_TEST_LIMIT_MS)
afterEach(tidyUp)

const mode = { ASTI_MODE: 'production' }
const linesOf = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '')

/** Everything that production asks for, the keys in files beside the data folder. */
async function completeSettings(dataDir: string) {
  const folder = join(dirname(dataDir), 'own')
  mkdirSync(folder)
  const { privateKeyPem, certificatePem } = await sharedIdentity('production')
  const fileOf = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content, { mode: 0o600 })
    return join(folder, name)
  }
  const { url } = await emptyDatabase()
  return {
    ...mode,
    HOST: '127.0.0.1',
    ASTI_PUBLIC_URL: 'https://gateway.example.fi',
    DATABASE_URL: url,
    ASTI_IDENTITY_KEY_FILE: fileOf('identity.key', randomBytes(32).toString('hex')),
    ASTI_SEALING_KEY_FILES: fileOf('sealing.key', randomBytes(32).toString('hex')),
    ASTI_SIGNING_KEY_FILE: fileOf('signing.key.pem', privateKeyPem),
    ASTI_SIGNING_CERTIFICATE_FILE: fileOf('signing.crt.pem', certificatePem),
  }
}

test('production without keys, database and address refuses to start and names each of them', async () => {
  const dataDir = newDataDir()
  const { code, stderr } = await runGatewayProcess({ dataDir, env: mode })
  expect(code).toBe(1)
  for (const name of [
    'ASTI_PUBLIC_URL',
    'ASTI_IDENTITY_KEY_FILE',
    'ASTI_SEALING_KEY_FILES',
    'ASTI_SIGNING_KEY_FILE',
    'DATABASE_URL',
  ]) {
    expect(stderr).toContain(`${name} is missing`)
  }
  expect(existsSync(dataDir)).toBe(false)
})

test('production with a key file that is not there, or holds no key, says which in one sentence and shows nothing of it', async () => {
  const dataDir = newDataDir()
  const env = await completeSettings(dataDir)
  const absent = await runGatewayProcess({ dataDir, env: { ...env, ASTI_SIGNING_KEY_FILE: '/no/such.key' } })
  expect(absent.code).toBe(1)
  expect(linesOf(absent.stderr)).toHaveLength(1)
  expect(absent.stderr).toContain('/no/such.key')

  writeFileSync(env.ASTI_SEALING_KEY_FILES, 'kuusikymmentä')
  const broken = await runGatewayProcess({ dataDir, env })
  expect(broken.code).toBe(1)
  expect(linesOf(broken.stderr)).toHaveLength(1)
  expect(broken.stderr).toContain(env.ASTI_SEALING_KEY_FILES)
  expect(broken.stderr).not.toContain('kuusikymmentä')
})

test('production with keys, database and address of its own starts, and makes nothing in the data folder', async () => {
  const dataDir = newDataDir()
  const gateway = await startGatewayProcess({ dataDir, env: await completeSettings(dataDir) })
  expect((await fetch(`${gateway.origin}/health/ready`)).status).toBe(200)
  const wsdl = await (await fetch(`${gateway.origin}${SIGNED_PATH}?wsdl`)).text()
  expect(wsdl).toContain(`location="https://gateway.example.fi${SIGNED_PATH}"`)
  expect((await fetch(`${gateway.origin}/sandbox/return-channel/received`)).status).toBe(404)
  expect(existsSync(dataDir)).toBe(false)
  expect(await gateway.stop()).toEqual({ code: 0, signal: null })
})

test('production starts with a PKCS#12 file alone, and says in one sentence when its password does not fit', async () => {
  const dataDir = newDataDir()
  const { ASTI_SIGNING_CERTIFICATE_FILE: certificate, ...env } = await completeSettings(dataDir)
  const store = join(dirname(certificate), 'signing.p12')
  writeFileSync(store, libraryPkcs12(await sharedIdentity('production'), 'aivan-salainen-sana'))
  const password = join(dirname(certificate), 'password')
  writeFileSync(password, 'aivan-salainen-sana\n')
  const withStore = { ...env, ASTI_SIGNING_KEY_FILE: store }

  const wrong = await runGatewayProcess({ dataDir, env: { ...withStore, ASTI_SIGNING_KEY_PASSWORD: 'vaara-sana' } })
  expect(wrong.code).toBe(1)
  expect(wrong.stderr.trim()).toBe(`The password in ASTI_SIGNING_KEY_PASSWORD does not open ${store}`)

  const gateway = await startGatewayProcess({
    dataDir,
    env: { ...withStore, ASTI_SIGNING_KEY_PASSWORD_FILE: password },
  })
  expect((await fetch(`${gateway.origin}/health/ready`)).status).toBe(200)
  expect(await gateway.stop()).toEqual({ code: 0, signal: null })
})

test('production with a key in PEM and no certificate names the setting that is missing', async () => {
  const dataDir = newDataDir()
  const env = { ...(await completeSettings(dataDir)), ASTI_SIGNING_CERTIFICATE_FILE: '' }
  const { code, stderr } = await runGatewayProcess({ dataDir, env })
  expect(code).toBe(1)
  expect(linesOf(stderr)).toHaveLength(1)
  expect(stderr).toContain('ASTI_SIGNING_CERTIFICATE_FILE')
})
