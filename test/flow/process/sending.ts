import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadKeys } from '../../../src/keys/index.js'
import { demoService, sandboxFiles, testPersons } from '../../../src/sandbox/index.js'
import { attachments, createSealer, evidence, type Queryable } from '../../../src/store/index.js'
import {
  clientNamed,
  DUPLICATE_SENTENCE,
  examplePdf,
  postAsClient,
  type BuiltRequest,
  type ClientRequest,
} from '../../support/clients/index.js'
import { alsoTidy } from '../../support/gateway-process.js'

/** A letter that an authority wants to send, however often it takes. */
export interface Letter {
  readonly reference: string
  readonly request: ClientRequest
  /** of each attachment */
  readonly sha256: readonly string[]
}

export interface LetterAnswer {
  readonly httpStatus: number
  readonly code: number | null
  readonly text: string
  readonly traceId: string
  /** of the request's bytes */
  readonly requestSha256: string
}

const client = clientNamed('evaka')
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

/** A letter to a test person with a mailbox; its attachments are different from all others. */
export function newLetter({ attachmentBytes = [700] }: { attachmentBytes?: readonly number[] } = {}): Letter {
  const files = attachmentBytes.map((size, at) => ({
    name: `liite-${at + 1}.pdf`,
    mime: 'application/pdf',
    content: Buffer.concat([examplePdf(), randomBytes(size)]),
  }))
  const ids = { authorityId: demoService.authorityId, serviceId: demoService.id }
  const { id, idType } = testPersons[0]!
  const request = client.example('LahetaViesti', ids, { recipientId: id, idType, attachments: files })
  return { reference: request.reference, request, sha256: files.map(({ content }) => sha256(content)) }
}

/** The demo authority of one data folder: signs with the key that its gateway made, sends as eVaka does. */
export interface Sender {
  build(letter: Letter): BuiltRequest
  /** One attempt, with a SanomaTunniste of its own. Rejects when the connection fails. */
  send(origin: string, letter: Letter): Promise<LetterAnswer>
}

export function demoSender(dataDir: string): Sender {
  const files = sandboxFiles(dataDir)
  const privateKeyPem = readFileSync(files.demoKeyFile, 'utf8')
  const certificatePem = readFileSync(files.demoCertificateFile, 'utf8')
  const build = ({ request }: Letter): BuiltRequest => {
    const exchangeId = randomBytes(16).toString('hex')
    const now = new Date()
    return client.build({ ...request, exchangeId }, { layout: 'spring-ws', privateKeyPem, certificatePem, now })
  }
  return {
    build,
    send: async (origin, letter) => {
      const built = build(letter)
      return readLetterAnswer(await postAsClient(origin, built), built.body)
    },
  }
}

export function readLetterAnswer(answer: Awaited<ReturnType<typeof postAsClient>>, sent: Buffer): LetterAnswer {
  const { code, text } = client.readAnswer('LahetaViesti', answer.body)
  const traceId = String(answer.headers['x-trace-id'])
  return { httpStatus: answer.status, code, text: text ?? '', traceId, requestSha256: sha256(sent) }
}

export const isDuplicate = ({ code, text }: LetterAnswer): boolean =>
  code === 525 && text.startsWith(DUPLICATE_SENTENCE)

/** What the authority knows: which letters it tried to send, and which of them it was told are taken. */
export class Ledger {
  readonly attempted = new Map<string, Letter>()
  readonly acked = new Map<string, LetterAnswer>()
  /** taken, but the answer that said so was lost: a repeat was told that it is one */
  readonly recovered = new Set<string>()
  /** answers that are neither, by code */
  readonly others: LetterAnswer[] = []

  attempt(letter: Letter): void {
    this.attempted.set(letter.reference, letter)
  }

  /** Notes an answer; true when it is a definite one. */
  note(letter: Letter, answer: LetterAnswer): boolean {
    if (answer.code === 202) this.acked.set(letter.reference, answer)
    else if (isDuplicate(answer)) this.recovered.add(letter.reference)
    else this.others.push(answer)
    return answer.code === 202 || isDuplicate(answer)
  }
}

/** Callers who send new letters until told to stop, each again and again until there is a definite answer, as an authority does. */
export interface Senders {
  /** no new letters; resolves when each begun has its definite answer */
  finish(): Promise<void>
}

export function startSenders(options: { count: number; sender: Sender; ledger: Ledger; origin: string }): Senders {
  const state: SendersState = { isOver: false, isAbandoned: false }
  // After a failed test nobody waits for them any more, and a dead gateway never answers.
  alsoTidy(() => (state.isAbandoned = true))
  const running = Promise.all(Array.from({ length: options.count }, () => keepSending(options, state)))
  running.catch(() => undefined) // told by finish
  return {
    finish: async () => {
      state.isOver = true
      await running
    },
  }
}

const ANSWER_LIMIT_MS = 30_000

interface SendersState {
  isOver: boolean
  isAbandoned: boolean
}

async function keepSending(
  { sender, ledger, origin }: { sender: Sender; ledger: Ledger; origin: string },
  state: SendersState,
): Promise<void> {
  while (!state.isOver && !state.isAbandoned) {
    const letter = newLetter()
    ledger.attempt(letter)
    for (const limit = Date.now() + ANSWER_LIMIT_MS; !state.isAbandoned;) {
      if (Date.now() > limit) throw new Error('A letter got no definite answer within thirty seconds')
      const answer = await sender.send(origin, letter).catch(() => null)
      if (answer !== null && ledger.note(letter, answer)) break
      await sleep(20)
    }
  }
}

/** What must be zero after every fault (reliability.md §6, I1–I5). */
export const noViolations = {
  lost: 0,
  storedUnderOtherId: 0,
  twoForOneReference: 0,
  unexpected: 0,
  damaged: 0,
  damagedEvidence: 0,
  withoutDelivery: 0,
  withoutHistory: 0,
  keysWithoutMessage: 0,
  itemsWithoutMessage: 0,
}

interface StoredLetter {
  bucket: number
  item_id: string
  reference: string
  submission_id: string
  messages: number
  undelivered: number
  unrecorded: number
}

/** Counts the violations in the database of a data folder's gateway. */
export async function countViolations(db: Queryable, ledger: Ledger, dataDir: string): Promise<typeof noViolations> {
  const { rows } = await db.query<StoredLetter>(
    `select i.bucket, i.id as item_id, i.reference, i.submission_id, count(m.id)::int as messages,
       count(m.id) filter (where not exists (
         select from delivery d where d.bucket = m.bucket and d.message_id = m.id))::int as undelivered,
       count(m.id) filter (where not exists (
         select from state_event e where e.bucket = m.bucket and e.message_id = m.id) or not exists (
         select from submission s where s.id = i.submission_id and s.outcome = 'accepted'))::int as unrecorded
     from item i left join message m on m.bucket = i.bucket and m.item_id = i.id
     group by i.bucket, i.id, i.reference, i.submission_id`,
  )
  const { rows: keys } = await db.query<{ n: number }>(
    'select count(*)::int as n from message_key k where not exists (select from message m where m.id = k.message_id)',
  )
  const stored = new Map(rows.map((row) => [row.reference, row]))
  let damaged = 0
  for (const row of rows) if (!(await hasItsAttachments(db, row, ledger.attempted.get(row.reference)))) damaged++
  const acked = [...ledger.acked]
  return {
    lost: acked.filter(([reference]) => !stored.has(reference)).length,
    storedUnderOtherId: acked.filter(([reference, { traceId }]) => {
      const row = stored.get(reference)
      return row !== undefined && row.submission_id !== traceId
    }).length,
    twoForOneReference: rows.length - stored.size + rows.filter(({ messages }) => messages > 1).length,
    unexpected: rows.filter(({ reference }) => !ledger.attempted.has(reference)).length,
    damaged,
    damagedEvidence: await countDamagedEvidence(db, ledger, dataDir),
    withoutDelivery: rows.filter(({ undelivered }) => undelivered > 0).length,
    withoutHistory: rows.filter(({ unrecorded }) => unrecorded > 0).length,
    keysWithoutMessage: keys[0]!.n,
    itemsWithoutMessage: rows.filter(({ messages }) => messages === 0).length,
  }
}

async function hasItsAttachments(db: Queryable, row: StoredLetter, letter: Letter | undefined): Promise<boolean> {
  const { rows } = await db.query<{ id: string; sha256: Buffer }>(
    'select id, sha256 from attachment where bucket = $1 and item_id = $2 order by position',
    [row.bucket, row.item_id],
  )
  const found: string[] = []
  for (const { id, sha256: expected } of rows) {
    const hash = createHash('sha256')
    try {
      const key = { bucket: row.bucket, attachmentId: id }
      for await (const chunk of attachments.readAttachmentData(db, key, expected)) hash.update(chunk)
    } catch {
      return false
    }
    found.push(hash.digest('hex'))
  }
  return letter !== undefined && found.join() === letter.sha256.join()
}

async function countDamagedEvidence(db: Queryable, ledger: Ledger, dataDir: string): Promise<number> {
  const { identityKeyFile, sealingKeyFile } = sandboxFiles(dataDir)
  const sealer = createSealer(loadKeys(identityKeyFile, [sealingKeyFile]))
  let damaged = 0
  for (const { traceId, requestSha256 } of ledger.acked.values()) {
    const original = await evidence.readEvidence(db, sealer, traceId).catch(() => null)
    if (original === null || sha256(original) !== requestSha256) damaged++
  }
  return damaged
}
