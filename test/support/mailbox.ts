import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestGateway } from './gateway.js'
import { addItems, ask, file, item, newReference, type Sender } from './requests.js'
import { testDataDir } from './gateway.js'

/** The sandbox's own token. */
export const mailboxToken = (): string => readFileSync(join(testDataDir, 'keys', 'mailbox.token'), 'utf8').trim()

/** What the answers of all routes hold; which part of it one has, its test knows. */
export interface MailJson {
  readonly [more: string]: unknown
  readonly id: string
  readonly code: string
  readonly fields: readonly string[]
  readonly number: string
  readonly thread: string
  readonly state: number | string
  readonly unread: number
  readonly next: string | null
  readonly sentAt: string
  readonly messages: readonly MailJson[]
  readonly threads: readonly MailJson[]
  readonly history: readonly { readonly state: number; readonly at: string }[]
  readonly attachments: readonly MailJson[]
  readonly services: readonly { readonly authorityId: string; readonly serviceId: string }[]
}

export interface MailReply {
  readonly status: number
  readonly headers: Headers
  readonly json: MailJson
  readonly bytes: Buffer
}

export interface MailCall {
  readonly method?: string
  readonly body?: unknown
  /** instead of the usual ones; undefined leaves one out */
  readonly headers?: Record<string, string | undefined>
}

/** Asks for somebody's mailbox as the page does that has authenticated them. */
export async function mail(
  gateway: TestGateway,
  owner: string,
  path: string,
  { method = 'GET', body, headers = {} }: MailCall = {},
): Promise<MailReply> {
  const usual = {
    authorization: `Bearer ${mailboxToken()}`,
    'x-mailbox-owner': owner,
    ...(body !== undefined && { 'content-type': 'application/json' }),
  }
  const given: [string, string][] = []
  for (const [name, value] of Object.entries<string | undefined>({ ...usual, ...headers }))
    if (value !== undefined) given.push([name, value])
  const response = await fetch(`${gateway.origin}/mailbox/api${path}`, {
    method,
    headers: given,
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  const json = (isJson ? JSON.parse(bytes.toString('utf8')) : {}) as MailJson
  return { status: response.status, headers: response.headers, json, bytes }
}

export const newKey = (): string => randomUUID()

export const write = (gateway: TestGateway, owner: string, body: object, key = newKey()): Promise<MailReply> =>
  mail(gateway, owner, '/messages', { method: 'POST', body, headers: { 'idempotency-key': key } })

export interface Delivered {
  readonly id: string
  readonly number: string
  readonly thread: string
  readonly reference: string
}

interface LetterFields {
  readonly fields?: Record<string, string | undefined>
  readonly files?: readonly string[]
  readonly reference?: string
  /** markup of the reference to what it answers */
  readonly viittaus?: string
}

/** Puts a message into somebody's mailbox by LisaaKohteita, and waits until its owner sees it. */
export async function deliver(
  gateway: TestGateway,
  from: Sender,
  owner: string,
  { fields = {}, files = [], reference = newReference(), viittaus = '' }: LetterFields = {},
): Promise<Delivered> {
  const markup = item(owner, {
    ViranomaisTunniste: reference,
    ...fields,
    ...(files.length > 0 && { Tiedostot: files.join('') }),
  }).replace('<Nimeke>', `${viittaus}<Nimeke>`)
  const reply = await ask(gateway, addItems(from, markup))
  const code = reply.itemCodes[0]
  if (code !== 200 && code !== 202) throw new Error(`The item was answered with ${code}`)
  for (let i = 0; i < 200; i++) {
    const { rows } = await gateway.db.query<{ id: string; number: string; thread: string }>(
      `select m.id, m.number::text, m.thread_id as thread from message m join item i on i.bucket = m.bucket and i.id = m.item_id
       where i.reference = $1 and m.state <> 202`,
      [reference],
    )
    if (rows[0] !== undefined) return { ...rows[0], reference }
    await sleep(25)
  }
  throw new Error('The message did not become visible')
}

export const pdf = (name: string, content: Buffer): string =>
  file({ TiedostoNimi: name, TiedostoSisalto: content.toString('base64') })

export interface QueuedRow {
  readonly channel: string
  readonly purpose: string
  readonly state: string
  readonly environment: string
  readonly about: unknown
}

/** What waits to leave, or has left, about one message. */
export async function deliveriesOf(gateway: TestGateway, messageId: string): Promise<QueuedRow[]> {
  const { rows } = await gateway.db.query<QueuedRow>(
    'select channel, purpose, state, environment, about from delivery where message_id = $1 order by id',
    [messageId],
  )
  return rows
}
