import { createHash } from 'node:crypto'
import { Failure, thrown } from '../failure.mjs'
import { mutate } from '../mutate.mjs'
import { wordsOf } from '../words.mjs'

const MAX_BYTES = 128 * 1024

/**
 * Requests that somebody changed after they were signed. Whatever is accepted has to say what one honest request of the
 * same signer says, Body and Timestamp: nothing else, and nothing put together from two.
 */
export async function create({ load, seeds: made, context: kept, plant }) {
  const { readEnvelope, refuseUnknownHeaders, verify, readCertificate, TrustError, EnvelopeError } =
    await load('src/trust/index.js')
  const { headersForUs } = await load('src/trust/envelope.js')
  const { WSSE, WSU } = await load('src/trust/names.js')
  const { canonicalString, XmlError } = await load('src/xml/index.js')
  const { loadConfig } = await load('src/config/index.js')
  const policy = loadConfig({})
  const now = new Date((kept ?? made).now)
  const certificates = kept?.certificates ?? [
    ...made.clients.authorities.map(({ certificatePem }) => certificatePem),
    ...made.corpus.certificates,
  ]
  const owners = certificates.map((pem) => ({ certificate: readCertificate(pem) }))
  const registry = {
    findCertificate: async (fingerprint) => owners.find((o) => o.certificate.fingerprint === fingerprint) ?? null,
    listCertificates: async () => owners,
  }

  async function accept({ bytes, charset }) {
    const envelope = readEnvelope(bytes, charset)
    refuseUnknownHeaders(envelope)
    try {
      return { envelope, verified: await verify(envelope, { now, policy, registry }) }
    } catch (error) {
      if (plant === 'forgery' && error.code === 'BODY_CHANGED')
        return { envelope, verified: { payload: envelope.payload, owner: owners[0] } }
      throw error
    }
  }

  /** Who said what, and when: the Timestamp of the header that is for us; an element of that name may stand elsewhere. */
  function statementOf({ envelope, verified: { payload, owner } }) {
    const security = headersForUs(envelope).filter((block) => block.is(WSSE, 'Security'))
    const [timestamp] = security.flatMap((header) => header.all(WSU, 'Timestamp'))
    const parts = [owner.certificate.fingerprint, canonicalString(payload), canonicalString(timestamp)]
    return createHash('sha256').update(JSON.stringify(parts)).digest('base64')
  }

  async function run(input) {
    let accepted
    try {
      accepted = await accept(input)
    } catch (error) {
      const known = error instanceof TrustError || error instanceof XmlError || error instanceof EnvelopeError
      if (!known) throw thrown(error)
      if (error.code === 'SIGNATURE_JUDGES_DISAGREE') throw new Failure('the judges disagree', error.message)
      // What is not even XML leads nowhere here; the parser's own target looks at that.
      const isDeadEnd = error instanceof XmlError
      return { outcome: error.code, isDeadEnd, feature: `${error.code} ${error.message.replace(/\d+/g, '')}` }
    }
    if (!honest.has(statementOf(accepted)))
      throw new Failure('a forgery was accepted', canonicalString(accepted.verified.payload).slice(0, 2_000))
    return { outcome: 'accepted', feature: 'accepted' }
  }

  const trusted = kept ? [] : [...made.clients.requests.filter(({ signer }) => isKnown(signer)), ...made.corpus.valid]
  const others = kept
    ? []
    : [...made.clients.requests.filter(({ signer }) => signer === 'stranger'), ...made.corpus.attacks]
  const honest = new Set(kept?.honest)
  for (const seed of trusted.map(inputOf)) {
    try {
      honest.add(statementOf(await accept(seed)))
    } catch (cause) {
      const start = seed.bytes.toString('latin1', 0, 500)
      throw new Error(`An honest request was refused, so nothing can be concluded: ${start}`, { cause })
    }
  }
  const seeds = [...trusted, ...others].map(inputOf)
  const words = wordsOf(seeds.map(({ bytes }) => bytes.toString()))
  return {
    run,
    seeds,
    context: { now: now.toISOString(), certificates, honest: [...honest] },
    render: ({ bytes, charset }) => ({ bytes, note: { charset } }),
    revive: ({ bytes, note }) => ({ bytes, charset: note.charset }),
    mutate: ({ bytes, charset }, { random, other }) => ({
      bytes: mutate(bytes, { random, words, other: () => other().bytes, maxBytes: MAX_BYTES, structurePercent: 85 }),
      charset,
    }),
  }
}

const isKnown = (signer) => signer !== null && signer !== 'stranger'

const inputOf = ({ base64, charset = null }) => ({ bytes: Buffer.from(base64, 'base64'), charset })
