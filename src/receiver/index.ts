/**
 * A return channel to try the gateway against: what an authority's vendor has to build, as small as it can be, with
 * every way to answer badly. The sandbox has it and production does not; it keeps the last hundred pushes in memory.
 */
import type { Clock } from '../clock.js'
import {
  conformanceOfPush,
  decodePush,
  encodePushAnswer,
  encodePushFault,
  type Generation,
  type ReceivedPush,
} from '../contract/index.js'
import { SenderError } from '../errors.js'
import {
  charsetOf,
  readCertificate,
  readEnvelope,
  TrustError,
  verify,
  type Envelope,
  type Signer,
} from '../trust/index.js'

/** Ways to misbehave; a number is a status code of the contract. */
const badAnswers = [
  ...['500', 'timeout', 'slow', 'fault-client', 'fault-server', 'garbage', 'empty', '400', '453', '520'],
] as const

export interface Arrived {
  readonly at: Date
  readonly generation: Generation
  /** null when it could not be read */
  readonly push: ReceivedPush | null
  /** good, or the word of what is wrong with it */
  readonly signature: string
  /** where it deviates from the schema, and what else a receiver would complain of */
  readonly problems: readonly string[]
  readonly answered: string
}

export interface ReceiverAnswer {
  readonly httpStatus: number
  readonly body: string
  /** null: never */
  readonly afterMs: number | null
}

export interface Receiver {
  receive(request: {
    readonly raw: Buffer
    readonly contentType: string | null
    readonly generation: Generation
    /** one of badAnswers; anything else is answered well */
    readonly answer: string
  }): Promise<ReceiverAnswer>
  /** newest first */
  received(): readonly Arrived[]
}

const KEPT = 100
const SLOW_MS = 5_000
/** An authority's own policy; the Timestamp of a request is good for five minutes. */
const POLICY = {
  ...{ clockSkewMs: 300_000, maxMessageAgeMs: 900_000, maxTimestampLifetimeMs: 900_000 },
  ...({ sha1: 'allowed', revocation: 'off' } as const),
}

/** @param signers  keys that the gateway signs with, as an authority would have registered them */
export function createReceiver({ signers, clock }: { signers: () => readonly Signer[]; clock: Clock }): Receiver {
  const arrived: Arrived[] = []

  const signatureOf = async (envelope: Envelope): Promise<string> => {
    const known = signers().map((signer) => ({ certificate: readCertificate(signer.certificate) }))
    const registry = {
      findCertificate: (fingerprint: string) =>
        Promise.resolve(known.find(({ certificate }) => certificate.fingerprint === fingerprint) ?? null),
      listCertificates: () => Promise.resolve(known),
    }
    try {
      await verify(envelope, { now: clock.now(), policy: POLICY, registry })
      return 'good'
    } catch (error) {
      if (error instanceof TrustError) return error.code
      throw error
    }
  }

  return {
    received: () => [...arrived].reverse(),
    receive: async ({ raw, contentType, generation, answer }) => {
      const envelope = readable(raw, contentType)
      const push = typeof envelope === 'string' ? null : decodePush(envelope.payload)
      const signature = typeof envelope === 'string' ? envelope : await signatureOf(envelope)
      const problems = typeof envelope === 'string' ? [envelope] : problemsOf(envelope, generation, push)
      const answered = (badAnswers as readonly string[]).includes(answer)
        ? answer
        : problems.length > 0
          ? '400'
          : 'good'
      arrived.push({ at: clock.now(), generation, push, signature, problems, answered })
      if (arrived.length > KEPT) arrived.shift()
      return answerWith(answered, push)
    },
  }
}

/** The envelope, or the word of why it is none. */
function readable(raw: Buffer, contentType: string | null): Envelope | string {
  try {
    return readEnvelope(raw, charsetOf(contentType))
  } catch (error) {
    if (error instanceof SenderError) return String(error.code)
    throw error
  }
}

function problemsOf({ document, payload }: Envelope, generation: Generation, push: ReceivedPush | null): string[] {
  if (push === null) return ['OPERATION_UNKNOWN']
  const notes = conformanceOfPush(document, payload, generation)?.first ?? []
  return [
    ...notes.map(({ kind, path, line }) => `${kind} ${path} (line ${line})`),
    ...(push.items.length === 0 ? ['NO_ITEMS'] : []),
    ...(push.pushId === null ? ['NO_PUSH_ID'] : []),
  ]
}

function answerWith(answered: string, push: ReceivedPush | null): ReceiverAnswer {
  const answer = (httpStatus: number, body: string, afterMs: number | null = 0): ReceiverAnswer => ({
    httpStatus,
    body,
    afterMs,
  })
  switch (answered) {
    case 'timeout':
      return answer(200, '', null)
    case '500':
      return answer(500, '')
    case 'empty':
      return answer(200, '')
    case 'garbage':
      return answer(200, '<html><body>Huoltokatko</body></html>')
    case 'fault-server':
      return answer(500, encodePushFault('Server'))
    case 'fault-client':
      return answer(500, encodePushFault('Client'))
  }
  if (push === null) return answer(500, encodePushFault('Client'))
  const code = /^\d+$/.test(answered) ? Number(answered) : 0
  return answer(200, encodePushAnswer(push, code), answered === 'slow' ? SLOW_MS : 0)
}
