import { randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import { Argument, InvalidArgumentError, Option, type Command } from 'commander'
import type { callerProofs } from '../store/index.js'
import { CommandError, UsageError } from './errors.js'
import { printTable, shown } from './layout.js'
import { addExamples, CLI, jsonOption, parseId, parseName, readFile } from './options.js'
import { actorOf, withSession } from './session.js'
import type { Terminal } from './terminal.js'

interface AddOptions {
  readonly authority: string
  readonly service: string
  readonly network?: string
  readonly clientCertificate?: string
  readonly newApiKey?: boolean
  readonly label?: string
  readonly json?: boolean
}

/** What proves who calls the unsigned endpoint: each proof opens it for one service. */
export function addAccessCommands(program: Command, terminal: Terminal): void {
  const access = program
    .command('access')
    .description('who may use the endpoint for unsigned requests (needs ASTI_NON_SIGNED=proven)')
  const add = access
    .command('add')
    .description('let a service use it from a network, with a TLS client certificate, or with an API key')
    .requiredOption('--authority <id>', 'ViranomaisTunnus of the authority', parseId)
    .requiredOption('--service <id>', 'PalveluTunnus of the service', parseId)
    .addOption(new Option('--network <range>', 'IP address or CIDR range it calls from').argParser(parseNetwork))
    .option('--client-certificate <file>', 'X.509 certificate that it shows in TLS, PEM or DER')
    .option('--new-api-key', 'make a key that it sends in the header x-api-key; it is shown once')
    .option('--label <text>', 'what it is, for people', parseName)
    .addOption(jsonOption())
    .action((options: AddOptions) => addAccess(terminal, options))
  addExamples(add, [
    'access add --authority kunta_ws --service kunta_ws_1 --network 10.20.0.0/24',
    'access add --authority kunta_ws --service kunta_ws_1 --client-certificate kunta-tls.pem',
    "access add --authority kunta_ws --service kunta_ws_1 --new-api-key --label 'test environment'",
  ])
  const list = access
    .command('list')
    .description('show what opens it, for which service')
    .addOption(jsonOption())
    .action((options: { json?: boolean }) => listAccess(terminal, options))
  addExamples(list, ['access list', 'access list --json'])
  const remove = access
    .command('remove')
    .description('close it again for what one row of the list shows; in force at once')
    .addArgument(new Argument('<id>', 'as access list shows it').argParser(parseProofId))
    .action((id: string) => removeAccess(terminal, id))
  addExamples(remove, ['access remove 0199c0de-0000-7000-8000-000000000000'])
}

function parseNetwork(text: string): string {
  const [, address = '', bits] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const largest = isIP(address) === 6 ? 128 : 32
  const isRange = bits === undefined || (Number(bits) >= 1 && Number(bits) <= largest)
  if (isIP(address) === 0 || !isRange)
    throw new InvalidArgumentError('Give an IP address or a CIDR range, for example 10.20.0.0/24.')
  return text
}

function parseProofId(text: string): string {
  if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text))
    throw new InvalidArgumentError(`Give the id as it stands in: ${CLI} access list`)
  return text.toLowerCase()
}

async function addAccess(terminal: Terminal, options: AddOptions): Promise<void> {
  const ways = [options.network, options.clientCertificate, options.newApiKey].filter((way) => way !== undefined)
  if (ways.length !== 1) throw new UsageError('Give one of --network, --client-certificate and --new-api-key.')
  const apiKey = options.newApiKey === true ? randomBytes(32).toString('base64url') : null
  const proof = await proofOf(options, apiKey)
  const { audit, callerProofs, services } = await import('../store/index.js')
  const key = { authorityId: options.authority, id: options.service }
  const { isNew, nonSigned } = await withSession(terminal, async ({ db, config }) => {
    if (!(await services.servicesOf(db, key.authorityId)).some(({ id }) => id === key.id))
      throw new CommandError(
        'NOT_FOUND',
        `There is no service ${key.authorityId} / ${key.id}. See: ${CLI} service list`,
      )
    const added = await db.withTransaction(async (tx) => {
      const done = await callerProofs.addProof(tx, key, proof)
      const subject = { ...key, kind: proof.kind, label: proof.label }
      if (done) await audit.insertAudit(tx, { actor: actorOf(terminal), act: 'access.added', subject })
      return done
    })
    return { isNew: added, nonSigned: config.nonSigned }
  })
  if (options.json === true) return terminal.json({ ...key, kind: proof.kind, added: isNew, ...(apiKey && { apiKey }) })
  terminal.out(
    isNew
      ? `${key.authorityId} / ${key.id} may use the unsigned endpoint: ${proof.label}.`
      : `${key.authorityId} / ${key.id} had this already; nothing changed.`,
  )
  if (apiKey !== null) terminal.out(`Header to send:  x-api-key: ${apiKey}\nThe key is not stored and not shown again.`)
  if (nonSigned === 'off') terminal.note('The endpoint is closed until the gateway runs with ASTI_NON_SIGNED=proven.')
}

async function proofOf(
  { network, clientCertificate, label }: AddOptions,
  apiKey: string | null,
): Promise<callerProofs.Proof> {
  if (network !== undefined) return { kind: 'network', network, label: label ?? `network ${network}` }
  if (apiKey !== null) {
    const { hashApiKey } = await import('../operations/index.js')
    return { kind: 'api-key', hash: hashApiKey(apiKey), label: label ?? 'API key' }
  }
  const { readCertificate } = await import('../trust/index.js')
  const file = clientCertificate!
  const { fingerprint, subject } = readable(file, () => readCertificate(readFile(file)))
  return { kind: 'client-certificate', hash: Buffer.from(fingerprint, 'hex'), label: label ?? subject }
}

function readable<T>(file: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof CommandError) throw cause
    throw new CommandError('FILE_UNREADABLE', `${file} does not hold an X.509 certificate (PEM or DER).`, { cause })
  }
}

async function listAccess(terminal: Terminal, { json }: { json?: boolean }): Promise<void> {
  const { callerProofs } = await import('../store/index.js')
  const list = await withSession(terminal, ({ db }) => callerProofs.listProofs(db))
  if (json === true) return terminal.json(list)
  if (list.length === 0) return terminal.note(`No service may use the unsigned endpoint. See: ${CLI} access add --help`)
  printTable(
    terminal,
    ['AUTHORITY', 'SERVICE', 'BY', 'WHAT', 'SINCE', 'ID'],
    list.map((proof) => [
      shown(proof.authorityId),
      shown(proof.serviceId),
      proof.kind,
      shown(proof.network ?? proof.label),
      shown(proof.createdAt),
      proof.id,
    ]),
  )
}

async function removeAccess(terminal: Terminal, id: string): Promise<void> {
  const { audit, callerProofs } = await import('../store/index.js')
  const removed = await withSession(terminal, ({ db }) =>
    db.withTransaction(async (tx) => {
      const found = await callerProofs.removeProof(tx, id)
      if (found !== null) {
        const subject = { authorityId: found.authorityId, id: found.serviceId, kind: found.kind }
        await audit.insertAudit(tx, { actor: actorOf(terminal), act: 'access.removed', subject })
      }
      return found
    }),
  )
  if (removed === null) throw new CommandError('NOT_FOUND', `There is no such row. See: ${CLI} access list`)
  terminal.out(
    `${removed.authorityId} / ${removed.serviceId} may no longer use the unsigned endpoint by this ${removed.kind}.`,
  )
}
