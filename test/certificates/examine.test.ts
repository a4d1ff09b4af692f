import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadAuthorities } from '../../src/certificates/authorities.js'
import { examine, type Finding } from '../../src/certificates/examine.js'
import { RevocationRound } from '../../src/certificates/revocation.js'
import { startCaServer, type CaServer } from '../support/ca-server.js'
import { issue, makeCrl, makeLongCrl, makeOcspAnswer, type Issued, type IssueOptions } from '../support/pki.js'

const HOUR_MS = 3600_000
const ago = (ms: number): Date => new Date(Date.now() - ms)
const ahead = (ms: number): Date => new Date(Date.now() + ms)

let server: CaServer
let dir: string
let root: Issued
let ca: Issued
beforeAll(async () => {
  server = await startCaServer()
  dir = mkdtempSync(join(tmpdir(), 'asti-pki-'))
  root = await issue({ name: 'Juuri', ca: true })
  ca = await issue({ name: 'Myöntäjä', issuer: root, ca: true, crl: server.url('/root.crl') })
})
beforeEach(async () => {
  server.seen.length = 0
  server.put('/root.crl', await makeCrl(root))
})
afterAll(async () => {
  await server.close()
  rmSync(dir, { recursive: true })
})

let files = 0
function caFile(...cas: readonly Issued[]): string {
  const file = join(dir, `${files++}.pem`)
  writeFileSync(file, cas.map(({ certificatePem }) => certificatePem).join('\n'))
  return file
}

interface Look {
  readonly cas?: readonly Issued[]
  readonly asks?: boolean
  readonly now?: Date
  readonly timeoutMs?: number
  readonly maxCrlBytes?: number
  readonly crlFiles?: readonly string[]
}

function look(leaf: Issued, options: Look = {}): Promise<Finding> {
  const { cas = [root, ca], asks = true, now = new Date(), timeoutMs = 3_000, maxCrlBytes = 1_000_000 } = options
  const sources = { crlFiles: options.crlFiles ?? [], timeoutMs, maxCrlBytes }
  const round = asks ? new RevocationRound(sources) : null
  return examine(leaf.certificateDer, { authorities: loadAuthorities([caFile(...cas)]), round, now })
}

/** A certificate to look at; its addresses point at a path of its own. */
let leaves = 0
async function newLeaf(
  options: Partial<IssueOptions> & { at?: ('ocsp' | 'crl')[] } = {},
): Promise<Issued & { path: string }> {
  const { at = [], ...more } = options
  const path = `/leaf-${leaves++}`
  const leaf = await issue({
    name: 'Kunta',
    issuer: ca,
    ...(at.includes('ocsp') && { ocsp: server.url(`${path}.ocsp`) }),
    ...(at.includes('crl') && { crl: server.url(`${path}.crl`) }),
    ...more,
  })
  return { ...leaf, path }
}

describe('chains', () => {
  const chainOf = async (leaf: Issued, ...cas: readonly Issued[]) => look(leaf, { cas, asks: false })

  test('a certificate that leads to a configured root is good', async () => {
    expect(await chainOf(await newLeaf(), root, ca)).toMatchObject({ state: 'good', source: 'chain' })
  })

  test('a certificate that is configured itself needs nobody else', async () => {
    const own = await issue({ name: 'Itse' })
    expect(await chainOf(own, root, own)).toMatchObject({ state: 'good', source: 'anchor' })
  })

  test('a self-signed certificate that is not configured is untrusted', async () => {
    expect(await chainOf(await issue({ name: 'Itse' }), root, ca)).toMatchObject({ state: 'untrusted' })
  })

  test('without the certificate in the middle there is no chain', async () => {
    expect(await chainOf(await newLeaf(), root)).toMatchObject({ state: 'untrusted' })
  })

  test('a root that is not configured is not trusted, even with the name of one that is', async () => {
    const stranger = await issue({ name: 'Juuri', ca: true })
    const leaf = await issue({ name: 'Kunta', issuer: stranger })
    expect(await chainOf(leaf, root, ca)).toMatchObject({ state: 'untrusted' })
  })

  test('a root alone, without any intermediate, is enough for what it has issued', async () => {
    expect(await chainOf(await issue({ name: 'Kunta', issuer: root }), root)).toMatchObject({ state: 'good' })
  })

  test.each([
    ['an expired CA in the middle', { notBefore: ago(48 * HOUR_MS), notAfter: ago(HOUR_MS) }],
    ['a CA in the middle that is not valid yet', { notBefore: ahead(HOUR_MS), notAfter: ahead(48 * HOUR_MS) }],
    ['an issuer without the CA flag', { caFlag: false }],
    ['an issuer that may not sign certificates', { usage: ['digitalSignature', 'cRLSign'] as const }],
    ['an issuer that is signed with SHA-1', { hash: 'SHA-1' as const }],
  ])('%s breaks the chain', async (_what, options) => {
    const middle = await issue({ name: 'Väli', issuer: root, ca: true, ...options })
    expect(await chainOf(await newLeaf({ issuer: middle }), root, middle)).toMatchObject({ state: 'untrusted' })
  })

  test('a CA that may have no CA below it does not become longer by another one', async () => {
    const bounded = await issue({ name: 'Rajattu', issuer: root, ca: 0 })
    const below = await issue({ name: 'Alla', issuer: bounded, ca: true })
    expect(await chainOf(await newLeaf({ issuer: bounded }), root, bounded)).toMatchObject({ state: 'good' })
    expect(await chainOf(await newLeaf({ issuer: below }), root, bounded, below)).toMatchObject({ state: 'untrusted' })
  })

  test('a CA for some names does not vouch for others', async () => {
    const named = await issue({ name: 'Nimetty', issuer: root, ca: true, permittedDns: 'kunta.example' })
    const inside = await newLeaf({ issuer: named, dnsName: 'asia.kunta.example' })
    const outside = await newLeaf({ issuer: named, dnsName: 'asia.muu.example' })
    expect(await chainOf(inside, root, named)).toMatchObject({ state: 'good' })
    expect(await chainOf(outside, root, named)).toMatchObject({ state: 'untrusted' })
  })

  test('a critical extension that nobody here knows breaks the chain', async () => {
    const odd = { oid: '1.2.3.4.5', critical: true, der: Buffer.from('0500', 'hex') }
    expect(await chainOf(await newLeaf({ extensions: [odd] }), root, ca)).toMatchObject({ state: 'untrusted' })
  })

  test('of two ways to a root the one that holds is taken', async () => {
    const other = await issue({ name: 'Toinen juuri', ca: true })
    const old = await issue({
      name: 'Ristiin',
      issuer: other,
      ca: true,
      notAfter: ago(HOUR_MS),
      notBefore: ago(48 * HOUR_MS),
    })
    const leaf = await newLeaf()
    expect(await chainOf(leaf, other, old, root, ca)).toMatchObject({ state: 'good' })
  })

  test('nobody is asked anything about a certificate without a chain', async () => {
    const stranger = await issue({ name: 'Vieras', ca: true })
    const leaf = await newLeaf({ issuer: stranger, at: ['ocsp', 'crl'] })
    expect(await look(leaf)).toMatchObject({ state: 'untrusted' })
    expect(server.seen).toEqual([])
  })
})

describe('OCSP', () => {
  const answer = async (leaf: { path: string }, bytes: Promise<Buffer>): Promise<void> =>
    server.put(`${leaf.path}.ocsp`, await bytes)

  test('a certificate that its issuer calls good is good until the next update', async () => {
    const leaf = await newLeaf({ at: ['ocsp'] })
    const nextUpdate = new Date(Math.floor(ahead(2 * HOUR_MS).getTime() / 1000) * 1000)
    await answer(leaf, makeOcspAnswer({ about: leaf, issuer: ca, nextUpdate }))
    expect(await look(leaf)).toMatchObject({ state: 'good', source: 'ocsp', validUntil: nextUpdate })
    expect(server.seen).toContain(`POST ${leaf.path}.ocsp`)
  })

  test('a revoked certificate is revoked, with reason and time', async () => {
    const leaf = await newLeaf({ at: ['ocsp'] })
    const revokedAt = new Date(Math.floor(ago(5 * HOUR_MS).getTime() / 1000) * 1000)
    await answer(leaf, makeOcspAnswer({ about: leaf, issuer: ca, status: 'revoked', revokedAt, reason: 1 }))
    expect(await look(leaf)).toMatchObject({ state: 'revoked', source: 'ocsp', reason: 'keyCompromise', revokedAt })
  })

  test('somebody whom the issuer has appointed for it may answer', async () => {
    const leaf = await newLeaf({ at: ['ocsp'] })
    const signer = await issue({ name: 'Vastaaja', issuer: ca, ocspSigning: true })
    await answer(leaf, makeOcspAnswer({ about: leaf, issuer: ca, signer }))
    expect(await look(leaf)).toMatchObject({ state: 'good', source: 'ocsp' })
  })

  test.each([
    ['a stranger', () => issue({ name: 'Vieras', ca: true })],
    ['a stranger with the name of the issuer', () => issue({ name: 'Myöntäjä', ca: true })],
    [
      'a certificate of the issuer that is not for it',
      () => issue({ name: 'Muu', issuer: ca, usage: ['digitalSignature'] }),
    ],
    ['somebody whom another CA has appointed', () => issue({ name: 'Vastaaja', issuer: root, ocspSigning: true })],
    [
      'somebody whose appointment is over',
      () =>
        issue({
          name: 'Vastaaja',
          issuer: ca,
          ocspSigning: true,
          notBefore: ago(48 * HOUR_MS),
          notAfter: ago(HOUR_MS),
        }),
    ],
  ])('an answer of %s says nothing', async (_who, makeSigner) => {
    const leaf = await newLeaf({ at: ['ocsp'] })
    await answer(leaf, makeOcspAnswer({ about: leaf, issuer: ca, signer: await makeSigner() }))
    expect(await look(leaf)).toMatchObject({ state: 'unknown' })
  })

  test('certificates that vouch for each other in a circle lead nowhere, and to no endless work', async () => {
    const leaf = await newLeaf({ at: ['ocsp'] })
    const first = await issue({ name: 'Yksi', ca: true })
    const second = await issue({ name: 'Kaksi', issuer: first, ca: true })
    const round = await issue({ name: 'Yksi', issuer: second, ca: true, keyOf: first })
    await answer(leaf, makeOcspAnswer({ about: leaf, issuer: ca, signer: round, alsoSends: [second] }))
    expect(await look(leaf)).toMatchObject({ state: 'unknown' })
  })

  test.each([
    ['about another certificate', async () => ({ about: await newLeaf() })],
    ['out of date', () => ({ thisUpdate: ago(3 * HOUR_MS), nextUpdate: ago(HOUR_MS) })],
    ['from the future', () => ({ thisUpdate: ahead(HOUR_MS), nextUpdate: ahead(2 * HOUR_MS) })],
    ['of two days ago without a next update', () => ({ thisUpdate: ago(48 * HOUR_MS), nextUpdate: null })],
    ['that the responder does not know it', () => ({ status: 'unknown' as const })],
    ['that the responder has too much to do', () => ({ responseStatus: 3 })],
  ])('an answer %s says nothing', async (_what, options) => {
    const leaf = await newLeaf({ at: ['ocsp'] })
    await answer(leaf, makeOcspAnswer({ about: leaf, issuer: ca, ...(await options()) }))
    expect(await look(leaf)).toMatchObject({ state: 'unknown' })
  })

  test('an answer whose signature is changed says nothing', async () => {
    const leaf = await newLeaf({ at: ['ocsp'] })
    const bytes = await makeOcspAnswer({ about: leaf, issuer: ca })
    bytes[bytes.length - 3]! ^= 1
    server.put(`${leaf.path}.ocsp`, bytes)
    expect(await look(leaf)).toMatchObject({ state: 'unknown' })
  })

  test('a responder that hangs costs the time limit, and is not asked again in the same round', async () => {
    const leaf = await newLeaf({ at: ['ocsp'] })
    server.put(`${leaf.path}.ocsp`, () => undefined)
    const round = new RevocationRound({ crlFiles: [], timeoutMs: 200, maxCrlBytes: 1000 })
    const authorities = loadAuthorities([caFile(root, ca)])
    const options = { authorities, round, now: new Date() }
    expect(await examine(leaf.certificateDer, options)).toMatchObject({ state: 'unknown' })
    expect(await examine(leaf.certificateDer, options)).toMatchObject({ state: 'unknown' })
    expect(server.seen.filter((line) => line.endsWith('.ocsp'))).toHaveLength(1)
  })

  test.each([
    ['that is not there', (_: CaServer, response: import('node:http').ServerResponse) => response.writeHead(404).end()],
    ['that cuts the connection', (_: CaServer, response: import('node:http').ServerResponse) => response.destroy()],
    ['that says something else', (_: CaServer, response: import('node:http').ServerResponse) => response.end('<html>')],
    [
      'that sends without end',
      (_: CaServer, response: import('node:http').ServerResponse) => response.end(Buffer.alloc(5_000_000)),
    ],
    [
      'that redirects',
      (server: CaServer, response: import('node:http').ServerResponse) =>
        response.writeHead(302, { location: server.url('/x') }).end(),
    ],
  ])('a responder %s says nothing', async (_what, respond) => {
    const leaf = await newLeaf({ at: ['ocsp'] })
    server.put(`${leaf.path}.ocsp`, (response) => void respond(server, response))
    expect(await look(leaf)).toMatchObject({ state: 'unknown' })
  })

  test('a responder that is gone says nothing', async () => {
    const leaf = await newLeaf({ ocsp: 'http://127.0.0.1:1/ocsp' })
    expect(await look(leaf)).toMatchObject({ state: 'unknown' })
  })

  test('when the responder says nothing, the CRL is asked', async () => {
    const leaf = await newLeaf({ at: ['ocsp', 'crl'] })
    server.put(`${leaf.path}.crl`, await makeCrl(ca, { revoked: [{ of: leaf }] }))
    expect(await look(leaf)).toMatchObject({ state: 'revoked', source: 'crl' })
  })
})

describe('CRLs', () => {
  const put = async (leaf: { path: string }, ...of: Parameters<typeof makeCrl>): Promise<void> =>
    server.put(`${leaf.path}.crl`, await makeCrl(...of))

  test('a certificate that is not in the list is good until the next list', async () => {
    const leaf = await newLeaf({ at: ['crl'] })
    const nextUpdate = new Date(Math.floor(ahead(HOUR_MS).getTime() / 1000) * 1000)
    await put(leaf, ca, { revoked: [{ of: { serial: '4001' } }, { of: { serial: '4002' } }], nextUpdate })
    expect(await look(leaf)).toMatchObject({ state: 'good', source: 'crl', validUntil: nextUpdate })
  })

  test('a certificate in the list is revoked, with reason and time', async () => {
    const leaf = await newLeaf({ at: ['crl'] })
    const at = new Date(Math.floor(ago(5 * HOUR_MS).getTime() / 1000) * 1000)
    await put(leaf, ca, { revoked: [{ of: { serial: '4001' } }, { of: leaf, at, reason: 'superseded' }] })
    expect(await look(leaf)).toMatchObject({ state: 'revoked', source: 'crl', reason: 'superseded', revokedAt: at })
  })

  test('a CRL of many revoked certificates is read in a moment', async () => {
    const leaf = await newLeaf({ at: ['crl'] })
    server.put(`${leaf.path}.crl`, await makeLongCrl(ca, { of: leaf, count: 100_000 }))
    const before = process.cpuUsage()
    expect(await look(leaf, { maxCrlBytes: 10_000_000 })).toMatchObject({ state: 'revoked' })
    // Processor time, which others on the machine do not change; the library alone takes 9 s for such a list.
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(3_000)
  })

  test('when the CA in the middle is revoked, so is what it has issued', async () => {
    const leaf = await newLeaf({ at: ['crl'] })
    await put(leaf, ca)
    server.put('/root.crl', await makeCrl(root, { revoked: [{ of: ca, reason: 'cACompromise' }] }))
    expect(await look(leaf)).toMatchObject({
      state: 'revoked',
      reason: expect.stringMatching(/Myöntäjä.*cACompromise/),
    })
  })

  test('when nothing is known about the CA in the middle, nothing is known', async () => {
    const leaf = await newLeaf({ at: ['crl'] })
    await put(leaf, ca)
    server.put('/root.crl', (response) => void response.writeHead(500).end())
    expect(await look(leaf)).toMatchObject({ state: 'unknown' })
  })

  test.each([
    ['that is out of date', { thisUpdate: ago(3 * HOUR_MS), nextUpdate: ago(HOUR_MS) }],
    ['from the future', { thisUpdate: ahead(HOUR_MS), nextUpdate: ahead(2 * HOUR_MS) }],
    ['without an end', { nextUpdate: null }],
    ['that holds only changes', { isDelta: true }],
    ['for other CAs', { scope: { indirect: true } }],
    ['for CAs only', { scope: { onlyContainsCACerts: true } }],
    ['of another distribution point', { scope: { url: 'http://127.0.0.1/other.crl' } }],
  ])('a CRL %s says nothing', async (_what, options) => {
    const leaf = await newLeaf({ at: ['crl'] })
    await put(leaf, ca, options)
    expect(await look(leaf)).toMatchObject({ state: 'unknown' })
  })

  test('a CRL of the distribution point that the certificate names counts', async () => {
    const leaf = await newLeaf({ at: ['crl'] })
    await put(leaf, ca, { scope: { url: server.url(`${leaf.path}.crl`), onlyContainsUserCerts: true } })
    expect(await look(leaf)).toMatchObject({ state: 'good' })
  })

  test('a CRL that somebody else has signed says nothing', async () => {
    const leaf = await newLeaf({ at: ['crl'] })
    const stranger = await issue({ name: 'Myöntäjä', ca: true })
    await put(leaf, ca, { signer: stranger })
    expect(await look(leaf)).toMatchObject({ state: 'unknown' })
  })

  test('a CRL of an issuer that may not sign CRLs says nothing', async () => {
    const middle = await issue({
      name: 'Väli',
      issuer: root,
      ca: true,
      usage: ['keyCertSign'],
      crl: server.url('/root.crl'),
    })
    const leaf = await newLeaf({ issuer: middle, at: ['crl'] })
    await put(leaf, middle)
    expect(await look(leaf, { cas: [root, middle] })).toMatchObject({ state: 'unknown' })
  })

  test.each([1, 2, 20, 60])('a CRL that is cut short after part %i of its bytes says nothing', async (part) => {
    const leaf = await newLeaf({ at: ['crl'] })
    const crl = await makeCrl(ca, { revoked: [{ of: leaf }] })
    server.put(`${leaf.path}.crl`, crl.subarray(0, Math.floor((crl.length * part) / 61)))
    expect(await look(leaf)).toMatchObject({ state: 'unknown' })
  })

  test('no changed byte of a CRL makes a revoked certificate good', async () => {
    const leaf = await newLeaf({ at: ['crl'] })
    const crl = await makeCrl(ca, { revoked: [{ of: leaf }] })
    const states = new Set<string>()
    for (let at = 0; at < crl.length; at += 3) {
      const changed = Buffer.from(crl)
      changed[at]! ^= 0x41
      server.put(`${leaf.path}.crl`, changed)
      states.add((await look(leaf)).state)
    }
    expect(states).not.toContain('good')
  })

  test('a CRL larger than the limit is not read', async () => {
    const leaf = await newLeaf({ at: ['crl'] })
    await put(leaf, ca)
    expect(await look(leaf, { maxCrlBytes: 100 })).toMatchObject({ state: 'unknown' })
  })

  test('a redirect to another http address is followed, one to another scheme is not', async () => {
    const leaf = await newLeaf({ at: ['crl'] })
    server.put('/moved.crl', await makeCrl(ca))
    const moveTo = (location: string) =>
      server.put(`${leaf.path}.crl`, (response) => void response.writeHead(302, { location }).end())
    moveTo('/moved.crl')
    expect(await look(leaf)).toMatchObject({ state: 'good' })
    moveTo('file:///etc/hostname')
    expect(await look(leaf)).toMatchObject({ state: 'unknown' })
    moveTo(`${leaf.path}.crl`)
    expect(await look(leaf)).toMatchObject({ state: 'unknown' })
  })

  test('a CRL from a file serves where the network does not', async () => {
    const leaf = await newLeaf()
    const crls = [await makeCrl(ca), await makeCrl(root)].map((bytes, i) => {
      const file = join(dir, `${leaf.path.slice(1)}-${i}.crl`)
      writeFileSync(file, bytes)
      return file
    })
    server.put('/root.crl', (response) => void response.writeHead(500).end())
    expect(await look(leaf, { crlFiles: crls })).toMatchObject({ state: 'good', source: 'crl' })
    writeFileSync(crls[0]!, await makeCrl(ca, { revoked: [{ of: leaf }] }))
    expect(await look(leaf, { crlFiles: crls })).toMatchObject({ state: 'revoked', source: 'crl' })
  })

  test('a certificate that names nobody to ask stays unknown', async () => {
    expect(await look(await newLeaf())).toMatchObject({ state: 'unknown', source: 'chain' })
  })
})
