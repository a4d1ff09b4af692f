import { performance } from 'node:perf_hooks'
import { setImmediate } from 'node:timers'
import { setTimeout as sleep } from 'node:timers/promises'
import { XmlDocument } from 'libxml2-wasm'
import { startGateway, startPostgres } from '../endpoint/gateway.mjs'
import { mutateRequest } from '../endpoint/mutate-request.mjs'
import { patienceOf, plainRequest, wireOf } from '../endpoint/request.mjs'
import { talk } from '../endpoint/talk.mjs'
import { Failure } from '../failure.mjs'
import { mutate } from '../mutate.mjs'
import { wordsOf } from '../words.mjs'

const MAX_BYTES = 300 * 1024
const LIVE_MS = 2_000
const EMPTY_MS = 10_000

/**
 * A whole gateway with a socket and a PostgreSQL. Honest requests are first told to a gateway of their own, and what that
 * one has stored is all that the fuzzed one may ever store.
 */
export async function create({ load, folder, seeds: made, context: kept, plant }) {
  const now = new Date((kept ?? made).now)
  const requests = kept ? [] : made.clients.requests
  const authorities = kept?.authorities ?? made.clients.authorities
  const recipients = kept?.recipients ?? requests.flatMap((request) => request.recipients)
  const postgres = await startPostgres(load, folder)
  const gatewayOn = async (name, settings) =>
    startGateway(load, {
      ...{ databaseUrl: await postgres.newDatabase(name), dataDir: `${folder}/data` },
      ...{ now, authorities, recipients, settings },
    })
  const seeds = requests.map(plainRequest)
  const honest = new Set(kept?.honest ?? (await statementsOf(await gatewayOn('honest'), seeds)))
  const gateway = await gatewayOn('fuzzed', plant === 'unsigned-stored' ? { ASTI_NON_SIGNED: 'anyone' } : {})

  const byTrace = new Map()
  let storedSoFar = 0

  async function run(input, { bytes, note }) {
    if (plant === 'endpoint-dies' && bytes.includes('gzip')) setImmediate(() => null.x)
    const answer = await talk(gateway.port, bytes, note.patienceMs)
    if (answer?.isStuck) throw new Failure('the gateway neither answers nor closes', bytes.toString('latin1', 0, 500))
    if (answer === null) {
      if (note.isPlain) throw new Failure('a whole request was not answered', bytes.toString('latin1', 0, 500))
      return { outcome: 'closed', feature: 'closed' }
    }
    const trace = answer.headers['x-trace-id']
    if (trace) byTrace.set(trace, input)
    return judge(answer, note)
  }

  async function afterBatch() {
    const inputs = new Map(byTrace)
    byTrace.clear()
    for (const { event, traceId, err } of gateway.takeComplaints())
      throw new Failure(`${event} ${err?.type ?? ''}`, JSON.stringify(err, null, 2), { input: inputs.get(traceId) })
    const count = await gateway.countStored()
    const fresh = count === storedSoFar ? [] : await gateway.stored(count - storedSoFar)
    storedSoFar = count
    for (const { traceId, statement } of fresh)
      if (!honest.has(statement))
        throw new Failure('something was stored that nobody honest said', statement, { input: inputs.get(traceId) })
  }

  /** At the end the gateway has to be as if nothing had been. */
  async function finish() {
    await afterBatch()
    const start = performance.now()
    const live = await get(gateway.port, '/health/live')
    if (live?.status !== 200 || performance.now() - start > LIVE_MS)
      throw new Failure('/health/live does not answer in time', JSON.stringify(live?.status ?? null))
    const inFlight = async () =>
      /^asti_request_bytes_in_flight (\d+)/m.exec((await get(gateway.port, '/metrics'))?.body.toString() ?? '')?.[1]
    for (const end = Date.now() + EMPTY_MS; (await inFlight()) !== '0'; await sleep(100))
      if (Date.now() > end) throw new Failure('bytes stay in flight', `${await inFlight()} when nothing is asked`)
  }

  const words = wordsOf(seeds.map(({ bytes }) => bytes.toString()))
  return {
    run,
    afterBatch,
    finish,
    seeds,
    context: { now: now.toISOString(), authorities, recipients, honest: [...honest] },
    render: (input) => ({
      bytes: input.wire ?? wireOf(input),
      note: input.note ?? { isPlain: input.isPlain, patienceMs: patienceOf(input) },
    }),
    revive: ({ bytes, note }) => ({ bytes, wire: bytes, note }),
    mutate: (input, { random, other }) => {
      const bytes = random.chance(70)
        ? mutate(input.bytes, { random, words, other: () => other().bytes, maxBytes: MAX_BYTES, structurePercent: 85 })
        : input.bytes
      return random.chance(40) ? mutateRequest({ ...input, bytes }, random) : { ...input, bytes }
    },
    close: async () => {
      await gateway.close()
      await postgres.stop()
    },
  }
}

const get = (port, path) => talk(port, Buffer.from(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`))

/** What a gateway has stored after it was told all that is honest. */
async function statementsOf(gateway, seeds) {
  try {
    for (const seed of seeds) await talk(gateway.port, wireOf(seed))
    const stored = await gateway.stored(10_000)
    if (stored.length < 10) throw new Error('Honest requests are not stored, so nothing can be concluded')
    return stored.map(({ statement }) => statement)
  } finally {
    await gateway.close()
  }
}

function judge({ status, headers, body }, { isPlain }) {
  const text = body.toString()
  const type = headers['content-type'] ?? ''
  const isXml = type.startsWith('text/xml')
  const isKnown = status === 200 || status === 500 || status === 503 || (status >= 400 && status < 500)
  if (!isKnown) throw new Failure(`answered with ${status}`, text.slice(0, 500))
  if (isPlain && !(isXml && (status === 200 || status >= 500)))
    throw new Failure(`SOAP answered with ${status} ${type}`, text.slice(0, 500))
  if (/node_modules|\.js:\d+|file:\/\//.test(text))
    throw new Failure('an answer tells of our inside', text.slice(0, 2_000))
  if (isXml && body.length > 0) refuseMalformed(body)
  const code = /<gateway:code>(\w+)</.exec(text)?.[1] ?? /TilaKoodi>(\d+)</.exec(text)?.[1] ?? ''
  const outcome = `${status} ${code || type.split(';')[0]}`.trim()
  return { outcome, feature: outcome }
}

function refuseMalformed(body) {
  try {
    const document = XmlDocument.fromBuffer(body)
    const { name } = document.root
    document.dispose()
    if (!['Envelope', 'definitions', 'schema'].includes(name)) throw new Error(`the root is ${name}`)
  } catch (cause) {
    throw new Failure('an answer is no SOAP', `${cause.message}\n${body.toString().slice(0, 2_000)}`)
  }
}
