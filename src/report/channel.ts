import { createHash } from 'node:crypto'
import { encodeMessage, encodeStates, type PushHead, type StatePush } from '../contract/index.js'
import { schedules, type Channel, type Job, type Outcome } from '../delivery/index.js'
import type { StateCode } from '../message/index.js'
import type { ReturnChannel, ServiceSettings } from '../registration/index.js'
import { letters, outbox, transitions, type Database, type Sealer } from '../store/index.js'
import type { Signer } from '../trust/index.js'
import { createBatches, type Place } from './batches.js'
import { pushOf, type CitizenMessages } from './citizen-messages.js'
import { outcomeOf, outcomeOfError } from './outcomes.js'
import { callTarget, type Calling, type Push } from './target.js'

export interface ReturnChannelOptions extends Calling {
  readonly db: Database
  readonly sealer: Sealer
  readonly signer: (which: 'current' | 'next') => Signer
  readonly citizenMessages: CitizenMessages
  readonly timeoutMs: number
  /** deliveries in hand at once, of all authorities */
  readonly concurrency: number
}

/** A state on its way, with what its service wants. */
interface Report {
  readonly job: Job
  readonly push: StatePush
  readonly channel: ReturnChannel
  readonly signer: Signer
  readonly signal: AbortSignal
}

/**
 * Pushes states, and what citizens write, to the SOAP services that authorities host. At least once: the receiver tells
 * a repeat by AsiointitiliTunniste and KohteenTila, or by AsiointitiliTunniste alone (paluukanava.md §6). Source:
 * paluukanava.md; docs/return-channel.md.
 */
export function createReturnChannel(options: ReturnChannelOptions): Channel {
  const { db, sealer, citizenMessages } = options
  const signerOf = (settings: ServiceSettings): Signer => options.signer(settings.signingKey ?? 'current')
  const enter = createBatches((reports: readonly Report[]) => pushStates(options, reports))

  const deliverState = async (job: Job, signal: AbortSignal, { go }: Place<Report, Outcome>): Promise<Outcome> => {
    const letter = await letters.findLetter(db, sealer, job)
    if (letter === null) return GONE
    const { settings } = letter
    const { returnChannel: channel } = settings
    if (channel === undefined) return NO_CHANNEL
    const { state, eventId } = (job.about ?? {}) as { state: StateCode; eventId: string }
    const at = (await transitions.eventTime(db, job, eventId)) ?? letter.stateAt
    const { title, authorityEmail } = letter.content.reveal()
    const { number, reference } = letter
    const push = { number, reference, state, at, title, authorityEmail, recipient: letter.recipient.reveal() }
    return go(channel.batchSize ?? 1, { job, push, channel, signer: signerOf(settings), signal })
  }

  const deliverMessage = async (job: Job, signal: AbortSignal): Promise<Outcome> => {
    const message = await citizenMessages.find(job)
    if (message === null) return GONE
    const { returnChannel: channel } = message.settings
    if (channel === undefined) return NO_CHANNEL
    const content = await pushOf(db, message)
    const encode = (head: PushHead): string => encodeMessage(head, content)
    const push: Push = { operation: 'pushMessages', head: headOf(job, job.id), encode }
    return attempting(options, signal, async (limited) => {
      const called = await callTarget(options, channel, signerOf(message.settings), push, limited)
      const outcome = outcomeOf(called, await outbox.countOutcomes(db, job, 'refused'))
      const { authorityReference } = called
      if (outcome.kind !== 'delivered' || authorityReference === null) return outcome
      return { ...outcome, write: (tx) => citizenMessages.setAuthorityReference(tx, job, authorityReference) }
    })
  }

  return {
    name: 'return-channel',
    concurrency: options.concurrency,
    concurrencyPerLine: Math.ceil(options.concurrency / 2),
    // Time for a batch that is refused and whose items then go alone, and for what stands around the calls.
    timeoutMs: 2 * options.timeoutMs + 5_000,
    pausesMs: schedules.returnChannel,
    deliver: (job, signal) => {
      if (job.purpose === 'citizen-message') return deliverMessage(job, signal)
      // Entered before anything is waited for: those of one claim find each other.
      const place = enter(`${job.authorityId}/${job.serviceId}`)
      return deliverState(job, signal, place).finally(place.leave)
    },
  }
}

const GONE: Outcome = { kind: 'dropped', code: 'MESSAGE_GONE' }
const NO_CHANNEL: Outcome = { kind: 'dropped', code: 'NO_RETURN_CHANNEL' }

const headOf = ({ authorityId, serviceId }: Job, pushId: string): Push['head'] => ({ authorityId, serviceId, pushId })

/** One request with all of them; each gets the outcome of the whole, for there is no other (paluukanava.md §2). */
async function pushStates(options: ReturnChannelOptions, reports: readonly Report[]): Promise<readonly Outcome[]> {
  const { job, channel, signer } = reports[0]!
  const signal = AbortSignal.any(reports.map((report) => report.signal))
  const encode = (head: PushHead): string =>
    encodeStates(
      head,
      reports.map(({ push }) => push),
    )
  const push: Push = { operation: 'pushStates', head: headOf(job, pushIdOf(reports)), encode }
  const called = await attempting(options, signal, (limited) => callTarget(options, channel, signer, push, limited))
  if ('authorityReference' in called) {
    // One of them may be what the receiver cannot take: each goes alone, so that the others arrive.
    if (called.kind === 'refused' && reports.length > 1) return eachAlone(options, reports)
    return Promise.all(
      reports.map(async (report) =>
        outcomeOf(
          called,
          called.kind === 'refused' ? await outbox.countOutcomes(options.db, report.job, 'refused') : 0,
        ),
      ),
    ).then(toldOnce)
  }
  return toldOnce(reports.map(() => called))
}

async function eachAlone(options: ReturnChannelOptions, reports: readonly Report[]): Promise<readonly Outcome[]> {
  return (await Promise.all(reports.map((report) => pushStates(options, [report])))).flat()
}

/** A request that was not answered is one failure of the line, however many deliveries were in it. */
const toldOnce = (outcomes: readonly Outcome[]): readonly Outcome[] =>
  outcomes.map((outcome, i) =>
    i > 0 && outcome.kind === 'unreachable' ? { ...outcome, isToldElsewhere: true } : outcome,
  )

/** The delivery's own id; of several together a name that the same ones always have. */
function pushIdOf(reports: readonly Report[]): string {
  if (reports.length === 1) return reports[0]!.job.id
  const ids = reports.map(({ job }) => job.id).sort()
  return createHash('sha256').update(ids.join()).digest('hex').slice(0, 32)
}

/** Calls within the time; what breaks a connection is an outcome, unless the worker broke it. */
async function attempting<T>(
  { timeoutMs }: ReturnChannelOptions,
  signal: AbortSignal,
  work: (limited: AbortSignal) => Promise<T>,
): Promise<T | Outcome> {
  signal.throwIfAborted()
  const limit = AbortSignal.timeout(timeoutMs)
  try {
    return await work(AbortSignal.any([signal, limit]))
  } catch (error) {
    signal.throwIfAborted()
    if (limit.aborted) return { kind: 'unreachable', code: 'TIMED_OUT' }
    const outcome = outcomeOfError(error)
    if (outcome === null) throw error
    return outcome
  }
}
