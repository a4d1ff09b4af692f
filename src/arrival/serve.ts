import {
  conformanceOf,
  decodeCommand,
  decodeJoiningCommand,
  decodeParty,
  isJoiningOperation,
  operationOf,
  restoreAnswer,
  wireNames,
  type AnswerDocument,
  type WireOperation,
} from '../contract/index.js'
import { findFirstAnswer, keepAnswer, recordRepeat, recordSubmission, RequestRepeated } from '../operations/index.js'
import { readEnvelope, refuseUnknownHeaders, TrustError, type Envelope, type Verified } from '../trust/index.js'
import { admitCaller, findOutCaller, signerOf } from './callers.js'
import type { ExchangeContext, HttpAnswer, Owner } from './context.js'
import type { Exchange } from './exchange.js'
import { performJoining } from './perform-joining.js'
import { perform, type PerformedAnswer, type Serving, type Told } from './perform.js'
import { refuse } from './refuse.js'
import { writeAnswer } from './write-answer.js'

/** Serves one request: understood, verified, performed, recorded, answered. Never throws. */
export async function serve(
  context: ExchangeContext,
  exchange: Exchange,
  raw: Buffer,
  charset: string | null,
): Promise<HttpAnswer> {
  try {
    return answerWith(context, exchange, await accept(context, exchange, raw, charset))
  } catch (error) {
    if (!(error instanceof RequestRepeated)) return refuse(context, exchange, error, raw)
    if (exchange.service !== null) await context.perService.giveBack(exchange.service)
    return repeat(context, exchange, error).catch((reason: unknown) => refuse(context, exchange, reason))
  }
}

function answerWith(context: ExchangeContext, exchange: Exchange, { told, document }: PerformedAnswer): HttpAnswer {
  return {
    httpStatus: 200,
    document: writeAnswer(context, exchange, document),
    outcome: told.refused ? 'refused' : 'accepted',
    code: null,
    statusCode: told.status.code,
  }
}

async function accept(
  context: ExchangeContext,
  exchange: Exchange,
  raw: Buffer,
  charset: string | null,
): Promise<PerformedAnswer> {
  const envelope = readEnvelope(raw, charset)
  const operation = (exchange.operation = operationOf(envelope.payload, exchange.contract))
  const party = (exchange.party = decodeParty(envelope.payload))
  exchange.exchangeId = party.exchangeId
  refuseUnknownHeaders(envelope)
  const identified = await findOutCaller(context, exchange, envelope, party)
  const service = await admitCaller(context, exchange, { identified, party, sizeBytes: raw.length })
  const replay = identified.verified === null ? null : replayOf(context, identified.verified)
  const request = { id: exchange.traceId, party, raw: context.keepEvidence ? raw : null, replay }
  const head = { exchangeId: exchange.answeredExchangeId, traceId: exchange.traceId }
  const advice = adviceOn(exchange, operation, envelope)
  const record: Serving['record'] = async (tx, { told, document }) => {
    exchange.notes = told.notes === null && advice === null ? null : { ...told.notes, ...advice }
    await recordSubmission(tx, exchange.submission({ code: null, ...told }))
    if (replay !== null) await keepAnswer(context, tx, replay, kept(operation, told, document))
  }
  const serving = { context, head, record }
  return context.copies.one(replay?.key ?? null, async () =>
    isJoiningOperation(operation)
      ? performJoining(
          { ...serving, submitted: { ...request, signer: signerOf(identified) } },
          service,
          decodeJoiningCommand(envelope.payload),
        )
      : perform({ ...serving, submitted: { ...request, service: service! } }, decodeCommand(envelope.payload)),
  )
}

/** Another process' clock may be behind ours by as much as a caller's. */
const replayOf = ({ trust }: ExchangeContext, { replayKey, freshUntil }: Verified<Owner>) => ({
  key: replayKey,
  expiresAt: new Date(freshUntil.getTime() + trust.clockSkewMs),
})

/** An answer as it is kept for the case that the same request comes again. */
interface KeptAnswer {
  readonly operation: WireOperation
  readonly told: Pick<Told, 'status' | 'itemCount'>
  readonly body: string
}

const kept = (operation: WireOperation, { status, itemCount }: Told, { body }: AnswerDocument): string =>
  JSON.stringify({ operation, told: { status, itemCount }, body } satisfies KeptAnswer)

/** The same signed request again: the first answer again, and nothing else happens (ADR 10). */
async function repeat(context: ExchangeContext, exchange: Exchange, repeated: RequestRepeated): Promise<HttpAnswer> {
  const first = await findFirstAnswer(context, repeated)
  // Fresh by a clock that must have jumped: the key is kept longer than the answer.
  if (first === null) throw new TrustError('TIMESTAMP_EXPIRED', 'The same request was answered long ago')
  const { operation, told, body } = JSON.parse(first.answer) as KeptAnswer
  exchange.notes = { repeats: first.submissionId }
  await recordRepeat(context, exchange.submission({ code: null, status: told.status, itemCount: told.itemCount }))
  return {
    httpStatus: 200,
    document: writeAnswer(context, exchange, restoreAnswer(operation, body)),
    outcome: 'repeated',
    code: null,
    statusCode: told.status.code,
  }
}

/** What an accepted request could do better; for its vendor, and for the operator who wonders. */
function adviceOn(exchange: Exchange, operation: WireOperation, envelope: Envelope): Record<string, unknown> | null {
  const conformance = conformanceOf(envelope.document, envelope.payload, exchange.contract)
  const contradicts = exchange.soapAction !== null && !exchange.soapAction.endsWith(`/${wireNames[operation]}`)
  if (conformance === null && !contradicts) return null
  return {
    ...(conformance && { conformance }),
    ...(contradicts && { soapAction: 'contradicts the operation in the Body' }),
  }
}
