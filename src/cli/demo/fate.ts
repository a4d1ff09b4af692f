import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { attachments, messages, submissions } from '../../store/index.js'
import type { VerificationReport } from '../../trust/index.js'
import type { Exchange } from '../send/call.js'
import type { Letter } from '../send/letter.js'
import type { Session } from '../session.js'

/** What is stored of a letter that was accepted. */
export interface Fate {
  readonly message: messages.ListedMessage
  /** messages under the letter's reference */
  readonly messageCount: number
  /** checks of the signature, all passed */
  readonly checkCount: number
  readonly attachment: attachments.StoredAttachment
  /** SHA-256 of the attachment's bytes as they were read back, hex */
  readonly sha256: string
}

export interface Verdict {
  readonly sentence: string
  readonly holds: boolean
}

/** Reads back what became of a letter; `unknown` when this database has never seen the request. */
export async function readFate(
  session: Session,
  letter: Letter,
  { answer }: Exchange,
): Promise<Fate | 'unknown' | 'refused'> {
  const { db, sealer } = session
  const request = answer.traceId === null ? null : await submissions.findSubmission(db, answer.traceId)
  if (request === null) return 'unknown'
  const found = await messages.listMessages(db, sealer, { reference: letter.reference, limit: 100 })
  const [attachment] = await attachments.attachmentsOf(db, request.id)
  const message = found.find(({ traceId }) => traceId === request.id)
  if (message === undefined || attachment === undefined) return 'refused'
  return {
    message,
    messageCount: found.length,
    checkCount: (request.report as VerificationReport | null)?.checks.length ?? 0,
    attachment,
    sha256: await readBack(session, attachment),
  }
}

const LOOK_AGAIN_MS = 100
const PATIENCE_MS = 5_000
const OPEN = ['ready', 'scheduled', 'leased']

/** The same once the letter has left, or after some seconds: delivering begins when the answer is out. */
export async function readFateWhenDelivered(...asked: Parameters<typeof readFate>): ReturnType<typeof readFate> {
  for (const end = Date.now() + PATIENCE_MS; ; await sleep(LOOK_AGAIN_MS)) {
    const fate = await readFate(...asked)
    const isOnItsWay = typeof fate === 'object' && fate.message.deliveries.some(({ state }) => OPEN.includes(state))
    if (!isOnItsWay || Date.now() > end) return fate
  }
}

/** Reading verifies the stored hash as well; a damaged attachment ends the demo with an error. */
async function readBack({ db }: Session, attachment: attachments.StoredAttachment): Promise<string> {
  const hash = createHash('sha256')
  for await (const piece of attachments.readAttachmentData(db, attachment, attachment.sha256 ?? Buffer.alloc(0)))
    hash.update(piece)
  return hash.digest('hex')
}

/** What the demo set out to show, checked against the database. */
export function judge(
  letter: Letter,
  before: Fate,
  again: Exchange,
  after: Awaited<ReturnType<typeof readFate>>,
): Verdict[] {
  const { content } = letter.files[0]!
  const { attachment, sha256 } = before
  return [
    { sentence: 'what was answered with 202 is in the database, once', holds: before.messageCount === 1 },
    {
      sentence: 'the stored attachment is the one that was sent, byte for byte (size and SHA-256)',
      holds: attachment.sizeBytes === content.length && sha256 === createHash('sha256').update(content).digest('hex'),
    },
    {
      sentence: 'the same reference sent again is answered as a duplicate (525)',
      holds: !again.answer.accepted && again.answer.code === 525,
    },
    {
      sentence: 'the second request stored nothing',
      holds: typeof after === 'object' && after.messageCount === before.messageCount,
    },
  ]
}
