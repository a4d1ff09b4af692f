import { readCertificate, readEnvelope, TrustError, verify, type TrustPolicy } from '../../src/trust/index.js'
import { thorough } from '../../src/trust/causes/index.js'
import type { Cause, LiveReport, Search } from '../../src/trust/errors.js'
import { clientNamed, type Layout } from './clients/index.js'
import type { Identity } from './keys.js'

export const policy: TrustPolicy = {
  clockSkewMs: 300_000,
  maxMessageAgeMs: 900_000,
  maxTimestampLifetimeMs: 900_000,
  sha1: 'allowed',
  revocation: 'off',
}

export const now = new Date()

/** Layouts that real clients sign in, each by its most particular client. */
export const stacks: readonly (readonly [client: string, layout: Exclude<Layout, 'unsigned' | 'timestamp-only'>])[] = [
  ['hassu', 'node-soap-1.6'],
  ['sfi-messages-client', 'node-soap-1.0'],
  ['lupapiste', 'wss4j'],
  ['etp', 'wss4j'],
  ['evaka', 'spring-ws'],
]

/** A signed LahetaViesti as one client sends it, with an attachment of a few hundred octets. */
export function requestOf(client: string, layout: (typeof stacks)[number][1], key: Identity): string {
  const row = clientNamed(client)
  const { privateKeyPem, certificatePem } = key
  const request = row.example('LahetaViesti', { authorityId: 'a_ws', serviceId: 'a_ws_1' })
  return row.build(request, { layout, privateKeyPem, certificatePem, now }).body.toString()
}

export interface Diagnosis {
  readonly code: string
  readonly cause: Cause | null
  readonly search: Search | null
  readonly report: LiveReport
}

interface Circumstances {
  readonly registered: readonly Identity[]
  readonly isThorough?: boolean
  readonly at?: Date
  readonly sha1?: TrustPolicy['sha1']
}

/** What the gateway says of a request when these certificates are registered for its authority. */
export async function diagnose(
  request: string | Buffer,
  { registered, isThorough = false, at = now, sha1 = 'allowed' }: Circumstances,
): Promise<Diagnosis> {
  const owners = registered.map(({ certificatePem }) => ({ certificate: readCertificate(certificatePem) }))
  try {
    const { report } = await verify(readEnvelope(Buffer.from(request)), {
      now: at,
      policy: { ...policy, sha1 },
      registry: {
        findCertificate: (fingerprint) =>
          Promise.resolve(owners.find(({ certificate }) => certificate.fingerprint === fingerprint) ?? null),
        listCertificates: () => Promise.resolve(owners),
      },
      ...(isThorough && { effort: thorough }),
    })
    return { code: 'verified', cause: null, search: null, report }
  } catch (error) {
    if (!(error instanceof TrustError)) throw error
    const report = error.report as LiveReport
    return { code: error.code, cause: report.cause ?? null, search: report.search ?? null, report }
  }
}

const TAGS = /(<[^>]*>)/

/** What a formatter makes of a document: each element on a line of its own, texts left alone. */
export function formatted(xml: string, { indent = '  ', end = '\n' } = {}): string {
  let depth = 0
  const pieces = minified(xml).split(TAGS)
  return pieces
    .map((piece, i) => {
      if (i % 2 === 0 || piece.startsWith('<?')) return piece
      const isEnd = piece.startsWith('</')
      if (isEnd) depth--
      const stands = isEnd ? pieces[i - 1] === '' && !isStart(pieces[i - 2]) : i > 1 && pieces[i - 1] === ''
      const line = stands ? end + indent.repeat(depth) : ''
      if (!isEnd && !piece.endsWith('/>')) depth++
      return line + piece
    })
    .join('')
}

const isStart = (tag: string | undefined): boolean => tag !== undefined && /^<[^/?]/.test(tag) && !tag.endsWith('/>')

/** A document without white space between its elements; an element that holds only white space keeps it. */
export const minified = (xml: string): string =>
  xml.replace(/(<\/[^>]*>|\/>)\s+(?=<)/g, '$1').replace(/>\s+(?=<[^/])/g, '>')
