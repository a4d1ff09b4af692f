import { createHash } from 'node:crypto'
import { encodeMessage, encodeStates, type PushHead, type StatePush } from '../contract/index.js'
import { schedules, startTimeLimit, type Channel, type Job, type Outcome } from '../delivery/index.js'
import type { StateCode } from '../message/index.js'
import { environmentIn, isOpen, type ReturnChannel, type ServiceSettings } from '../registration/index.js'
import { deliveries, letters, outbox, services, transitions, type Database, type Sealer } from '../store/index.js'
import type { Signer } from '../trust/index.js'
import { createBatches, type Place } from './batches.js'
import { pushOf, type CitizenMessage, type CitizenMessages } from './citizen-messages.js'
import { createGate } from './gate.js'
import { outcomeOf, outcomeOfError } from './outcomes.js'
import { callTarget, type Called, type Calling, type Push } from './target.js'

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
    if (channel === undefined) return { kind: 'dropped', code: 'NO_RETURN_CHANNEL' }
    if (await hasChangedSide(db, job)) return { kind: 'dropped', code: 'SIDE_CHANGED' }
    const { state, eventId } = (job.about ?? {}) as { state: StateCode; eventId: string }
    const at = (await transitions.eventTime(db, job, eventId)) ?? letter.stateAt
    const { title, authorityEmail } = letter.content.reveal()
    const { number, reference } = letter
    const push = { number, reference, state, at, title, authorityEmail, recipient: letter.recipient.reveal() }
    return go(channel.batchSize ?? 1, { job, push, channel, signer: signerOf(settings), signal })
  }

  // A message with files is in memory several times over while it is encoded, signed and sent.
  const gate = createGate()
  const deliverMessage = async (job: Job, signal: AbortSignal): Promise<Outcome> => {
    const message = await citizenMessages.find(job)
    if (message === null) return GONE
    if (await hasChangedSide(db, job)) return { kind: 'refused', code: 'SIDE_CHANGED' }
    const { returnChannel: channel } = message.settings
    if (channel === undefined) return withoutChannel(job, message)
    if (message.files.every(({ sha256 }) => sha256 === null)) return pushMessage(job, message, channel, signal)
    const leave = await gate.enter(signal, options.timeoutMs)
    if (leave === null) return { kind: 'waiting', code: 'FILES_UNDER_WAY', retryAfterMs: TURN_PAUSE_MS }
    return pushMessage(job, message, channel, signal).finally(leave)
  }

  const pushMessage = async (
    job: Job,
    message: CitizenMessage,
    channel: ReturnChannel,
    signal: AbortSignal,
  ): Promise<Outcome> => {
    const content = await pushOf(db, message)
    const encode = (head: PushHead): string => encodeMessage(head, content)
    const push: Push = { operation: 'pushMessages', ...headOf(job, job.id), encode }
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
/** until a message with files, whose turn did not come, asks for it again */
const TURN_PAUSE_MS = 10_000

const headOf = ({ authorityId, serviceId, environment }: Job, pushId: string): Pick<Push, 'head' | 'environment'> => ({
  environment,
  head: { authorityId, serviceId, pushId },
})

/**
 * Whether the service acts on the other side by now than when it was queued: artificial persons' messages must not go
 * to what serves real ones, nor the other way round. A service that rests or has ended is on no other side.
 */
async function hasChangedSide(db: Database, { authorityId, serviceId, environment }: Job): Promise<boolean> {
  const service = (await services.servicesOf(db, authorityId)).find(({ id }) => id === serviceId)
  return service !== undefined && isOpen(service.state) && environmentIn(service.state) !== environment
}

/** What a citizen wrote is never lost in silence: it goes by e-mail when there is an address, or an operator sees it. */
function withoutChannel(job: Job, { settings, content }: CitizenMessage): Outcome {
  const hasAddress = settings.replyEmail !== undefined || content.reveal().authorityEmail !== null
  if (!hasAddress) return { kind: 'refused', code: 'NO_RETURN_CHANNEL' }
  const { bucket, messageId, authorityId, serviceId, environment, purpose, priority } = job
  const delivery = { bucket, messageId, environment, purpose, priority, channel: 'email' } as const
  return {
    kind: 'delivered',
    write: async (tx) => {
      await deliveries.insertDelivery(tx, { ...delivery, service: { authorityId, serviceId } })
    },
    detail: { forwardedTo: 'email' },
  }
}

/**
 * One request with all that are still wanted; each gets the outcome of the whole, for there is no other (paluukanava.md
 * §2). Each goes alone when the whole came to nothing by what may be one's fault, and fails by itself.
 */
async function pushStates(
  options: ReturnChannelOptions,
  reports: readonly Report[],
): Promise<readonly PromiseSettledResult<Outcome>[]> {
  const wanted = reports.filter(({ signal }) => !signal.aborted)
  const together = wanted.length > 1 ? await pushTogether(options, wanted) : null
  const outcomes = new Map(together?.map((outcome, i) => [wanted[i]!, outcome]))
  return Promise.allSettled(reports.map(async (report) => outcomes.get(report) ?? pushAlone(options, report)))
}

/** @returns null when one of them may be what the receiver cannot take, or what cannot be sent */
async function pushTogether(
  options: ReturnChannelOptions,
  reports: readonly Report[],
): Promise<readonly Outcome[] | null> {
  // Whatever is thrown here is thrown, and logged, once more for the one that it belongs to.
  const called = await callWith(options, reports).catch(() => null)
  if (called === null) return null
  if (!('authorityReference' in called)) return toldOnce(reports.map(() => called))
  return called.kind === 'refused' ? null : toldOnce(reports.map(() => outcomeOf(called, 0)))
}

async function pushAlone(options: ReturnChannelOptions, report: Report): Promise<Outcome> {
  const called = await callWith(options, [report])
  if (!('authorityReference' in called)) return called
  return outcomeOf(
    called,
    called.kind === 'refused' ? await outbox.countOutcomes(options.db, report.job, 'refused') : 0,
  )
}

function callWith(options: ReturnChannelOptions, reports: readonly Report[]): Promise<Called | Outcome> {
  const { job, channel, signer } = reports[0]!
  const signal = AbortSignal.any(reports.map((report) => report.signal))
  const states = reports.map(({ push }) => push)
  const encode = (head: PushHead): string => encodeStates(head, states)
  const push: Push = { operation: 'pushStates', ...headOf(job, pushIdOf(reports)), encode }
  return attempting(options, signal, (limited) => callTarget(options, channel, signer, push, limited))
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
  const limit = startTimeLimit(timeoutMs, signal)
  try {
    return await work(limit.signal)
  } catch (error) {
    signal.throwIfAborted()
    if (limit.isLate()) return { kind: 'unreachable', code: 'TIMED_OUT' }
    const outcome = outcomeOfError(error)
    if (outcome === null) throw error
    return outcome
  } finally {
    limit.end()
  }
}
