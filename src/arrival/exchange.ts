import { randomUUID } from 'node:crypto'
import type { ContractName, ErrorCode, Status, WireOperation } from '../contract/index.js'
import { hideIdentityCodes } from '../log.js'
import type { Party } from '../message/index.js'
import type { Connection, Service, Submission } from '../operations/index.js'
import type { VerificationReport } from '../trust/index.js'

/** Longer than any name of a character set that there is. */
const MAX_CHARSET_LENGTH = 40

/** The door that a request came through: the old contract's two, and our own contract's, which takes signed ones only. */
export type Endpoint = Submission['endpoint']

/** One request as it came over HTTP, and what is learnt of it on the way; the message log's row is made of this. */
export class Exchange {
  readonly traceId: string
  readonly receivedAt: Date
  readonly endpoint: Endpoint
  /** what it shows of who calls */
  readonly connection: Connection
  /** as sent; it decides nothing, because nobody signed it */
  readonly soapAction: string | null
  /** charset parameter of its Content-Type */
  charset: string | null = null
  sizeBytes = 0
  operation: WireOperation | null = null
  /** who the request says is calling; proven only when `service` is set */
  party: Party | null = null
  service: Service | null = null
  usesSha1 = false
  exchangeId: string | null = null
  fingerprint: string | null = null
  algorithms: { signatureAlgorithm: string; digestAlgorithm: string } | null = null
  report: VerificationReport | null = null
  notes: Record<string, unknown> | null = null

  constructor(fields: {
    traceId: string
    receivedAt: Date
    endpoint: Endpoint
    connection: Connection
    soapAction: string | null
  }) {
    this.traceId = fields.traceId
    this.receivedAt = fields.receivedAt
    this.endpoint = fields.endpoint
    this.connection = fields.connection
    this.soapAction = fields.soapAction
  }

  /** what the door speaks */
  get contract(): ContractName {
    return this.endpoint === 'joining' ? 'joining' : 'authority'
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
      remoteAddress: this.connection.address,
      sizeBytes: this.sizeBytes,
      itemCount: outcome.itemCount ?? 0,
      messageCount: outcome.messageCount ?? 0,
      report: this.report,
      notes: this.#notesWithCharset(),
    }
  }

  /** The header is not kept with the request: what it says is needed to read it again, unless it is what goes without saying. */
  #notesWithCharset(): object | null {
    if (this.charset === null || /^utf-?8$/i.test(this.charset)) return this.notes
    return { ...this.notes, charset: hideIdentityCodes(this.charset).slice(0, MAX_CHARSET_LENGTH) }
  }
}
