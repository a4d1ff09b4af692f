import { beforeAll, describe, expect, test } from '@jest/globals'
import { createHash } from 'node:crypto'
import type { VerificationReport } from '../../src/trust/index.js'
import { diagnose, now, requestOf, stacks } from '../support/diagnosis.js'
import { sharedIdentity, type Identity } from '../support/keys.js'

let key: Identity
beforeAll(async () => void (key = await sharedIdentity('report')))

/** As it is stored. */
const stored = (report: VerificationReport): VerificationReport =>
  JSON.parse(JSON.stringify(report)) as VerificationReport
const factsOf = (report: VerificationReport, check: string) => report.checks.find((one) => one.check === check)!.facts

describe.each(stacks)('%s in %s', (client, layout) => {
  test('an accepted request keeps a small report: checks, and the digest and size of each part', async () => {
    const { report } = await diagnose(requestOf(client, layout, key), { registered: [key] })

    const json = JSON.stringify(report)
    expect(json.length).toBeLessThan(2_000)
    expect(json).not.toContain('SignedInfo')
    for (const { element, digest, sizeBytes } of stored(report).parts!) {
      expect(element).toMatch(/^(?:Body|Timestamp)$/)
      expect(digest).toMatch(/^[A-Za-z0-9+/]+=*$/)
      expect(sizeBytes).toBeGreaterThan(100)
    }
  })

  test('the octets of a part are those whose digest and size the report tells', async () => {
    const { report } = await diagnose(requestOf(client, layout, key), { registered: [key] })

    report.whole().parts!.forEach(({ digest, digestAlgorithm, sizeBytes }, i) => {
      const octets = report.canonicalOf(i)!
      const hash = digestAlgorithm!.endsWith('sha1') ? 'sha1' : 'sha256'
      expect(createHash(hash).update(octets).digest('base64')).toBe(digest)
      expect(octets.length).toBe(sizeBytes)
    })
    expect(report.canonicalOf(7)).toBeNull()
  })

  test('a refused request tells every check up to the failed one, with both digests', async () => {
    const request = requestOf(client, layout, key)
    const report = stored((await diagnose(request.replace('Nimeke>', 'Nimeke>X'), { registered: [key] })).report)

    expect(report.checks.map(({ passed }) => passed)).toEqual([true, true, true, true, true, true, false])
    expect(factsOf(report, 'security-header')['children']).toContain('Signature')
    expect(factsOf(report, 'signature-structure')['canonicalization']).toEqual([
      'http://www.w3.org/2001/10/xml-exc-c14n#',
    ])
    expect(factsOf(report, 'certificate')).toMatchObject({
      fingerprint: key.fingerprintSha256,
      serial: expect.stringMatching(/^\d+$/),
      keyType: 'rsa',
      key: '2048 bits',
    })
    expect(factsOf(report, 'signature-value')['signedInfo']).toMatch(/^<(?:ds:)?SignedInfo/)
    const body = report.parts!.find(({ element }) => element === 'Body')!
    expect(body).toMatchObject({ id: expect.any(String), transforms: expect.any(Array), prefixList: expect.any(Array) })
    expect(body.computed).not.toBe(body.digest)
    expect(body.sizeBytes).toBeGreaterThan(100)
  })

  test('nothing of what was written to people is in the report of a refusal', async () => {
    const request = requestOf(client, layout, key)
    const id = /AsiakasTunnus="([^"]*)"/.exec(request)?.[1] ?? 'no id'
    const damaged = [
      request.replace('Nimeke>', 'Nimeke>X'),
      request.replace(/<([\w-]+):Body[^]*<\/\1:Body>/, (body) => body.replace(/><(?!\/)/g, '>\n<')),
      request.replace(/DigestValue>./, 'DigestValue>0'),
      request.replace(/Timestamp/g, 'Timestaamp'),
      request.replace(/(wsu:)?Id="/, 'tunnus="'),
    ]
    for (const one of damaged) {
      const { report } = await diagnose(one, { registered: [key] })
      const json = JSON.stringify(report)
      for (const text of [id, 'hakemukseenne', 'Hyvä vastaanottaja', 'Esimerkkikatu']) expect(json).not.toContain(text)
    }
  })
})

test('a Timestamp that is refused tells both clocks', async () => {
  const at = new Date(now.getTime() + 7_200_000)
  const { report } = await diagnose(requestOf(...stacks[0]!, key), { registered: [key], at })

  expect(factsOf(stored(report), 'timestamp')).toMatchObject({
    createdAt: expect.stringMatching(/Z$/),
    expiresAt: expect.stringMatching(/Z$/),
    lifetimeMs: 600_000,
    ourClock: at.toISOString(),
    code: 'TIMESTAMP_EXPIRED',
  })
})
