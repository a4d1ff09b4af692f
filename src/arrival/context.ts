import type { ErrorCode } from '../contract/index.js'
import type { Context, Service } from '../operations/index.js'
import type { Registered, Signer, TrustPolicy } from '../trust/index.js'
import type { Copies } from './copies.js'
import type { EvidenceBudget } from './evidence-budget.js'
import type { Limits } from './limits.js'
import type { OldAlgorithmWatch } from './old-algorithms.js'

/** A registered certificate with the services that it may speak for. */
export interface Owner extends Registered {
  readonly services: readonly Service[]
}

export type ResponseSecurity = 'none' | 'signature' | 'signature+timestamp'

/** What serving a request stands on. */
export interface ExchangeContext extends Context {
  readonly trust: TrustPolicy
  readonly findCertificate: (fingerprint: string) => Promise<Owner | null>
  readonly certificatesOf: (authorityId: string) => Promise<readonly Owner[]>
  /** the next key during a rollover; the current one again when there is no next */
  readonly signer: (which: 'current' | 'next') => Signer
  readonly responseSecurity: ResponseSecurity
  /** 'proven' opens the unsigned endpoint to services whose connection proves who calls, 'anyone' to everybody */
  readonly nonSigned: 'off' | 'proven' | 'anyone'
  readonly oldAlgorithms: OldAlgorithmWatch
  readonly copies: Copies
  /** how often one service may call */
  readonly perService: Limits['perService']
  readonly keepEvidence: boolean
  /** which refused requests are kept, sealed, for a while */
  readonly refusedEvidence: EvidenceBudget
}

export interface HttpAnswer {
  readonly httpStatus: 200 | 500 | 503
  readonly document: string
  readonly outcome: 'accepted' | 'refused' | 'repeated'
  readonly code: ErrorCode | null
  readonly statusCode: number | null
  /** of the refusal whose row stands for this one, when it is another */
  readonly traceId?: string
  /** of a 503: when it is worth coming again */
  readonly retryAfterSeconds?: number
}
