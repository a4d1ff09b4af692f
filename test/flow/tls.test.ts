import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { once } from 'node:events'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { clientCertificateOf, trustedPeers } from '../../src/arrival/index.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import { makeIdentity, sharedIdentity, type Identity } from '../support/keys.js'
import { madePkcs12 } from '../support/pkcs12.js'
import { getStatus, newSender, signed, SIGNED_PATH } from '../support/requests.js'

let folder: string
let gateway: TestGateway
let port: number
let first: Identity
const at = (name: string): string => join(folder, name)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'asti-tls-'))
  first = await sharedIdentity('tls-first')
  put(first)
  gateway = await startGateway({
    env: {
      ASTI_TLS_KEY_FILE: at('tls.key'),
      ASTI_TLS_CERTIFICATE_FILE: at('tls.crt'),
      ASTI_TLS_CLIENT_CERTIFICATES: 'asked',
      ASTI_KEY_CHECK_INTERVAL_MS: '20ms',
    },
  })
  port = Number(new URL(gateway.origin).port)
})
afterAll(async () => {
  await gateway.close()
  rmSync(folder, { recursive: true })
})

function put({ privateKeyPem, certificatePem }: Identity): void {
  for (const [name, content] of [
    ['tls.key', privateKeyPem],
    ['tls.crt', certificatePem],
  ] as const) {
    writeFileSync(at(`${name}.new`), content)
    renameSync(at(`${name}.new`), at(name))
  }
}

/** A connection that trusts nobody by issuer and looks at what it was shown itself. */
async function open(options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options })
  await Promise.race([
    once(socket, 'secureConnect'),
    once(socket, 'error').then(([error]) => Promise.reject(error as Error)),
  ])
  return socket
}

async function shown(options: ConnectionOptions = {}): Promise<string> {
  const socket = await open(options)
  const { fingerprint256 } = socket.getPeerCertificate()
  socket.destroy()
  return fingerprint256.replaceAll(':', '').toLowerCase()
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 10_000; !(await holds()); await new Promise((resolve) => setTimeout(resolve, 10)))
    if (Date.now() > end) throw new Error('did not come true')
}

interface Got {
  readonly status: number
  readonly body: string
}

function get(path: string): Promise<Got> {
  return new Promise((resolve, reject) => {
    const asked = httpsRequest({ host: '127.0.0.1', port, path, rejectUnauthorized: false, agent: false }, (answer) => {
      let body = ''
      answer.setEncoding('utf8').on('data', (text: string) => (body += text))
      answer.on('end', () => resolve({ status: answer.statusCode!, body }))
    })
    asked.on('error', reject).end()
  })
}

describe('a handshake', () => {
  test.each(['TLSv1.2', 'TLSv1.3'] as const)('in %s works and shows the certificate', async (version) => {
    const socket = await open({ minVersion: version, maxVersion: version })
    expect(socket.getProtocol()).toBe(version)
    socket.destroy()
    expect(await shown({ minVersion: version, maxVersion: version })).toBe(first.fingerprintSha256)
  })

  test.each(['ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES256-SHA384'])(
    'of an old client in TLS 1.2 with %s works',
    async (ciphers) => {
      const socket = await open({ maxVersion: 'TLSv1.2', ciphers })
      expect(socket.getCipher().name).toBe(ciphers)
      socket.destroy()
    },
  )

  test.each(['TLSv1.1', 'TLSv1'] as const)('in %s is refused', async (version) => {
    const old = { minVersion: 'TLSv1', maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' } as const
    await expect(open(old)).rejects.toThrow(/protocol version|unsupported protocol|ECONNRESET/i)
  })

  test('agrees on HTTP/1.1 when HTTP/2 is offered too', async () => {
    const socket = await open({ ALPNProtocols: ['h2', 'http/1.1'] })
    expect(socket.alpnProtocol).toBe('http/1.1')
    socket.destroy()
  })

  test('is not begun by plain HTTP, and the gateway serves on', async () => {
    await expect(fetch(`http://127.0.0.1:${port}/health/live`)).rejects.toThrow()
    expect((await get('/health/live')).status).toBe(200)
  })
})

test('a gateway that asks for TLS 1.3 refuses 1.2', async () => {
  const strict = await startGateway({
    env: { ASTI_TLS_KEY_FILE: at('tls.key'), ASTI_TLS_CERTIFICATE_FILE: at('tls.crt'), ASTI_TLS_MIN_VERSION: '1.3' },
  })
  try {
    const there = { port: Number(new URL(strict.origin).port) }
    await expect(open({ ...there, maxVersion: 'TLSv1.2' })).rejects.toThrow(/version/i)
    expect(await shown(there)).toBe(first.fingerprintSha256)
  } finally {
    await strict.close()
  }
})

test('the WSDL names an https address', async () => {
  const { body } = await get(`${SIGNED_PATH}?wsdl`)
  expect(body).toContain(`location="https://127.0.0.1:${port}${SIGNED_PATH}"`)
})

describe('the certificate of a client', () => {
  const fingerprintOn = (socket: TLSSocket): string | null =>
    clientCertificateOf({ headers: {}, raw: { socket } } as unknown as Parameters<typeof clientCertificateOf>[0], {
      header: undefined,
      trusted: trustedPeers([]),
    })

  /** What the gateway sees of a client that connects like this. */
  async function seen(options: ConnectionOptions): Promise<{ fingerprint: string | null; client: TLSSocket }> {
    const arrived = once(gateway.app.http.server, 'secureConnection') as Promise<[TLSSocket]>
    const client = await open(options)
    const [socket] = await arrived
    return { fingerprint: fingerprintOn(socket), client }
  }

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'is seen on the connection in %s, whoever issued it, also when the session is taken up again',
    async (version) => {
      const { privateKeyPem, certificatePem, fingerprintSha256 } = await sharedIdentity('tls-client')
      const as = { key: privateKeyPem, cert: certificatePem, minVersion: version, maxVersion: version }
      const { fingerprint, client } = await seen(as)
      expect(fingerprint).toBe(fingerprintSha256)
      const ticket = version === 'TLSv1.2' ? client.getSession()! : ((await once(client, 'session')) as [Buffer])[0]
      client.destroy()
      const again = await seen({ ...as, session: ticket })
      expect(again.client.isSessionReused()).toBe(true)
      expect(again.fingerprint).toBe(fingerprintSha256)
      again.client.destroy()
    },
  )

  test('is not demanded', async () => {
    const { fingerprint, client } = await seen({})
    expect(fingerprint).toBeNull()
    client.destroy()
  })

  test('that has expired stands for nobody', async () => {
    const expired = await makeIdentity({ commonName: 'x', notAfter: new Date(Date.now() - 86_400_000) })
    const { fingerprint, client } = await seen({ key: expired.privateKeyPem, cert: expired.certificatePem })
    client.destroy()
    expect(fingerprint).toBeNull()
  })
})

describe('a key that changes on the disk', () => {
  test('is shown to new connections, while a request in flight is answered over the old one', async () => {
    const sender = await newSender(gateway, { key: 'tls-swap' })
    const body = Buffer.from(signed(getStatus(sender), sender.identity))
    const inFlight = await open()
    const before = inFlight.getPeerCertificate().fingerprint256
    const head = `POST ${SIGNED_PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`
    inFlight.write(head)
    inFlight.write(body.subarray(0, 100))

    const second = await sharedIdentity('tls-second')
    put(second)
    await until(async () => (await shown()) === second.fingerprintSha256)

    let answer = ''
    inFlight.setEncoding('utf8').on('data', (text: string) => (answer += text))
    inFlight.write(body.subarray(100))
    await once(inFlight, 'end')
    expect(answer).toMatch(/^HTTP\/1\.1 200 /)
    expect(answer).toContain('HaeTilaTietoResult')
    expect(before.replaceAll(':', '').toLowerCase()).not.toBe(second.fingerprintSha256)
    expect(gateway.logged()).toContain(`"fingerprint":"${second.fingerprintSha256}"`)
  })

  test('keeps the old one while the file is bad, and keeps asking for client certificates and TLS 1.2', async () => {
    const third = await sharedIdentity('tls-third')
    const now = await shown()
    writeFileSync(at('tls.key'), 'rikki')
    await until(() => gateway.logged().includes('keys.reload-failed'))
    expect(await shown()).toBe(now)
    put(third)
    await until(async () => (await shown()) === third.fingerprintSha256)
    await expect(open({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })).rejects.toThrow()
    const arrived = once(gateway.app.http.server, 'secureConnection') as Promise<[TLSSocket]>
    const client = await open({ key: first.privateKeyPem, cert: first.certificatePem })
    expect((await arrived)[0].getPeerX509Certificate()?.raw).toEqual(first.certificateDer)
    client.destroy()
  })
})

test('a PKCS#12 file with a password is enough for TLS, and its issuers are shown with it', async () => {
  const issuer = await makeIdentity({ commonName: 'Juuri' })
  const identity = await makeIdentity({ commonName: 'gateway', issuer })
  const content = { keys: [identity], certificates: [issuer, identity] }
  writeFileSync(at('tls.p12'), madePkcs12(content, { password: 'salasana', certificates: 'rc2' }))
  const other = await startGateway({
    env: { ASTI_TLS_KEY_FILE: at('tls.p12'), ASTI_TLS_KEY_PASSWORD: 'salasana' },
  })
  try {
    const socket = await open({ port: Number(new URL(other.origin).port) })
    const { raw, issuerCertificate } = socket.getPeerCertificate(true)
    expect(raw).toEqual(identity.certificateDer)
    expect(issuerCertificate.raw).toEqual(issuer.certificateDer)
    socket.destroy()
  } finally {
    await other.close()
  }
})
