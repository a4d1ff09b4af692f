import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { LookupAddress } from 'node:dns'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createGuard, TargetForbidden, type GuardOptions } from '../../src/report/guard.js'
import { post } from '../../src/report/post.js'

const guard = (more: Partial<GuardOptions> = {}) => createGuard({ allowed: [], ...more })
const isForbidden = (url: string, more: Partial<GuardOptions> = {}): boolean => {
  try {
    guard(more).check(url)
    return false
  } catch (error) {
    if (error instanceof TargetForbidden) return true
    throw error
  }
}
/** A name that has these addresses. */
const named = (...addresses: string[]): Pick<GuardOptions, 'lookup'> => ({
  lookup: (_name, _options, callback) =>
    callback(
      null,
      addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 })),
    ),
})
const resolve = (more: Partial<GuardOptions>): Promise<unknown> =>
  new Promise((settle) =>
    guard(more).lookup('viranomainen.example', { all: true }, (error, found) => settle(error?.code ?? found)),
  )

describe('an address in the URL', () => {
  test.each([
    ...['127.0.0.1', '127.9.9.9', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.1.1'],
    ...['169.254.169.254', '100.64.0.1', '100.100.100.200', '168.63.129.16', '0.0.0.0', '0.1.2.3', '224.0.0.1'],
    ...['255.255.255.255', '240.0.0.1', '192.0.0.1', '192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.1'],
    // Spellings of loopback and of private addresses.
    ...['2130706433', '0x7f000001', '0177.0.0.1', '127.1', '127.0.1', '0x7f.1', '017700000001', '0xA9FEA9FE'],
    ...['127.0.0.1.', '１２７.0.0.1', '3232235777', '0300.0250.1.1'],
    ...['[::1]', '[::]', '[fe80::1]', '[fec0::1]', '[fc00::1]', '[fd00:ec2::254]', '[ff02::1]', '[2001:db8::1]'],
    ...['[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::ffff:8.8.8.8]', '[::127.0.0.1]', '[::ffff:0:127.0.0.1]'],
    ...[
      '[64:ff9b::127.0.0.1]',
      '[64:ff9b::808:808]',
      '[64:ff9b:1::1]',
      '[2002:7f00:1::]',
      '[2001:0:7f00:1::]',
      '[100::1]',
    ],
  ])('%s is not called', (host) => {
    for (const scheme of ['http', 'https'])
      expect([host, isForbidden(`${scheme}://${host}/paluu`)]).toEqual([host, true])
  })

  test.each(['8.8.8.8', '134077448', '193.166.1.1', '172.32.0.1', '100.128.0.1', '[2a00:1450::1]', '[2001:14ba::1]'])(
    '%s may be called',
    (host) => {
      expect(isForbidden(`https://${host}/paluu`)).toBe(false)
    },
  )

  test.each([
    ...['ftp://8.8.8.8', 'file:///etc/passwd', 'gopher://8.8.8.8', 'data:text/xml,x', 'javascript:1', 'x', ''],
    ...['https://a:b@8.8.8.8', 'https://a@8.8.8.8', 'http://8.8.8.8@127.0.0.1'],
    ...['http://8.8.8.8:22', 'http://8.8.8.8:25', 'https://8.8.8.8:1023'],
  ])('%s is no address of a return channel', (url) => {
    expect(isForbidden(url)).toBe(true)
  })

  test.each(['http://8.8.8.8:443', 'https://8.8.8.8:80', 'https://8.8.8.8:8443', 'https://8.8.8.8:1024'])(
    '%s has a port that a web service may have',
    (url) => {
      expect(isForbidden(url)).toBe(false)
    },
  )

  test('a network of ours is called when the installation says so, and only that one', () => {
    const allowed = ['10.1.0.0/16', '127.0.0.1', 'fd12::/16']
    for (const host of ['10.1.2.3', '127.0.0.1', '[fd12::1]'])
      expect(isForbidden(`http://${host}`, { allowed })).toBe(false)
    for (const host of ['10.2.0.1', '127.0.0.2', '[fd13::1]'])
      expect(isForbidden(`http://${host}`, { allowed })).toBe(true)
  })

  test('what clouds keep beside each machine is not called, not even in a network of ours', () => {
    const allowed = ['169.254.0.0/16', '100.64.0.0/10', 'fd00::/8']
    expect(isForbidden('http://169.254.1.1', { allowed })).toBe(false)
    for (const host of ['169.254.169.254', '100.100.100.200', '[fd00:ec2::254]'])
      expect(isForbidden(`http://${host}`, { allowed })).toBe(true)
  })

  test('a service with networks of its own is called nowhere else, and its networks open nothing', () => {
    const only = ['193.166.0.0/16', '10.0.0.0/8']
    expect(isForbidden('https://193.166.3.4', { only })).toBe(false)
    expect(isForbidden('https://8.8.8.8', { only })).toBe(true)
    expect(isForbidden('https://10.1.1.1', { only })).toBe(true)
    expect(isForbidden('https://10.1.1.1', { only, allowed: ['10.1.0.0/16'] })).toBe(false)
  })
})

describe('a name', () => {
  test('may be called when all its addresses may', async () => {
    expect(await resolve(named('193.166.1.1', '2a00:1450::1'))).toHaveLength(2)
  })

  test.each([
    ['127.0.0.1'],
    ['193.166.1.1', '10.0.0.1'],
    ['10.0.0.1', '193.166.1.1'],
    ['193.166.1.1', '::1'],
    ['193.166.1.1', '::ffff:10.0.0.1'],
    ['193.166.1.1', '64:ff9b::a00:1'],
    ['193.166.1.1', '169.254.169.254'],
    [],
  ])('that leads to %s %s is not called', async (...addresses) => {
    expect(await resolve(named(...addresses))).toBe('TARGET_FORBIDDEN')
  })

  test('that nobody knows is an error of the name, not a forbidden one', async () => {
    const lookup: GuardOptions['lookup'] = (_name, _options, callback) =>
      callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), [])
    expect(await resolve({ lookup })).toBe('ENOTFOUND')
  })
})

describe('a connection', () => {
  let server: Server
  let port: number
  const seen: string[] = []
  beforeAll(async () => {
    server = createServer((request, response) => {
      seen.push(`${request.method ?? ''} ${request.url ?? ''}`)
      if (request.url === '/redirect')
        return void response.writeHead(302, { location: `http://127.0.0.1:${port}/secret` }).end()
      return void response.end('answer')
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    port = (server.address() as AddressInfo).port
  })
  afterAll(() => void server.close())
  const call = (path: string, more: Partial<GuardOptions>): Promise<number | string> => {
    const { lookup } = guard(more)
    const url = new URL(`http://viranomainen.example:${port}${path}`)
    return post(url, { headers: {}, body: 'x', lookup, identity: null, signal: AbortSignal.timeout(5_000) }).then(
      ({ httpStatus }) => httpStatus,
      (error: unknown) => (error as NodeJS.ErrnoException).code ?? String(error),
    )
  }

  test('is made to the address that was checked, and to no other', async () => {
    expect(await call('/ok', { allowed: ['127.0.0.1'], ...named('127.0.0.1') })).toBe(200)
    seen.length = 0
    expect(await call('/ok', named('127.0.0.1'))).toBe('TARGET_FORBIDDEN')
    expect(seen).toEqual([])
  })

  test('asks for the name once: an answer that changes afterwards changes nothing', async () => {
    let asked = 0
    const lookup: GuardOptions['lookup'] = (_name, _options, callback) => {
      asked++
      callback(null, [{ address: asked === 1 ? '10.0.0.1' : '127.0.0.1', family: 4 }])
    }
    expect(await call('/ok', { lookup, allowed: ['127.0.0.1'] })).toBe('TARGET_FORBIDDEN')
    expect(asked).toBe(1)
  })

  test('follows no redirect', async () => {
    seen.length = 0
    expect(await call('/redirect', { allowed: ['127.0.0.1'], ...named('127.0.0.1') })).toBe(302)
    expect(seen).toEqual(['POST /redirect'])
  })

  test('takes no proxy from the environment', async () => {
    const before = { ...process.env }
    Object.assign(process.env, { http_proxy: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9', NO_PROXY: '' })
    try {
      expect(await call('/ok', { allowed: ['127.0.0.1'], ...named('127.0.0.1') })).toBe(200)
    } finally {
      process.env = before
    }
  })
})
