import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from '@jest/globals'
import { createClamd } from '../../src/delivery/index.js'
import { hasClamd, says, startClamd, startScripted, type Behaviour, type ScriptedScanner } from '../support/clamd.js'
import { eicar } from '../support/files.js'
import { eventually } from '../support/queue.js'

const QUICK = { connectMs: 300, stallMs: 300, answerMs: 300 }
const never = new AbortController().signal

async function* pieces(content: Buffer, size = 256 * 1024): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += size) yield await Promise.resolve(content.subarray(at, at + size))
}

describe('a scanner that misbehaves', () => {
  let server: ScriptedScanner
  afterEach(() => server.stop())
  const scan = async (behave: Behaviour, content = Buffer.from('hei'), signal = never) => {
    server = await startScripted(behave)
    return createClamd(server.url, QUICK).scan(pieces(content), signal)
  }

  test.each<[string, Behaviour, object]>([
    ['says OK', says('stream: OK'), { kind: 'clean' }],
    ['says what it found', says('stream: Win.Test FOUND'), { kind: 'found', signature: 'Win.Test' }],
    ['names what it found in strange letters', says('stream: <x> é\n FOUND'), { kind: 'found', signature: '_x_____' }],
    ['says OK of something else', says('file: OK'), { kind: 'none', reason: 'garbage' }],
    ['says OK and more', says('stream: OK then'), { kind: 'none', reason: 'garbage' }],
    ['says nothing', says(''), { kind: 'none', reason: 'garbage' }],
    ['has an error', says("Can't allocate memory ERROR"), { kind: 'none', reason: 'error' }],
    ['takes nothing so large', says('INSTREAM size limit exceeded. ERROR'), { kind: 'none', reason: 'size-limit' }],
    ['speaks HTTP', says('HTTP/1.1 400 Bad Request\r\n'), { kind: 'none', reason: 'garbage' }],
    ['talks without end', (socket) => socket.write('x'.repeat(5_000)), { kind: 'none', reason: 'garbage' }],
    ['closes at once', (socket) => socket.end(), { kind: 'none', reason: 'closed' }],
    ['breaks off', (socket) => socket.resetAndDestroy(), { kind: 'none', reason: 'closed' }],
    ['breaks off in its answer', (socket) => socket.end('stream: OK'), { kind: 'none', reason: 'garbage' }],
    ['never answers', () => undefined, { kind: 'none', reason: 'timeout' }],
  ])('one that %s', async (_kind, behave, verdict) => {
    expect(await scan(behave)).toMatchObject(verdict)
    await eventually(() => server.open() === 0)
  })

  test('one that takes no more bytes is given up', async () => {
    expect(await scan((socket) => socket.pause(), Buffer.alloc(20_000_000))).toEqual({
      kind: 'none',
      reason: 'timeout',
    })
  })

  test('one that answers in the middle is heard, and sent nothing more', async () => {
    let given = 0
    server = await startScripted((socket, { bytes }) => {
      if (bytes.length > 0 && !socket.writableEnded) socket.write('stream: Win.Test FOUND\0')
    })
    const endless = async function* (): AsyncGenerator<Buffer> {
      for (; given < 1_000; given++) {
        await sleep(1)
        yield Buffer.alloc(1_000)
      }
    }
    const verdict = await createClamd(server.url, QUICK).scan(endless(), never)
    expect(verdict).toEqual({ kind: 'found', signature: 'Win.Test' })
    expect(given).toBeLessThan(1_000)
  })

  test('it gets the bytes as they are', async () => {
    const content = randomBytes(700_001)
    expect(await scan(says('stream: OK'), content)).toEqual({ kind: 'clean' })
    expect(server.seen.map((bytes) => bytes.equals(content))).toEqual([true])
  })

  test('bytes that cannot be read to their end are never called clean', async () => {
    server = await startScripted(says('stream: OK'))
    const broken = async function* (): AsyncGenerator<Buffer> {
      yield await Promise.resolve(Buffer.from('hei'))
      throw new Error('broken')
    }
    await expect(createClamd(server.url, QUICK).scan(broken(), never)).rejects.toThrow('broken')
    await eventually(() => server.open() === 0)
    expect(server.seen).toEqual([])
  })

  test('it is left when nobody wants to know any more', async () => {
    expect(await scan(() => undefined, undefined, AbortSignal.timeout(50))).toEqual({ kind: 'none', reason: 'timeout' })
    const late = createClamd(server.url, QUICK).scan(pieces(eicar), AbortSignal.abort())
    expect(await late).toMatchObject({ kind: 'none' })
  })

  test('one that is not there is refused', async () => {
    server = await startScripted(says('stream: OK'))
    await server.stop()
    expect(await createClamd(server.url).scan(pieces(eicar), never)).toEqual({ kind: 'none', reason: 'refused' })
    expect(await createClamd('unix:/no/such/socket').scan(pieces(eicar), never)).toMatchObject({ reason: 'refused' })
  })
})

const really = hasClamd ? test : test.skip
really(
  'the real clamd: clean, found and too large, over TCP and over a socket (skipped where it is not installed)',
  async () => {
    const clamd = await startClamd({ maxStream: '1M' })
    try {
      for (const address of [clamd.url, clamd.tcp]) {
        const scanner = createClamd(address)
        const verdictOf = (content: Buffer) => scanner.scan(pieces(content), never)
        expect(await verdictOf(Buffer.from('hei'))).toEqual({ kind: 'clean' })
        expect(await verdictOf(Buffer.alloc(0))).toEqual({ kind: 'clean' })
        expect(await verdictOf(randomBytes(1_000_000))).toEqual({ kind: 'clean' })
        expect(await verdictOf(eicar)).toMatchObject({
          kind: 'found',
          signature: expect.stringContaining('Testi.Eicar'),
        })
        // Over TCP the answer may be overtaken by the end of the connection.
        const large = await verdictOf(randomBytes(5_000_000))
        expect(large.kind === 'none' && ['size-limit', 'closed'].includes(large.reason)).toBe(true)
      }
    } finally {
      await clamd.stop()
    }
  },
)
