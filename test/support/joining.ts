import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { XmlDocument, XsdValidator } from 'libxml2-wasm'
import { systemClock } from '../../src/clock.js'
import { JOINING_PATH } from '../../src/endpoint.js'
import { operators } from '../../src/operations/index.js'
import type { MoveName } from '../../src/registration/index.js'
import type { services } from '../../src/store/index.js'
import { canonicalBytes, children, only, withDocument, type XmlElement } from './clients/dom.js'
import { artificialBusinessId, NS, type WireAnswer } from './clients/index.js'
import type { TestGateway } from './gateway.js'
import type { Identity } from './keys.js'
import { issue, type Issued } from './pki.js'
import { party, post, signed, xml, type Sender } from './requests.js'

export { JOINING_PATH }

/** Our own contract as its callers know it (docs/joining.md). */
export const JOINING_NS = 'urn:asiointitili-gateway:liittymispalvelut:1'
const SCHEMA = 'xsd/Liittymispalvelut.xsd'

export type JoiningOperation =
  | 'RekisteroiPalvelu'
  | 'HaeRekisterointi'
  | 'PaivitaYhteystiedot'
  | 'LisaaVarmenne'
  | 'PoistaVarmenne'
  | 'PeruRekisterointi'
  | 'HaeViestienTila'

/** Some service of an authority, with a key that nobody has seen yet. */
export async function newApplicant({ authorityId, identity }: Partial<Sender> = {}): Promise<Sender> {
  const authority = authorityId ?? `kunta_${randomUUID().slice(0, 8)}_ws`
  const serviceId = `${authority}_${randomUUID().slice(0, 4)}`
  return { authorityId: authority, serviceId, identity: identity ?? (await newIdentity()) }
}

const KEYS = 4
const keys: Promise<Issued>[] = []
let made = 0

/** A certificate that nobody has seen yet. Keys take long to make: every fifth certificate is over the first one's key. */
export async function newIdentity(): Promise<Identity> {
  const name = `liittyja-${randomUUID()}`
  const turn = made++ % KEYS
  keys[turn] ??= issue({ name: `avain-${turn}` })
  return issue({ name, keyOf: await keys[turn] })
}

type Fields = Record<string, string | undefined>
type Party = Pick<Sender, 'authorityId' | 'serviceId'>

/** A request of the joining contract in the default namespace; without a query there is no `Kysely`. */
export const request = (operation: JoiningOperation, from: Party, query?: string, more: Fields = {}): string =>
  `<${operation} xmlns="${JOINING_NS}">${party(from, more)}${xml({ Kysely: query })}</${operation}>`

export const names = (fi: string): string => xml({ Fi: fi })
export const contacts = (...attributes: string[]): string => attributes.map((a) => `<Yhteyshenkilo ${a}/>`).join('')
const usualContacts = contacts('Nimi="Testi Tekijä" Sahkoposti="tuki@kunta.example"')

/** RekisteroiPalvelu for tests; the fields replace the usual ones, undefined leaves one out. */
export const registerService = (from: Party, fields: Fields = {}): string =>
  request(
    'RekisteroiPalvelu',
    from,
    xml({
      Liittymiskoodi: undefined,
      YTunnus: artificialBusinessId(7),
      ViranomaisenNimi: names('Testikunta'),
      PalvelunNimi: names('Testikunnan päätökset'),
      Yhteyshenkilot: usualContacts,
      Ymparisto: 'TESTI',
      ...fields,
    }),
  )

export const getRegistration = (from: Party): string => request('HaeRekisterointi', from)
export const addCertificate = (from: Party, fields: Fields = {}): string =>
  request('LisaaVarmenne', from, xml({ Liittymiskoodi: undefined, ...fields }))
export const retireCertificate = (from: Party, fingerprint: string): string =>
  request('PoistaVarmenne', from, xml({ Sormenjalki: fingerprint }))
export const withdraw = (from: Party, reason?: string): string =>
  request('PeruRekisterointi', from, reason === undefined ? undefined : xml({ Syy: reason }))
export const changeContacts = (from: Party, fields: Fields): string => request('PaivitaYhteystiedot', from, xml(fields))

const ID_LISTS = {
  ViranomaisTunniste: 'ViranomaisTunnisteet',
  AsiointitiliTunniste: 'AsiointitiliTunnisteet',
  SanomaTunniste: 'SanomaTunnisteet',
} as const
export type IdName = keyof typeof ID_LISTS

export const statusBy = (from: Party, name: IdName, ...ids: string[]): string =>
  request('HaeViestienTila', from, xml({ [ID_LISTS[name]]: ids.map((id) => xml({ [name]: id })).join('') }))
export const statusChanges = (from: Party, fields: Fields = {}): string =>
  request('HaeViestienTila', from, xml({ Muutokset: xml(fields) }))

/** An element of an answer, by local names. */
export interface Tree {
  readonly name: string
  readonly text: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly Tree[]
}

export interface JoiningReply {
  /** the answer's one element in its Body, canonical */
  readonly body: string
  readonly wire: WireAnswer
  readonly traceId: string
  readonly code: number
  readonly exchangeId: string
  readonly result: Tree
}

const toTree = (element: XmlElement): Tree => ({
  name: element.name,
  text: element.content,
  attributes: Object.fromEntries(element.attrs.map((attr) => [attr.name, attr.value])),
  children: children(element).map(toTree),
})

/** Every element at the end of a path like `Rekisterointi/Varmenteet/Varmenne`. */
export const elementsAt = (tree: Tree, path: string): Tree[] =>
  path.split('/').reduce((found, name) => found.flatMap((one) => one.children.filter((c) => c.name === name)), [tree])
export const textsAt = (tree: Tree, path: string): string[] => elementsAt(tree, path).map(({ text }) => text)

/** Reads an answer, after holding it against the published schema. */
export function readJoining(operation: JoiningOperation, wire: WireAnswer): JoiningReply {
  if (wire.status !== 200) throw new Error(`HTTP ${wire.status}: ${wire.body.toString()}`)
  return withDocument(wire.body, (root) => {
    const inBody = children(only(root, NS.soap, 'Body')[0]!)
    if (inBody.length !== 1 || inBody[0]!.name !== `${operation}Response`) throw new Error('another answer')
    const body = canonicalBytes(inBody[0]!, []).toString('utf8')
    checkSchema(body)
    const [result] = toTree(inBody[0]!).children
    const [code] = textsAt(result!, 'TilaKoodi/TilaKoodi')
    const [exchangeId] = textsAt(result!, 'TilaKoodi/SanomaTunniste')
    const traceId = String(wire.headers['x-trace-id'])
    return { body, wire, traceId, code: Number(code), exchangeId: exchangeId!, result: result! }
  })
}

function checkSchema(body: string): void {
  const schema = XmlDocument.fromString(readFileSync(SCHEMA, 'utf8'))
  const validator = XsdValidator.fromDoc(schema)
  const document = XmlDocument.fromString(body)
  try {
    validator.validate(document)
  } finally {
    document.dispose()
    validator.dispose()
    schema.dispose()
  }
}

const operationIn = (message: string): JoiningOperation =>
  /[<:](RekisteroiPalvelu|HaeRekisterointi|PaivitaYhteystiedot|LisaaVarmenne|PoistaVarmenne|PeruRekisterointi|HaeViestienTila)[\s/>]/.exec(
    message,
  )![1] as JoiningOperation

/** Posts a whole message to the joining endpoint and reads the answer. */
export const askWhole = async (gateway: TestGateway, message: string): Promise<JoiningReply> =>
  readJoining(operationIn(message), await post(gateway, message, { path: JOINING_PATH }))

/** Signs a request of the joining contract with a key, posts it, and reads the answer. */
export const askJoining = (
  gateway: TestGateway,
  { identity }: Pick<Sender, 'identity'>,
  content: string,
  variant: Parameters<typeof signed>[2] = {},
): Promise<JoiningReply> => askWhole(gateway, signed(content, identity, variant))

/** What the caller was told and what the message log says of why: `[406, 'SIGNATURE_MISSING']`. */
export async function outcomeOf(
  gateway: TestGateway,
  { code, traceId }: Pick<JoiningReply, 'traceId'> & { code: number | null },
): Promise<[number | null, string | null]> {
  const row = await gateway.submission(traceId)
  if (row === null) throw new Error('the request has no row in the message log')
  if (row.statusCode !== code) throw new Error(`the log says ${row.statusCode ?? 'nothing'}`)
  return [code, row.code]
}

/** The same of a request of the joining contract that is asked just now. */
export const outcome = async (
  gateway: TestGateway,
  by: Pick<Sender, 'identity'>,
  content: string,
): Promise<[number | null, string | null]> => outcomeOf(gateway, await askJoining(gateway, by, content))

/** The state that an answer tells; null when it tells no registration. */
export const stateIn = ({ result }: JoiningReply): string | null => textsAt(result, 'Rekisterointi/Tila')[0] ?? null
export const fingerprintsIn = ({ result }: JoiningReply): string[] =>
  textsAt(result, 'Rekisterointi/Varmenteet/Varmenne/Sormenjalki')

/** A service that has registered in the sandbox, and is open for tests. */
export async function joinedService(gateway: TestGateway, of: Partial<Sender> = {}): Promise<Sender> {
  const sender = await newApplicant(of)
  const answer = await askJoining(gateway, sender, registerService(sender))
  if (stateIn(answer) !== 'TESTI') throw new Error(`not registered: ${answer.body}`)
  return sender
}

export const serviceId = ({ authorityId, serviceId: id }: Party): services.ServiceId => ({ authorityId, id })
export const actingOn = ({ db, runtime: { sealer, canSign } }: TestGateway) => ({
  db,
  sealer,
  canSign,
  clock: systemClock,
})

/** An operator's move; throws when something is missing for it. */
export async function move(
  gateway: TestGateway,
  service: Party,
  name: MoveName,
  reason: string | null = null,
): Promise<void> {
  const act = { service: serviceId(service), actor: 'test', move: name, reason }
  const acted = await operators.moveService(actingOn(gateway), act)
  if (acted.kind === 'missing') throw new Error(`missing: ${acted.missing.join(', ')}`)
}

/** A joining code for a service, or for whatever is asked for instead. */
export const issueCode = (
  gateway: TestGateway,
  { authorityId, serviceId: id }: Party,
  more: Partial<operators.CodeRequest> = {},
): Promise<{ code: string; name: string }> =>
  operators.issueJoiningCode(gateway, {
    purpose: 'registration',
    authorityId,
    serviceId: id,
    environment: null,
    lifetimeMs: 3_600_000,
    actor: 'test',
    ...more,
  })

/** How many rows a table has of an authority. */
export async function rowsOf(
  gateway: TestGateway,
  table: 'service' | 'registration' | 'service_certificate' | 'item' | 'delivery',
  authorityId: string,
): Promise<number> {
  const { rows } = await gateway.db.query<{ n: number }>(
    `select count(*)::int as n from ${table} where authority_id = $1`,
    [authorityId],
  )
  return rows[0]!.n
}

/** What has been done to an authority's services, oldest first: who did what, and the moves between states. */
export async function auditOf(gateway: TestGateway, { authorityId, serviceId: id }: Party) {
  const { rows } = await gateway.db.query<{ actor: string; act: string; subject: Record<string, unknown> }>(
    `select actor, act, subject from audit where subject ->> 'authorityId' = $1 and subject ->> 'id' = $2 order by id`,
    [authorityId, id],
  )
  return rows
}

/** Waits until something holds, without saying how long it may take. */
export async function until<T>(find: () => Promise<T | null>): Promise<T> {
  for (let attempt = 0; attempt < 1_000; attempt++) {
    const found = await find()
    if (found !== null) return found
    await sleep(20)
  }
  throw new Error('it did not come to pass')
}
