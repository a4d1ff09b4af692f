import { GatewayError } from '../errors.js'
import {
  conformanceOf,
  ContractError,
  decodeCommand,
  decodeParty,
  encodeFault,
  encodeStatus,
  isErrorCode,
  operationOf,
  statusFor,
  wireNames,
  type AnswerDocument,
  type ErrorCode,
} from '../contract/index.js'
import {
  identify,
  recordRefusal,
  recordSubmission,
  type Caller,
  type Context,
  type Service,
} from '../operations/index.js'
import {
  readEnvelope,
  refuseUnknownHeaders,
  signEnvelope,
  TrustError,
  verify,
  type Envelope,
  type Registered,
  type Signer,
  type TrustPolicy,
} from '../trust/index.js'
import { ArrivalError } from './errors.js'
import { perform, type PerformedAnswer, type Serving } from './perform.js'

import type { Operation } from '../message/index.js'
import { Exchange } from './exchange.js'
/** A registered certificate with the services that it may speak for. */
export interface Owner extends Registered {
  readonly services: readonly Service[]
}

export interface ExchangeContext extends Context {
  readonly trust: TrustPolicy
  readonly findCertificate: (fingerprint: string) => Promise<Owner | null>
  readonly signer: Signer | null
  readonly responseSecurity: 'none' | 'signature'
  readonly nonSigned: 'off' | 'on'
  readonly keepEvidence: boolean
}

export interface HttpAnswer {
  readonly httpStatus: 200 | 500 | 503
  readonly document: string
  readonly outcome: 'accepted' | 'refused'
  readonly code: ErrorCode | null
  readonly statusCode: number | null
}

/** Serves one request: understood, verified, performed, recorded, answered. Never throws. */
export async function serve(
  context: ExchangeContext,
  exchange: Exchange,
  raw: Buffer,
  charset: string | null,
): Promise<HttpAnswer> {
  try {
    const { told, document } = await accept(context, exchange, raw, charset)
    const outcome = told.refused ? 'refused' : 'accepted'
    return {
      httpStatus: 200,
      document: write(context, exchange, document),
      outcome,
      code: null,
      statusCode: told.status.code,
    }
  } catch (error) {
    return refuse(context, exchange, error)
  }
}

async function accept(
  context: ExchangeContext,
  exchange: Exchange,
  raw: Buffer,
  charset: string | null,
): Promise<PerformedAnswer> {
  const envelope = readEnvelope(raw, charset)
  exchange.operation = operationOf(envelope.payload)
  exchange.party = decodeParty(envelope.payload)
  exchange.exchangeId = exchange.party.exchangeId
  refuseUnknownHeaders(envelope)
  const caller = exchange.endpoint === 'signed' ? await verifyCaller(context, exchange, envelope) : openCaller(context)
  const service = await identify(context.db, caller, exchange.party, exchange.operation)
  exchange.service = service
  const command = decodeCommand(envelope.payload)
  const submitted = { id: exchange.traceId, service, party: exchange.party, raw: context.keepEvidence ? raw : null }
  const head = { exchangeId: exchange.answeredExchangeId, traceId: exchange.traceId }
  const advice = adviceOn(exchange, exchange.operation, envelope)
  const record: Serving['record'] = (tx, told) => {
    exchange.notes = told.notes === null && advice === null ? null : { ...told.notes, ...advice }
    return recordSubmission(tx, exchange.submission({ code: null, ...told }))
  }
  return perform({ context, submitted, head, record }, command)
}

/** What an accepted request could do better; for its vendor, and for the operator who wonders. */
function adviceOn(exchange: Exchange, operation: Operation, envelope: Envelope): Record<string, unknown> | null {
  const conformance = conformanceOf(envelope.document, envelope.payload)
  const contradicts = exchange.soapAction !== null && !exchange.soapAction.endsWith(`/${wireNames[operation]}`)
  if (conformance === null && !contradicts) return null
  return {
    ...(conformance && { conformance }),
    ...(contradicts && { soapAction: 'contradicts the operation in the Body' }),
  }
}

async function verifyCaller(context: ExchangeContext, exchange: Exchange, envelope: Envelope): Promise<Caller> {
  const verified = await verify(envelope, {
    now: context.clock.now(),
    policy: context.trust,
    findCertificate: context.findCertificate,
  })
  exchange.fingerprint = verified.owner.certificate.fingerprint
  exchange.algorithms = { signatureAlgorithm: verified.signatureAlgorithm, digestAlgorithm: verified.digestAlgorithm }
  exchange.report = verified.report
  return { kind: 'certificate', services: verified.owner.services }
}

function openCaller({ nonSigned }: ExchangeContext): Caller {
  if (nonSigned === 'off') throw new ArrivalError('NON_SIGNED_CLOSED', 'The unsigned endpoint is closed')
  return { kind: 'unproven' }
}

/** Answers a request that was not accepted, after writing its row of the message log. */
export async function refuse(context: ExchangeContext, exchange: Exchange, error: unknown): Promise<HttpAnswer> {
  const code = codeOf(error)
  if (code === 'INTERNAL') context.log.error({ event: 'request.failed', traceId: exchange.traceId, err: error })
  if (error instanceof TrustError) learnFrom(exchange, error)
  if (error instanceof ContractError || error instanceof ArrivalError) exchange.notes = { reason: error.message }
  const status = statusFor(code, exchange.operation)
  // Named before it is recorded, so that the log has the id that the answer has.
  const exchangeId = status === null ? null : exchange.answeredExchangeId
  await recordRefusal(context, exchange.submission({ code, status })).catch((err: unknown) =>
    context.log.error({ event: 'request.not-recorded', traceId: exchange.traceId, code, err }),
  )
  if (status === null || exchangeId === null || exchange.operation === null) {
    return {
      httpStatus: code === 'OVERLOADED' ? 503 : 500,
      document: encodeFault(code, exchange.traceId),
      outcome: 'refused',
      code,
      statusCode: null,
    }
  }
  const document = encodeStatus(exchange.operation, { status, exchangeId, traceId: exchange.traceId })
  return {
    httpStatus: 200,
    document: write(context, exchange, document),
    outcome: 'refused',
    code,
    statusCode: status.code,
  }
}

function learnFrom(exchange: Exchange, error: TrustError): void {
  exchange.report = error.report
  for (const { facts } of error.report?.checks ?? []) {
    if (typeof facts['fingerprint'] === 'string') exchange.fingerprint = facts['fingerprint']
    if (typeof facts['signatureAlgorithm'] === 'string' && typeof facts['digestAlgorithm'] === 'string') {
      exchange.algorithms = {
        signatureAlgorithm: facts['signatureAlgorithm'],
        digestAlgorithm: facts['digestAlgorithm'],
      }
    }
  }
}

function codeOf(error: unknown): ErrorCode {
  const code: string = error instanceof GatewayError ? String(error.code) : ''
  return isErrorCode(code) ? code : 'INTERNAL'
}

const MODERN = {
  signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
}

/** Answers on the signed endpoint are signed, in the caller's own algorithms, 406 too: some clients read no others (wss.md §5, §8). */
function write(context: ExchangeContext, exchange: Exchange, answer: AnswerDocument): string {
  const wanted = exchange.service?.settings.responseSecurity ?? context.responseSecurity
  if (exchange.endpoint === 'non-signed' || wanted === 'none' || context.signer === null) return answer.write()
  try {
    return signEnvelope((security) => answer.write(security), context.signer, exchange.algorithms ?? MODERN)
  } catch (err) {
    // What it tells is committed: an answer without a signature is true, one that claims failure would not be.
    context.log.error({ event: 'answer.not-signed', traceId: exchange.traceId, err })
    return answer.write()
  }
}
