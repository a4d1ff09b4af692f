import type { Clock } from '../clock.js'
import type { Log } from '../log.js'
import type { ItemPolicy, Operation, Party, ReminderTimes } from '../message/index.js'
import type { Environment } from '../registration/index.js'
import {
  services,
  submissions,
  type answeredRequests,
  type certificates,
  type Database,
  type Sealer,
  type Tx,
} from '../store/index.js'
import { judgeOperation, type Service } from './caller.js'
import { claimFirst } from './repeats.js'

/** What operations stand on. */
export interface Context {
  readonly db: Database
  readonly sealer: Sealer
  readonly clock: Clock
  readonly log: Log
  readonly policy: OperationPolicy
  readonly canSign: CertificateJudge
  /** tells those who deliver that something was committed for them; nothing depends on it */
  readonly ring: () => void
}

/** Whether a signature of a registered certificate would be taken now; the same policy that requests are judged by. */
export type CertificateJudge = (key: Pick<certificates.KeyRow, 'der' | 'status'>, now: Date) => boolean

export interface OperationPolicy extends ItemPolicy, ReminderTimes {
  /** which services this installation serves */
  readonly environments: 'both' | Environment
  /** whether a new authority may register without a joining code, and is open at once */
  readonly joining: 'code' | 'free'
  readonly unknownThread: 'refuse' | 'ignore'
  readonly maxRecipientsPerQuery: number
}

/** The policy for a service: its own settings narrow the installation's, and never widen them. */
export function policyOf({ policy }: Pick<Context, 'policy'>, { settings }: Service): OperationPolicy {
  const { maxAttachmentBytes = Infinity, attachmentTypes: types } = settings
  return {
    ...policy,
    maxAttachmentBytes: Math.min(policy.maxAttachmentBytes, maxAttachmentBytes),
    attachmentTypes:
      types === undefined ? policy.attachmentTypes : policy.attachmentTypes.filter((t) => types.includes(t)),
  }
}

/** A request, whoever sent it. */
export interface Received {
  /** trace id */
  readonly id: string
  readonly party: Party
  /** bytes as received; kept as evidence of what was accepted, null when the installation keeps none */
  readonly raw: Buffer | null
  /** what makes the request the same as another; null when nothing in it does */
  readonly replay: answeredRequests.ReplayClaim | null
}

/** The request of a service that an operation serves. */
export interface Submitted extends Received {
  readonly service: Service
}

/**
 * Writes the message log's row, and with it what will be answered, in the transaction that makes the answer true:
 * no success leaves without a commit, and no commit belongs to an answer that claims failure.
 */
export type Recorder<Result> = (tx: Tx, result: Result) => Promise<void>

/**
 * Runs the work of one request in one transaction, unless the same signed request was answered before. When the
 * connection is lost while committing, the request's row in the message log tells whether the commit happened.
 * @throws RequestRepeated
 */
export function inTransaction<T>(
  { db }: Context,
  submitted: Pick<Received, 'id' | 'replay'>,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  return db.withTransaction(
    async (tx) => {
      await claimFirst(tx, submitted)
      return work(tx)
    },
    () => submissions.isRecorded(db, submitted.id),
  )
}

/**
 * The same for what a service sends in: judged again, by what the service is now. Since the request was verified an
 * operator may have suspended it, or moved it to the other side.
 * @param work  gets the request with the service as it is now
 * @throws RequestRepeated; CallerError as `judgeOperation`
 */
export const inIntake = <T>(
  context: Context,
  { submitted, operation }: { submitted: Submitted; operation: Operation },
  work: (tx: Tx, submitted: Submitted) => Promise<T>,
): Promise<T> =>
  inTransaction(context, submitted, async (tx) => {
    const service = (await services.findService(tx, submitted.service)) ?? submitted.service
    judgeOperation(service, operation, context.policy)
    return work(tx, { ...submitted, service })
  })
