import { afterEach, expect, jest, test } from '@jest/globals'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { runCli } from '../../cli/support.js'
import {
  launchGatewayProcess,
  preparedDataDir,
  startGatewayProcess,
  tidyUp,
  until,
  PROCESS_TEST_LIMIT_MS,
} from '../../support/gateway-process.js'
import { sharedIdentity } from '../../support/keys.js'
import { libraryPkcs12, madePkcs12 } from '../../support/pkcs12.js'

jest.setTimeout(PROCESS_TEST_LIMIT_MS)
afterEach(tidyUp)

const PASSWORD = 'aivan-salainen-sana'

test('SIGHUP reads the keys again, a bad file keeps the old one, and the process runs on', async () => {
  const dataDir = await preparedDataDir()
  const file = join(dirname(dataDir), 'signing.p12')
  writeFileSync(file, libraryPkcs12(await sharedIdentity('hup-1'), PASSWORD))
  const gateway = await startGatewayProcess({
    dataDir,
    env: {
      ASTI_SIGNING_KEY_FILE: file,
      ASTI_SIGNING_KEY_PASSWORD: PASSWORD,
      ASTI_KEY_CHECK_INTERVAL_MS: '0',
    },
  })
  const renewed = await sharedIdentity('hup-2')
  writeFileSync(file, libraryPkcs12(renewed, PASSWORD))
  gateway.signal('SIGHUP')
  await until(() => gateway.stdout().includes('"keys.reloaded"'))
  expect(gateway.stdout()).toContain(renewed.fingerprintSha256)

  writeFileSync(file, 'rikki')
  gateway.signal('SIGHUP')
  await until(() => gateway.stdout().includes('"keys.reload-failed"'))
  expect((await fetch(`${gateway.origin}/health/ready`)).status).toBe(200)
  expect(gateway.stdout()).not.toContain(PASSWORD)
  expect(await gateway.stop()).toEqual({ code: 0, signal: null })
})

test('SIGHUP while the gateway starts does not end it', async () => {
  const gateway = await launchGatewayProcess({ dataDir: await preparedDataDir() })
  await until(() => gateway.stdout().includes('"event"') || gateway.stderr() !== '')
  gateway.signal('SIGHUP')
  await until(() => gateway.stdout().includes('"gateway.started"'), 60_000)
  expect(await gateway.stop()).toEqual({ code: 0, signal: null })
})

test('the command line sends over https: to the gateway that runs here, and anywhere with --ca', async () => {
  const dataDir = await preparedDataDir()
  const fileOf = (name: string, content: string | Buffer): string => {
    writeFileSync(join(dirname(dataDir), name), content)
    return join(dirname(dataDir), name)
  }
  const issuer = await sharedIdentity('https-issuer')
  const identity = await sharedIdentity('https-gateway')
  const store = madePkcs12({ keys: [identity], certificates: [identity] }, { password: PASSWORD, certificates: 'rc2' })
  const tls = { ASTI_TLS_KEY_FILE: fileOf('tls.p12', store), ASTI_TLS_KEY_PASSWORD: PASSWORD }
  const gateway = await startGatewayProcess({ dataDir, env: tls })
  // The banner follows the log line that tells of the start, on another pipe.
  await until(() => gateway.stderr().includes(`Endpoint   https://127.0.0.1:${gateway.port}/`))

  const here = { ASTI_DATA_DIR: dataDir, PORT: String(gateway.port) }
  const own = await runCli(['send', '--no-print'], { ...here, ...tls })
  expect(own).toMatchObject({ code: 0, stderr: '' })

  const url = `https://127.0.0.1:${gateway.port}`
  const send = (file: string) => runCli(['send', '--no-print', '--url', url, '--ca', file], here)
  expect(await send(fileOf('gateway.crt', identity.certificatePem))).toMatchObject({ code: 0, stderr: '' })
  const stranger = await send(fileOf('issuer.crt', issuer.certificatePem))
  expect(stranger.code).toBe(1)
  expect(stranger.stderr).toContain('--ca')
  expect(await send(fileOf('none.crt', 'teksti'))).toMatchObject({ code: 2 })
  expect(await gateway.stop()).toEqual({ code: 0, signal: null })
})
