import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PDFDocument } from '@cantoo/pdf-lib'
import PdfKit from 'pdfkit'
import {
  createPrintChannel,
  type Channel,
  type Job,
  type Outcome,
  type PrintOptions,
} from '../../../src/delivery/index.js'
import { outbox, type Database } from '../../../src/store/index.js'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import {
  ask,
  customer,
  file,
  item,
  newPerson,
  newSender,
  postalAddress,
  sendMessage,
  type Reply,
  type Sender,
} from '../../support/requests.js'

export const BILLING = '<Tunniste>ABC123</Tunniste><Salasana>1234</Salasana>'

/** A gateway whose intake takes letters, an authority, and folders of its own. */
export interface PrintRoom {
  readonly gateway: TestGateway
  readonly db: Database
  readonly sender: Sender
  readonly dir: string
  channel(options?: Partial<PrintOptions>): Channel
  /** sends a letter on paper to somebody without a mailbox, unless the fields say otherwise */
  send(letter?: SentLetter): Promise<Reply>
  /** the same, accepted: its delivery on paper */
  queue(letter?: SentLetter & { production?: boolean }): Promise<QueuedLetter>
  close(): Promise<void>
}

export interface SentLetter {
  readonly to?: string
  readonly address?: string
  readonly fields?: Record<string, string | undefined>
  readonly wishes?: Record<string, string | undefined>
  readonly files?: readonly string[]
}

export interface QueuedLetter {
  readonly deliveryId: string
  readonly messageId: string
}

export async function openPrintRoom(): Promise<PrintRoom> {
  const gateway = await startGateway({ env: { ASTI_NON_SIGNED: 'anyone' } })
  const { db } = gateway
  const sender = await newSender(gateway)
  const dir = mkdtempSync(join(tmpdir(), 'asti-print-'))
  const send: PrintRoom['send'] = async ({
    to,
    address = postalAddress,
    fields = {},
    wishes = {},
    files = [],
  } = {}) => {
    const person = to ?? (await newPerson(gateway, 'none'))
    const Tiedostot = files.length === 0 ? undefined : files.join('')
    const letter = item(customer(person, address), { Tiedostot, ...fields })
    return ask(gateway, sendMessage(sender, letter, { LahetaTulostukseen: 'true', Laskutus: BILLING, ...wishes }))
  }
  return {
    ...{ gateway, db, sender, dir, send },
    channel: (options = {}) =>
      createPrintChannel({ db, sealer: gateway.runtime.sealer, dataDir: join(dir, 'data'), ...options }),
    queue: async ({ production = false, ...letter } = {}) => {
      const answer = await send(letter)
      if (answer.code !== 202) throw new Error(`refused: ${answer.code}`)
      const { rows } = await db.query<QueuedLetter>(
        `select d.id as "deliveryId", d.message_id as "messageId" from delivery d
         join message m on m.bucket = d.bucket and m.id = d.message_id join item i on i.bucket = m.bucket and i.id = m.item_id
         where i.submission_id = $1 and d.channel = 'print'`,
        [answer.traceId],
      )
      // Only artificial persons are in tests, and intake lets no production service write to them.
      if (production)
        await db.query(`update delivery set environment = 'production' where id = $1`, [rows[0]!.deliveryId])
      return rows[0]!
    },
    close: async () => {
      await gateway.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

const workerId = randomUUID()

/** Takes one delivery on paper, as a worker does. */
export async function claim(db: Database): Promise<Job> {
  const [job] = await outbox.claim(db, { workerId, leaseMs: 60_000, free: { print: 1 }, limit: 1 })
  if (job === undefined) throw new Error('Nothing is ready')
  return job
}

/** Makes one attempt and writes its end with its consequence, as a worker does. */
export async function attempt(db: Database, channel: Channel): Promise<Outcome> {
  const job = await claim(db)
  const outcome = await channel.deliver(job, AbortSignal.timeout(60_000))
  await db.withTransaction(async (tx) => {
    if (outcome.kind === 'delivered' || outcome.kind === 'refused') await outcome.write?.(tx)
    const next = { delivered: 'delivered', refused: 'dead', dropped: 'cancelled' } as const
    const code = 'code' in outcome ? outcome.code : null
    const kind = outcome.kind
    const ends = kind === 'unreachable' || kind === 'waiting' ? { retryAfterMs: 0 } : next[kind]
    await outbox.finish(tx, job, workerId, { outcome: kind, code, next: ends })
  })
  await outbox.promote(db)
  return outcome
}

/** Makes one attempt whose word is lost: the worker dies, and its lease runs out. */
export async function attemptAndDie(db: Database, channel: Channel): Promise<Outcome> {
  const job = await claim(db)
  const outcome = await channel.deliver(job, AbortSignal.timeout(60_000))
  await loseLease(db, job)
  return outcome
}

export async function loseLease(db: Database, job: Job): Promise<void> {
  await db.query(`update delivery set lease_until = now() - interval '1 second' where id = $1`, [job.id])
  await outbox.reap(db)
}

export async function stateOf(db: Database, { messageId }: QueuedLetter): Promise<number> {
  const { rows } = await db.query<{ state: number }>('select state from message where id = $1', [messageId])
  return rows[0]!.state
}

export interface Taken {
  readonly control: Record<string, unknown> & { id: string; document: { pages: number; sha256: string; file: string } }
  readonly pdf: Buffer
}

/** What a printing provider does: takes each letter whose control file is there, and clears it away. */
export function takeLetters(folder: string): Taken[] {
  const controls = readdirSync(folder).filter((name) => name.endsWith('.json'))
  return controls.map((name) => {
    const control = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Taken['control']
    const pdf = readFileSync(join(folder, control.document.file))
    rmSync(join(folder, name))
    rmSync(join(folder, control.document.file))
    return { control, pdf }
  })
}

/** Sizes of pages as they are seen, in points, `x` between them. */
export async function pageSizes(pdf: Buffer): Promise<string[]> {
  const document = await PDFDocument.load(pdf)
  return document.getPages().map((page) => {
    const { width, height } = page.getCropBox()
    const sideways = page.getRotation().angle % 180 === 90
    const [across, down] = sideways ? [height, width] : [width, height]
    return `${Math.round(across)}x${Math.round(down)}`
  })
}

export const hasPdfText = spawnSync('pdftotext', ['-v']).error === undefined

/** What is written on each page; needs poppler's pdftotext. */
export function textOf(pdf: Buffer, ...options: string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'asti-text-'))
  try {
    const path = join(folder, 'letter.pdf')
    writeFileSync(path, pdf)
    const { stdout } = spawnSync('pdftotext', [...options, '-layout', path, '-'], { encoding: 'utf8' })
    return stdout.split('\f').slice(0, -1)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export type PdfKitOptions = NonNullable<ConstructorParameters<typeof PdfKit>[0]>

/** A PDF whose pages have the sizes given, each with its text. */
export function makePdf(pages: readonly [width: number, height: number, text: string][], options: PdfKitOptions = {}) {
  return new Promise<Buffer>((resolve) => {
    const pdf = new PdfKit({ ...options, autoFirstPage: false })
    const pieces: Buffer[] = []
    pdf.on('data', (piece: Buffer) => pieces.push(piece))
    pdf.on('end', () => resolve(Buffer.concat(pieces)))
    for (const [width, height, text] of pages) pdf.addPage({ size: [width, height], margin: 20 }).text(text)
    pdf.end()
  })
}

let files = 0
/** An attachment of a type, in base64. */
export const attached = (content: Buffer, type: string, name = `liite-${++files}`): string =>
  file({ TiedostoSisalto: content.toString('base64'), TiedostoMuoto: type, TiedostoNimi: name })
export const pdfFile = (content: Buffer, name?: string): string => attached(content, 'application/pdf', name)
