import { randomUUID } from 'node:crypto'
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
  type AnswerDocument,
  type Conformance,
  type ErrorCode,
  type Status,
} from '../contract/index.js'
import type { Operation, Party } from '../message/index.js'
import {
  identify,
  recordRefusal,
  recordSubmission,
  type Caller,
  type Context,
  type Service,
  type Submission,
} from '../operations/index.js'
import {
  readEnvelope,
  refuseUnknownHeaders,
  signEnvelope,
  TrustError,
  verify,
  type Registered,
  type Signer,
  type TrustPolicy,
  type VerificationReport,
} from '../trust/index.js'
import { ArrivalError } from './errors.js'
import { perform } from './perform.js'

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

/** One request as it came over HTTP, and what is learnt of it on the way; the message log's row is made of this. */
export class Exchange {
  readonly traceId: string
  readonly receivedAt: Date
  readonly endpoint: 'signed' | 'non-signed'
  readonly remoteAddress: string
  sizeBytes = 0
  operation: Operation | null = null
  /** who the request says is calling; proven only when `service` is set */
  party: Party | null = null
  service: Service | null = null
  exchangeId: string | null = null
  fingerprint: string | null = null
  algorithms: { signatureAlgorithm: string; digestAlgorithm: string } | null = null
  report: VerificationReport | null = null
  notes: Record<string, unknown> | null = null

  constructor(fields: { traceId: string; receivedAt: Date; endpoint: 'signed' | 'non-signed'; remoteAddress: string }) {
    this.traceId = fields.traceId
    this.receivedAt = fields.receivedAt
    this.endpoint = fields.endpoint
    this.remoteAddress = fields.remoteAddress
  }

  /** The caller's SanomaTunniste, or one of our making: the answer always has one (clients.md R3). */
  get answeredExchangeId(): string {
    return (this.exchangeId ??= randomUUID())
  }

  submission(outcome: {
    code: ErrorCode | null
    status: Status | null
    refused?: boolean
    itemCount?: number
    messageCount?: number
  }): Submission {
    return {
      id: this.traceId,
      receivedAt: this.receivedAt,
      endpoint: this.endpoint,
      operation: this.operation,
      outcome: outcome.code === null && outcome.refused !== true ? 'accepted' : 'refused',
      code: outcome.code,
      statusCode: outcome.status?.code ?? null,
      statusText: outcome.status?.text ?? null,
      authorityId: this.service?.authorityId ?? this.party?.authorityId ?? null,
      serviceId: this.service?.id ?? this.party?.serviceId ?? null,
      exchangeId: this.exchangeId,
      fingerprint: this.fingerprint,
      signatureAlgorithm: this.algorithms?.signatureAlgorithm ?? null,
      digestAlgorithm: this.algorithms?.digestAlgorithm ?? null,
      remoteAddress: this.remoteAddress,
      sizeBytes: this.sizeBytes,
      itemCount: outcome.itemCount ?? 0,
      messageCount: outcome.messageCount ?? 0,
      report: this.report,
      notes: this.notes,
    }
  }
}

export interface HttpAnswer {
  readonly httpStatus: 200 | 500 | 503
  readonly document: string
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
    const answer = await accept(context, exchange, raw, charset)
    return {
      httpStatus: 200,
      document: write(context, exchange, answer.document),
      code: null,
      statusCode: answer.status.code,
    }
  } catch (error) {
    return refuse(context, exchange, error)
  }
}

async function accept(context: ExchangeContext, exchange: Exchange, raw: Buffer, charset: string | null) {
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
  return perform(context, command, submitted, head, (tx, told) => {
    exchange.notes = notesOf(told.notes, conformanceOf(envelope.document, envelope.payload))
    return recordSubmission(tx, exchange.submission({ code: null, ...told }))
  })
}

function notesOf(
  outcome: Record<string, unknown> | null,
  conformance: Conformance | null,
): Record<string, unknown> | null {
  return outcome === null && conformance === null ? null : { ...outcome, ...(conformance && { conformance }) }
}

async function verifyCaller(
  context: ExchangeContext,
  exchange: Exchange,
  envelope: ReturnType<typeof readEnvelope>,
): Promise<Caller> {
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
  await recordRefusal(context, exchange.submission({ code, status })).catch((err: unknown) =>
    context.log.error({ event: 'request.not-recorded', traceId: exchange.traceId, code, err }),
  )
  if (status === null || exchange.operation === null) {
    return {
      httpStatus: code === 'OVERLOADED' ? 503 : 500,
      document: encodeFault(code, exchange.traceId),
      code,
      statusCode: null,
    }
  }
  const document = encodeStatus(exchange.operation, {
    status,
    exchangeId: exchange.answeredExchangeId,
    traceId: exchange.traceId,
  })
  return { httpStatus: 200, document: write(context, exchange, document), code, statusCode: status.code }
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
  return signEnvelope((security) => answer.write(security), context.signer, exchange.algorithms ?? MODERN)
}
