import { randomUUID } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceSettings, ServiceState } from '../../src/registration/index.js'
import { attachments, messages } from '../../src/store/index.js'
import { writeEnvelope, type Envelope } from './clients/envelope.js'
import {
  artificialIdentityCode,
  checkWireRules,
  INTERNAL_PATH,
  NS,
  postAsClient,
  SIGNED_PATH,
  UNSIGNED_PATH,
  type Answer,
  type Operation,
  type WireAnswer,
} from './clients/index.js'
import { escapeAttribute } from './clients/markup.js'
import { readThreeChildren } from './clients/readers/three-children.js'
import { writeSigned } from './clients/wss/sign.js'
import { wss4jStyle, type WssStyle } from './clients/wss/styles.js'
import type { TestGateway } from './gateway.js'
import { sharedIdentity, type Identity } from './keys.js'

export { INTERNAL_PATH, NS, SIGNED_PATH, UNSIGNED_PATH }

/** An authority with one service, and the key that is registered for it. */
export interface Sender {
  authorityId: string
  serviceId: string
  identity: Identity
}

export async function newSender(
  gateway: TestGateway,
  { settings = {}, key = 'client', state }: { settings?: ServiceSettings; key?: string; state?: ServiceState } = {},
): Promise<Sender> {
  const authorityId = `kunta_${randomUUID().slice(0, 8)}_ws`
  const identity = await sharedIdentity(key)
  const serviceId = `${authorityId}_1`
  await gateway.register({
    authorityId,
    serviceId,
    certificatePem: identity.certificatePem,
    settings,
    ...(state && { state }),
  })
  return { authorityId, serviceId, identity }
}

/** An artificial person who has an account, a passive one, or none. */
export async function newPerson(
  gateway: TestGateway,
  state: 'active' | 'passive' | 'none' = 'active',
): Promise<string> {
  const id = artificialIdentityCode()
  if (state !== 'none') await gateway.openAccount(id, state)
  return id
}

export const newReference = (): string => `viite-${randomUUID()}`

/** Elements in the order given, their content written as it is; undefined leaves one out. */
export const xml = (fields: Record<string, string | undefined>): string =>
  Object.entries(fields)
    .map(([name, content]) => (content === undefined ? '' : `<${name}>${content}</${name}>`))
    .join('')

export const customer = (id: string, inner = '', idType = 'SSN'): string =>
  `<Asiakas AsiakasTunnus="${escapeAttribute(id)}" TunnusTyyppi="${idType}">${inner}</Asiakas>`

/** Where paper can be sent to. */
export const postalAddress =
  '<Osoite><Nimi>Aili Öhström</Nimi><Lahiosoite>Esimerkkikuja 3 B 12</Lahiosoite><Postinumero>00100</Postinumero><Postitoimipaikka>HELSINKI</Postitoimipaikka><Maa>FI</Maa></Osoite>'

/** A Kohde to one person or to the markup of several; the fields replace or follow the usual ones. */
export function item(to: string, fields: Record<string, string | undefined> = {}): string {
  const usual = { Nimeke: 'Päätös', LahetysPvm: '2026-03-04T12:00:00+02:00', KuvausTeksti: 'Liitteenä on päätös.' }
  return `<Kohde>${to.startsWith('<') ? to : customer(to)}${xml({ ...usual, ...fields })}</Kohde>`
}

export const file = (fields: Record<string, string | undefined> = {}): string =>
  `<Tiedosto>${xml({ TiedostoSisalto: Buffer.from('%PDF-1.4 testi').toString('base64'), TiedostoMuoto: 'application/pdf', TiedostoNimi: 'paatos.pdf', ...fields })}</Tiedosto>`

type Party = Pick<Sender, 'authorityId' | 'serviceId'>

export const party = ({ authorityId, serviceId }: Party, more: Record<string, string | undefined> = {}): string =>
  `<Viranomainen>${xml({ ViranomaisTunnus: authorityId, PalveluTunnus: serviceId, SanomaTunniste: 'sanoma-1', ...more })}</Viranomainen>`

/** A request's payload in the default namespace; xsi is declared, as most clients do. */
export const payload = (operation: Operation, inner: string): string =>
  `<${operation} xmlns="${NS.asi}" xmlns:xsi="${NS.xsi}">${inner}</${operation}>`

export const addItems = (from: Party, ...items: string[]): string =>
  payload(
    'LisaaKohteita',
    `${party(from)}<Kysely>${xml({ KohdeMaara: String(items.length), Kohteet: items.join('') })}</Kysely>`,
  )

/** LahetaViesti without paper, unless the fields say otherwise. */
export const sendMessage = (from: Party, items: string, fields: Record<string, string | undefined> = {}): string =>
  payload(
    'LahetaViesti',
    `${party(from)}<Kysely>${xml({ Kohteet: items, Tulostustoimittaja: 'Posti', LahetaTulostukseen: 'false', ...fields })}</Kysely>`,
  )

export const queryCustomers = (from: Party, ...ids: string[]): string =>
  payload(
    'HaeAsiakkaita',
    `${party(from)}<Kysely>${xml({ KyselyLaji: 'Asiakkaat', Asiakkaat: ids.map((id) => customer(id)).join('') })}</Kysely>`,
  )

export const getStatus = (from: Party): string => payload('HaeTilaTieto', `${party(from)}<Kysely/>`)

export const envelopeOf = (content: string, variant: Partial<Envelope> = {}): Envelope => ({
  declaration: '',
  prefix: 'soapenv',
  rootAttributes: ` xmlns:soapenv="${NS.soap}"`,
  emptyHeader: '',
  bodyAttributes: '',
  payload: content,
  gap: '',
  ...variant,
})

export const unsigned = (content: string, variant: Partial<Envelope> = {}): string =>
  writeEnvelope(envelopeOf(content, variant))

export const plainStyle = (variant: Partial<WssStyle> = {}): WssStyle =>
  wss4jStyle({ prefixLists: { signedInfo: null, Body: null, Timestamp: null }, hash: 'sha256', ...variant })

export function signed(
  content: string,
  { privateKeyPem, certificatePem }: Identity,
  { style = plainStyle(), envelope = {}, ...faults }: SignedVariant = {},
): string {
  const signing = { layout: 'wss4j', privateKeyPem, certificatePem, now: new Date(), ...faults } as const
  return writeSigned(envelopeOf(content, envelope), style, signing)
}
type SignedVariant = { style?: WssStyle; envelope?: Partial<Envelope> } & {
  createdAt?: Date
  expiresAt?: Date
  tamperBody?: true
}

export interface Reply extends Answer, WireAnswer {
  traceId: string
  itemCodes: number[]
}

interface Posting {
  path?: string
  headers?: Record<string, string>
}

export const post = (
  gateway: TestGateway,
  message: string | Buffer,
  { path = UNSIGNED_PATH, headers = { 'Content-Type': 'text/xml; charset=utf-8' } }: Posting = {},
): Promise<WireAnswer> => postAsClient(gateway.origin, { path, headers, body: Buffer.from(message) })

/** Reads a business answer with the strict reader, after holding it against every rule of R1 to R9. */
export function reply(operation: Operation, wire: WireAnswer): Reply {
  checkWireRules(operation, wire)
  const answer = readThreeChildren(operation, wire.body)
  const traceId = String(wire.headers['x-trace-id'])
  return { ...wire, ...answer, traceId, itemCodes: (answer.items ?? []).map(({ state }) => state) }
}

export const operationIn = (message: string | Buffer): Operation =>
  /[<:](HaeAsiakkaita|LisaaKohteita|LahetaViesti|HaeTilaTieto)[\s/>]/.exec(
    message.toString('latin1').replaceAll('\0', ''),
  )![1] as Operation

/** Posts a payload without a signature, or a whole message, and reads the answer. */
export async function ask(gateway: TestGateway, content: string | Buffer, posting: Posting = {}): Promise<Reply> {
  const whole = Buffer.isBuffer(content) || /Envelope/.test(content.slice(0, 200))
  return reply(operationIn(content), await post(gateway, whole ? content : unsigned(content), posting))
}

/** The same on the signed path. */
export const askSigned = (
  gateway: TestGateway,
  from: Sender,
  content: string,
  variant: SignedVariant & Posting = {},
): Promise<Reply> =>
  ask(gateway, signed(content, from.identity, variant), { ...variant, path: variant.path ?? SIGNED_PATH })

/** What a SOAP Fault says, null when there is none. */
export function faultOf({ body }: WireAnswer): { faultCode: string; code: string } | null {
  const text = body.toString()
  const faultCode = /<faultcode>soap:(\w+)<\/faultcode>/.exec(text)?.[1]
  const code = /<gateway:code>(\w+)<\/gateway:code>/.exec(text)?.[1]
  return faultCode === undefined ? null : { faultCode, code: code ?? '' }
}

/** Messages that a request stored, newest first, with their sealed parts opened. */
export async function stored(gateway: TestGateway, { traceId }: Pick<Reply, 'traceId'>) {
  const rows = await messages.listMessages(gateway.db, gateway.runtime.sealer, { limit: 1000, traceId })
  return rows.map((row) => ({ ...row, recipient: row.recipient.reveal(), content: row.content.reveal() }))
}

export interface StoredItem {
  sentAt: Date
  acknowledge: boolean
  readReceipt: boolean
  messageKind: number | null
  reference: string | null
}

/** The plain columns of the items that a request stored, in their order. */
export async function storedItems(gateway: TestGateway, { traceId }: Pick<Reply, 'traceId'>): Promise<StoredItem[]> {
  const { rows } = await gateway.db.query<StoredItem>(
    `select sent_at as "sentAt", requires_acknowledgement as acknowledge, force_read_receipt as "readReceipt",
       message_kind as "messageKind", reference from item where submission_id = $1 order by id`,
    [traceId],
  )
  return rows
}

/** Files of a request's items in their order, with the bytes as they are read back; null for a link. */
export async function storedFiles(gateway: TestGateway, { traceId }: Pick<Reply, 'traceId'>) {
  const { rows } = await gateway.db.query<{ bucket: number; id: string; mediaType: string; sha256: Buffer | null }>(
    `select a.bucket, a.id, a.media_type as "mediaType", a.sha256 from attachment a
     join item i on i.bucket = a.bucket and i.id = a.item_id where i.submission_id = $1 order by i.id, a.position`,
    [traceId],
  )
  return Promise.all(
    rows.map(async ({ bucket, id, mediaType, sha256 }) => {
      if (sha256 === null) return { mediaType, content: null }
      const pieces: Buffer[] = []
      for await (const piece of attachments.readAttachmentData(gateway.db, { bucket, attachmentId: id }, sha256))
        pieces.push(piece)
      return { mediaType, content: Buffer.concat(pieces) }
    }),
  )
}

/** A raw HTTP conversation: writes the pieces, waits `gapMs` between them, and reads until the other side closes. */
export function talk(origin: string, pieces: (string | Buffer)[], gapMs = 5): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin)
    const heard: Buffer[] = []
    const socket = connect(Number(port), hostname, () => void writeAll(socket, pieces, gapMs))
    socket.setNoDelay(true)
    socket.on('data', (piece: Buffer) => heard.push(piece))
    socket.on('error', reject)
    socket.on('close', () => resolve(Buffer.concat(heard).toString()))
  })
}

/** One after the other: timers of different lengths may fire in any order on a busy machine. */
async function writeAll(socket: Socket, pieces: readonly (string | Buffer)[], gapMs: number): Promise<void> {
  for (const piece of pieces) {
    if (socket.destroyed) return
    socket.write(piece)
    await sleep(gapMs)
  }
}

/** The last HTTP answer of a raw conversation. */
export function wireAnswer(conversation: string): WireAnswer {
  const start = conversation.lastIndexOf('HTTP/1.')
  const [head = '', body = ''] = conversation.slice(start).split(/\r\n\r\n([^]*)/, 2)
  const [statusLine = '', ...lines] = head.split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => [line.split(':')[0]!.toLowerCase(), line.replace(/^[^:]*: ?/, '')]),
  )
  return { status: Number(statusLine.split(' ')[1]), headers, body: Buffer.from(body) }
}
