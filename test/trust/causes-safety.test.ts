import { beforeAll, describe, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { createHash } from 'node:crypto'
import { readEnvelope, readCertificate, TrustError, verify } from '../../src/trust/index.js'
import type { LiveReport } from '../../src/trust/errors.js'
import { resign } from '../support/corpus/resign.js'
import { diagnose, now, policy, requestOf, stacks } from '../support/diagnosis.js'
import { sharedIdentity, type Identity } from '../support/keys.js'

let key: Identity
let requests: string[]
beforeAll(async () => {
  key = await sharedIdentity('causes')
  requests = stacks.map(([client, layout]) => requestOf(client, layout, key))
})

describe('what no usual change explains is never called proven', () => {
  const changes: Record<string, (xml: string) => string> = {
    'another title': (xml) => xml.replace(/Nimeke>/, 'Nimeke>Muu '),
    'one letter less': (xml) => xml.replace(/(Nimeke>)./, '$1'),
    'an element more': (xml) => xml.replace(/<([\w:]*)Kysely>/, '<$1Kysely><lisa/>'),
    'an attribute more': (xml) => xml.replace(/TunnusTyyppi=/, 'lisa="1" TunnusTyyppi='),
    'another attachment': (xml) => xml.replace(/(TiedostoSisalto>)..../, '$1AAAA'),
  }
  test.each(Object.entries(changes))('%s', async (_name, change) => {
    for (const request of requests) {
      const changed = change(request)
      if (changed === request) continue
      const { code, cause } = await diagnose(changed, { registered: [key] })
      expect({ code, id: cause?.id, certainty: cause?.certainty }).toEqual({
        code: 'BODY_CHANGED',
        id: 'signed-before-change',
        certainty: 'likely',
      })
    }
  })

  test('a letter that was lost is likely, not proven', async () => {
    const request = resign(requests[0]!.replace(/(Nimeke>)/, '$1Pä'), { key })
    const { cause } = await diagnose(request.replace('Pä', 'P\ufffd'), { registered: [key] })
    expect(cause).toMatchObject({ id: 'text-encoding-changed', certainty: 'likely' })
  })
})

test('for random damage a cause is proven only when its digest is the one of the message', async () => {
  const whitespace = fc.constantFrom('', ' ', '\n', '\n  ', '\t', '&#13;\n', '\ufeff', 'ä', 'x', '<!-- x -->')
  const damage = fc.record({
    which: fc.nat({ max: 4 }),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.nat({ max: 3 }),
    insert: whitespace,
  })
  await fc.assert(
    fc.asyncProperty(damage, async ({ which, at, remove, insert }) => {
      const request = requests[which]!
      const place = Math.floor(at * request.length)
      const damaged = request.slice(0, place) + insert + request.slice(place + remove)
      let found
      try {
        found = await diagnose(damaged, { registered: [key] })
      } catch (error) {
        // Not XML, or no envelope any more: nothing to verify.
        expect((error as { code?: string }).code).toMatch(/^(XML|SOAP)_/)
        return
      }
      const { cause, report, code } = found
      if (cause?.certainty !== 'proven' || !/_CHANGED$/.test(code)) return
      // Undoing the damage is what the cause claims to have done: the digest of the honest part is in the message.
      const honest = await diagnose(request, { registered: [key] })
      for (const part of cause.parts!) {
        const i = report.parts!.findIndex(({ element }) => element === part)
        const octets = honest.report.canonicalOf(i)!
        const { digest, digestAlgorithm } = report.parts![i]!
        const hash = digestAlgorithm!.endsWith('sha1') ? 'sha1' : 'sha256'
        expect(createHash(hash).update(octets).digest('base64')).toBe(digest)
      }
    }),
    { numRuns: 250 },
  )
})

describe('a diagnosis that goes wrong', () => {
  const certificate = () => readCertificate(key.certificatePem)
  const refusal = async (xml: string, listCertificates: () => Promise<never>): Promise<TrustError> => {
    const owner = { certificate: certificate() }
    const registry = { findCertificate: () => Promise.resolve(owner), listCertificates }
    return verify(readEnvelope(Buffer.from(xml)), { now, policy, registry }).then(
      () => {
        throw new Error('it was verified')
      },
      (error: unknown) => error as TrustError,
    )
  }

  test('because the store is away leaves the refusal as it is', async () => {
    const other = await sharedIdentity('causes, other')
    const error = await refusal(resign(requests[0]!, { key: other }), () =>
      Promise.reject(new Error('the store is away')),
    )
    expect(error).toBeInstanceOf(TrustError)
    expect({ code: error.code, cause: error.report?.cause }).toEqual({ code: 'SIGNATURE_INVALID', cause: null })
  })

  test('because something throws in its midst leaves the refusal as it is', async () => {
    const normalize = jest.spyOn(String.prototype, 'normalize').mockImplementation(() => {
      throw new Error('a bug of ours')
    })
    try {
      const error = await refusal(requests[0]!.replace('Nimeke>', 'Nimeke>Ä'), () => Promise.reject(new Error()))
      expect({ code: error.code, search: error.report?.search?.complete, cause: error.report?.cause }).toEqual({
        code: 'BODY_CHANGED',
        search: false,
        cause: null,
      })
    } finally {
      normalize.mockRestore()
    }
  })
})

describe('what a search may cost', () => {
  const large = (kilobytes: number): string =>
    resign(requests[2]!.replace(/(KuvausTeksti>)/, `$1${'rivi tekstiä\n'.repeat(kilobytes * 75)}`), { key })

  test('a part that is too large is not searched while its sender waits, and is when nobody does', async () => {
    const minified = large(100)
    const damaged = minified.replace(/(<[\w:]*Kohde>)/, '\n  $1')
    const waiting = await diagnose(damaged, { registered: [key] })
    const asked = await diagnose(damaged, { registered: [key], isThorough: true })
    expect(waiting).toMatchObject({
      code: 'BODY_CHANGED',
      cause: { id: 'signed-before-change', certainty: 'likely', parts: ['Body'] },
      search: { tried: 0, complete: false },
    })
    expect(asked.search!.tried).toBeGreaterThan(0)
  })

  test('forms of a part add up to no more than their bound', async () => {
    const { search } = await diagnose(large(50).replace('Nimeke>', 'Nimeke>X'), { registered: [key] })
    expect(search).toMatchObject({ complete: false })
    expect(search!.tried).toBeLessThan(30)
  })

  test('before a value proves to be of a registered key, no form is tried', async () => {
    const other = await sharedIdentity('causes, other')
    const { search } = await diagnose(resign(requests[0]!, { key: other }), { registered: [key] })
    expect(search).toBeNull()
  })

  test('two changes at once are found when nobody waits', async () => {
    const request = resign(requests[2]!.replace(/(Nimeke>)[^<]*/, '$1Päätös'), { key })
    const body = /<soapenv:Body[^]*<\/soapenv:Body>/.exec(request)![0]
    const twice = request.replace(body, () => body.normalize('NFD').replace(/><(?!\/)/g, '>\n<'))
    const { cause } = (await diagnose(twice, { registered: [key], isThorough: true })) as { cause: LiveReport['cause'] }
    expect(cause).toMatchObject({ certainty: 'proven', facts: { also: expect.any(String) } })
  })
})
