import { states, type Purpose } from '../message/index.js'
import type { Log } from '../log.js'
import { attachments, letters, scans, transitions, type Database } from '../store/index.js'
import type { Channel, Job, Outcome, Write } from './channel.js'
import type { NoVerdict, Scanner } from './scanner/scanner.js'
import { startTimeLimit } from './time-limit.js'

/** An item, or a citizen's message. */
export interface Inspected {
  readonly bucket: number
  readonly itemId: string
}

/** What is known of the files of an item. Only of `clean` ones anybody may see anything. */
export type Inspection =
  | { readonly kind: 'clean' }
  /** `note` writes on the attachment that it was found, in the transaction of what follows from it */
  | { readonly kind: 'found'; readonly attachmentId: string; readonly signature: string | null; readonly note: Write }
  /** its bytes are not those that were taken */
  | { readonly kind: 'damaged'; readonly attachmentId: string }
  | { readonly kind: 'unknown'; readonly code: 'SCANNER_AWAY' | 'SCANNER_LIMIT'; readonly reason: NoVerdict | 'busy' }

/** Has the files of an item scanned that were not yet; each once, whoever else has them too. */
export interface Inspector {
  inspect(of: Inspected, signal: AbortSignal): Promise<Inspection>
}

interface InspectorOptions {
  readonly db: Database
  readonly log: Log
  readonly scanner: Scanner
  /** one inspection; what it has found clean by then is kept */
  readonly limitMs?: number
}

/** `stop` is the caller's wish, `within` that and the time. */
interface Signals {
  readonly stop: AbortSignal
  readonly within: AbortSignal
}

/** What an inspection may take; the time that the channel has for delivering comes on top. */
const LIMIT_MS = 120_000

/**
 * Any number of processes inspect at once: two that meet at one file both scan it, and say the same. While the scanner
 * does not answer, one inspection at a time asks it, so that the others do not hold their places waiting.
 */
export function createInspector({ db, log, scanner, limitMs = LIMIT_MS }: InspectorOptions): Inspector {
  let isAway = false
  let isTrying = false

  const scan = async (bucket: number, file: letters.LetterFile, { within, stop }: Signals): Promise<Inspection> => {
    const attachment = { bucket, attachmentId: file.id }
    try {
      const verdict = await scanner.scan(attachments.readAttachmentData(db, attachment, file.sha256!), within)
      // A worker that stops says nothing of the scanner.
      if (verdict.kind === 'none') stop.throwIfAborted()
      noteAway(verdict.kind === 'none' ? verdict.reason : null)
      if (verdict.kind === 'found') return foundIn(attachment, verdict.signature)
      if (verdict.kind === 'none') return unknown(verdict.reason)
      await scans.noteScan(db, attachment, 'clean')
      return CLEAN
    } catch (error) {
      if (error instanceof attachments.AttachmentDamaged) return { kind: 'damaged', attachmentId: file.id }
      throw error
    }
  }

  const noteAway = (reason: NoVerdict | null): void => {
    const away = reason === 'refused' || reason === 'timeout'
    if (away && !isAway) log.warn({ event: 'scanner.away', reason })
    if (!away && isAway) log.info({ event: 'scanner.back' })
    isAway = away
  }

  const inspectAll = async ({ bucket, itemId }: Inspected, signals: Signals): Promise<Inspection> => {
    const files = (await letters.filesOf(db, { bucket, itemId })).filter(({ sha256 }) => sha256 !== null)
    const known = files.find((file) => file.scan === 'found')
    if (known !== undefined) return foundIn({ bucket, attachmentId: known.id }, null)
    for (const file of files) {
      if (file.scan === 'clean') continue
      const result = await scan(bucket, file, signals)
      if (result.kind !== 'clean') return result
    }
    return CLEAN
  }

  return {
    inspect: async (of, stop) => {
      const limit = startTimeLimit(limitMs, stop)
      const signals = { stop, within: limit.signal }
      let tries = false
      try {
        if (isAway && isTrying && needsScan(await letters.filesOf(db, of))) return BUSY
        tries = isAway && !isTrying
        if (tries) isTrying = true
        return await inspectAll(of, signals)
      } finally {
        if (tries) isTrying = false
        limit.end()
      }
    },
  }
}

const CLEAN = { kind: 'clean' } as const
const BUSY = { kind: 'unknown', code: 'SCANNER_AWAY', reason: 'busy' } as const
const unknown = (reason: NoVerdict): Inspection => ({
  kind: 'unknown',
  code: reason === 'size-limit' ? 'SCANNER_LIMIT' : 'SCANNER_AWAY',
  reason,
})
const needsScan = (files: readonly letters.LetterFile[]): boolean =>
  files.some(({ sha256, scan }) => sha256 !== null && scan === null)

const foundIn = (attachment: { bucket: number; attachmentId: string }, signature: string | null): Inspection => ({
  kind: 'found',
  attachmentId: attachment.attachmentId,
  signature,
  note: (tx) => scans.noteScan(tx, attachment, 'found'),
})

const SECOND = 1_000
/** A quarter of the time that it has waited already, within these; a fifth more or less, so that not all come at once. */
const WAIT_MS = { least: 30 * SECOND, most: 300 * SECOND }

/** Purposes that files leave with. */
const INSPECTED: readonly Purpose[] = ['message', 'citizen-message']

/** When to ask again, by how long the delivery has waited: nothing needs to be counted for it. */
export function scannerPauseMs(queuedAt: Date, divisor: number, now = Date.now()): number {
  const pause = Math.min(WAIT_MS.most, Math.max(WAIT_MS.least, ((now - queuedAt.getTime()) * divisor) / 4))
  return (pause * (0.9 + Math.random() * 0.2)) / divisor
}

/**
 * The channel, for which the files of every message and of what citizens write are inspected before it delivers: what is
 * not known to be clean waits, a virus and damaged bytes end the message. Without an inspector nothing is scanned, and damage shows when it is read.
 */
export function withInspection(
  channel: Channel,
  { db, inspector, pauseDivisor = 1 }: { db: Database; inspector: Inspector | null; pauseDivisor?: number },
): Channel {
  const itemOf = async (job: Job): Promise<string | null> =>
    job.purpose === 'citizen-message' ? job.messageId : scans.itemOf(db, job)

  const inspect = async (job: Job, signal: AbortSignal): Promise<Outcome | null> => {
    const itemId = inspector === null ? null : await itemOf(job)
    if (inspector === null || itemId === null) return null
    const inspection = await inspector.inspect({ bucket: job.bucket, itemId }, signal)
    switch (inspection.kind) {
      case 'clean':
        return null
      case 'found':
        return virusFound(job, inspection)
      case 'damaged':
        return damaged(job, { attachmentId: inspection.attachmentId })
      case 'unknown':
        return {
          kind: 'waiting',
          code: inspection.code,
          retryAfterMs: scannerPauseMs(job.createdAt, pauseDivisor),
          detail: { reason: inspection.reason },
        }
    }
  }
  return {
    ...channel,
    timeoutMs: channel.timeoutMs + (inspector === null ? 0 : LIMIT_MS),
    deliver: async (job, signal) => {
      if (!INSPECTED.includes(job.purpose)) return channel.deliver(job, signal)
      try {
        return (await inspect(job, signal)) ?? (await channel.deliver(job, signal))
      } catch (error) {
        if (error instanceof attachments.AttachmentDamaged) return damaged(job, {})
        throw error
      }
    },
  }
}

const virusFound = (job: Job, { attachmentId, signature, note }: Extract<Inspection, { kind: 'found' }>): Outcome => ({
  kind: 'refused',
  code: 'VIRUS_FOUND',
  detail: { attachmentId, signature },
  write: async (tx) => {
    await transitions.moveMessage(tx, job, states.virusFound, 'scanner')
    await note(tx)
  },
})

const damaged = (job: Job, detail: object): Outcome => ({
  kind: 'refused',
  code: 'ATTACHMENT_DAMAGED',
  detail,
  write: async (tx) => {
    await transitions.moveMessage(tx, job, states.attachmentNotSaved, 'inspection')
  },
})
