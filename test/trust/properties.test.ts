import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createJudge, edit, Honest, makeKeys, NS, signatureMethod, uri } from '../support/corpus/index.js'
import { agreement, KNOWN_GAP } from '../support/corpus/agreement.js'
import { dressed } from '../support/corpus/dress.js'
import { libxml2Canonical } from '../support/libxml2.js'

const now = new Date()
const keys = await makeKeys(now)
const judge = createJudge({ now, keys })
const party = (authorityId: string) => ({ authorityId, serviceId: `${authorityId}_1` })
const honest = new Honest({ now, keys, from: party('kunta_ws'), other: party('naapuri_ws') })

/** A machine that others use as well must not make a file of tests endless; what was tried until then counts. */
const bounded = { interruptAfterTimeLimit: 15_000, markInterruptAsFailure: false }

/** One of each kind: without lists of prefixes, in node-soap's form, and with everything that text can be. */
const lists = { signedInfo: 'asi soapenv', Timestamp: 'wsse asi soapenv', Body: 'asi' }
const rich = honest.content({
  Nimeke: '<![CDATA[A < B]]> &amp; P&#xE4;&#228;t&#xF6;s "1" &#13;',
  KuvausTeksti: '\n<!-- c -->😀 a > b ]]&gt;\t',
})
const requests = [
  { xml: honest.signedBy(keys.senderP256), prefixes: [] },
  { xml: honest.signedBy(keys.senderP256, honest.request({ content: rich })), prefixes: [] },
  { xml: nodeSoapWithCurve(), prefixes: [] },
  {
    xml: honest.request({
      style: { prefixLists: lists },
      envelope: { rootAttributes: ` xmlns:soapenv="${NS.soap}" xmlns:asi="${NS.asi}"` },
    }),
    prefixes: ['asi'],
  },
].map((request) => ({ ...request, ...signedForms(request.xml, request.prefixes) }))

function nodeSoapWithCurve(): string {
  const style = {
    idForm: 'Id',
    timestampForm: 'default',
    enveloped: true,
    order: ['token', 'timestamp', 'signature'],
  } as const
  const form = honest.request({ style: { ...style, order: [...style.order] } })
  return honest.resign(
    signatureMethod(
      edit(
        form,
        honest.keys.sender.certificateDer.toString('base64'),
        keys.senderP384.certificateDer.toString('base64'),
      ),
      uri.ecdsaSha384,
    ),
    { key: keys.senderP384 },
  )
}

/** Canonical forms of what is signed and of the payload, by libxml2; null when it cannot read the document. */
function signedForms(xml: string | Buffer, prefixes: readonly string[]) {
  const path = (...names: string[]): string => names.map((name) => `/*[local-name()="${name}"]`).join('')
  const timestamp = path('Envelope', 'Header', 'Security', 'Timestamp')
  return {
    body: libxml2Canonical(xml, path('Envelope', 'Body'), prefixes),
    timestamp: libxml2Canonical(xml, timestamp, prefixes.length > 0 ? ['wsse', ...prefixes, 'soapenv'] : []),
    payload: libxml2Canonical(xml, `${path('Envelope', 'Body')}/*`),
  }
}

describe('one byte changed inside a signed part', () => {
  const isSignedFormOf = ({ body, timestamp, prefixes }: (typeof requests)[number], changed: Buffer): boolean => {
    try {
      const forms = signedForms(changed, prefixes)
      return forms.body === body && forms.timestamp === timestamp
    } catch {
      return false
    }
  }
  const place = fc.record({
    request: fc.constantFrom(...requests),
    part: fc.constantFrom('Body', 'Timestamp'),
    at: fc.nat(9_999),
    byte: fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from(' \n<>&"\'=/:!?-#;x0'))),
  })
  let [refused, accepted] = [0, 0]

  test('is refused, unless it means the same to an independent reader', async () => {
    await fc.assert(
      fc.asyncProperty(fc.noBias(place), async ({ request, part, at, byte }) => {
        const { index, 0: markup } = new RegExp(`<(?:[\\w-]+:)?${part}[\\s>][^]*</(?:[\\w-]+:)?${part}>`).exec(
          request.xml,
        )!
        const start = Buffer.byteLength(request.xml.slice(0, index))
        const changed = Buffer.from(request.xml)
        const offset = start + Math.floor((at / 10_000) * Buffer.byteLength(markup))
        fc.pre(changed[offset] !== byte)
        changed[offset] = byte
        const { ours, disagreement } = await agreement(judge, changed)
        fc.pre(disagreement !== KNOWN_GAP)
        expect(disagreement).toBeNull()
        if (ours.code === 'verified') {
          accepted++
          expect({ isSignedForm: isSignedFormOf(request, changed), payload: ours.payload }).toEqual({
            isSignedForm: true,
            payload: request.payload,
          })
        } else {
          refused++
          // What says the same may still be written in a way that we do not read; it is never called a forgery.
          if (isSignedFormOf(request, changed)) expect(ours.code).toMatch(/^XML_/)
        }
      }),
      { numRuns: 3_000, ...bounded },
    )
    expect(refused).toBeGreaterThan(accepted)
  }, 60_000)
})

describe('another shape outside the signed parts', () => {
  test('changes nothing of what is verified', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...requests), fc.infiniteStream(fc.nat(9_999)), async (request, numbers) => {
        const choose = (count: number): number => (numbers.next().value as number) % count
        const { ours, disagreement } = await agreement(judge, dressed(request.xml, choose))
        expect({ code: ours.code, disagreement, payload: ours.payload }).toEqual({
          code: 'verified',
          disagreement: null,
          payload: request.payload,
        })
      }),
      { numRuns: 1_500, ...bounded },
    )
  }, 60_000)
})
