import { InvalidArgumentError, Option, type Command } from 'commander'
import type { Environment } from '../registration/index.js'
import type { joiningCodes } from '../store/index.js'
import { addYesOption, confirm, type Confirming } from './confirm.js'
import { CommandError, UsageError } from './errors.js'
import { noteLimit, printFields, printTable, shown } from './layout.js'
import { addExamples, CLI, jsonOption, limitOption, parseId } from './options.js'
import { actorOf, withSession } from './session.js'
import type { Terminal } from './terminal.js'

const DAY_MS = 24 * 60 * 60 * 1000
const MAX_DAYS = 90

interface IssueOptions extends Confirming {
  readonly authority: string
  readonly service?: string
  readonly for: joiningCodes.CodePurpose
  readonly environment?: Environment
  readonly days: number
  readonly json?: boolean
}

interface RevokeOptions extends Confirming {
  readonly json?: boolean
}

/** One-time codes with which an authority registers a service, or brings a new key (docs/joining.md). */
export function addCodeCommands(program: Command, terminal: Terminal): void {
  const code = program.command('code').description('one-time codes for joining over SOAP')
  const issue = code
    .command('issue')
    .description('make a code for an authority; it is shown once and kept as a hash')
    .requiredOption('--authority <id>', 'ViranomaisTunnus that it is for', parseId)
    .option('--service <id>', 'PalveluTunnus that it is for; any of the authority when not given', parseId)
    .addOption(
      new Option('--for <what>', 'what it allows').choices(['registration', 'certificate']).default('registration'),
    )
    .addOption(new Option('--environment <which>', 'what may be registered with it').choices(['test', 'production']))
    .addOption(new Option('--days <n>', 'how long it can be used').default(14).argParser(parseDays))
  addYesOption(issue, terminal)
    .addOption(jsonOption())
    .action((options: IssueOptions) => issueCode(terminal, options))
  addExamples(
    issue,
    [
      'code issue --authority kunta_ws --service kunta_ws_1 --environment production',
      'code issue --authority kunta_ws --service kunta_ws_1 --for certificate --days 2 --yes --json',
    ],
    '{ code, name, purpose, authorityId, serviceId, environment, expiresAt }',
  )
  const list = code
    .command('list')
    .description('show which codes there are and what became of them, newest first')
    .addOption(limitOption(100))
    .addOption(jsonOption())
    .action((options: { json?: boolean; limit: number }) => listCodes(terminal, options))
  addExamples(
    list,
    ['code list', 'code list --json'],
    '[{ name, state: open|used|revoked|expired, purpose, authorityId, serviceId, environment, createdBy, createdAt, expiresAt, usedAt, usedBy, revokedAt }]',
  )
  const revoke = code
    .command('revoke')
    .description('take back a code that nobody has used')
    .argument('<name>', 'as code list shows it', parseCodeName)
  addYesOption(revoke, terminal)
    .addOption(jsonOption())
    .action((name: string, options: RevokeOptions) => revokeCode(terminal, name, options))
  addExamples(revoke, ['code revoke 3f2a51c09be4'], '{ name, revoked: true }')
}

function parseDays(text: string): number {
  const days = /^\d{1,2}$/.test(text) ? Number(text) : 0
  if (days < 1 || days > MAX_DAYS) throw new InvalidArgumentError(`Give a whole number from 1 to ${MAX_DAYS}.`)
  return days
}

function parseCodeName(text: string): string {
  if (!/^[\da-f]{12,64}$/i.test(text)) throw new InvalidArgumentError('Give the name as code list shows it.')
  return text.toLowerCase()
}

async function issueCode(terminal: Terminal, options: IssueOptions): Promise<void> {
  const { authority: authorityId, service: serviceId = null, environment = null, days } = options
  if (options.for === 'certificate' && environment !== null)
    throw new UsageError('--environment is for a registration: a certificate is for a service that has its own.')
  const allows = { purpose: options.for, authorityId, serviceId, environment }
  await confirm(terminal, options, [`A code ${describe(allows)} can be used once, for ${days} days.`])
  const { operators } = await import('../operations/index.js')
  const actor = actorOf(terminal)
  const issued = await withSession(terminal, (session) =>
    operators.issueJoiningCode(session, { ...allows, lifetimeMs: days * DAY_MS, actor }),
  )
  const { code: secret, name, expiresAt } = issued
  if (options.json === true) return terminal.json({ code: secret, name, ...allows, expiresAt })
  printFields(terminal, [
    ['code', terminal.paint.bold(secret)],
    ['allows', describe(allows)],
    ['until', shown(expiresAt)],
    ['name', name],
  ])
  terminal.note('The code is not shown again. Hand it to the authority on a way that others cannot read.')
}

const describe = ({ purpose, authorityId, serviceId, environment }: Allowed): string =>
  [
    purpose === 'registration' ? 'for registering' : 'for a new certificate of',
    `${shown(authorityId)} / ${serviceId === null ? 'any service' : shown(serviceId)}`,
    ...(environment === null ? [] : [`for ${environment}`]),
  ].join(' ')

type Allowed = Pick<joiningCodes.JoiningCode, 'purpose' | 'authorityId' | 'serviceId' | 'environment'>

async function listCodes(terminal: Terminal, { json, limit }: { json?: boolean; limit: number }): Promise<void> {
  const { joiningCodes } = await import('../store/index.js')
  const { operators } = await import('../operations/index.js')
  const codes = await withSession(terminal, ({ db }) => joiningCodes.listCodes(db, { limit }))
  const now = new Date()
  const all = codes.map(({ hash, ...code }) => ({
    name: operators.nameOfCode(hash),
    state: stateOf(code, now),
    ...code,
  }))
  if (json === true) return terminal.json(all)
  if (all.length === 0) return terminal.note(`No code was issued yet. See: ${CLI} code issue --help`)
  const rows = all.map((code) => [
    ...[code.name, code.state, code.purpose, shown(code.authorityId), shown(code.serviceId)],
    ...[code.environment ?? '-', shown(code.expiresAt), shown(code.createdBy), shown(code.usedBy)],
  ])
  const heading = ['NAME', 'STATE', 'FOR', 'AUTHORITY', 'SERVICE', 'SIDE', 'UNTIL', 'BY', 'USED BY']
  printTable(terminal, heading, rows)
  noteLimit(terminal, { count: all.length, limit, which: 'newest' })
}

function stateOf(
  { usedAt, revokedAt, expiresAt }: Pick<joiningCodes.JoiningCode, 'usedAt' | 'revokedAt' | 'expiresAt'>,
  now: Date,
): 'used' | 'revoked' | 'expired' | 'open' {
  if (usedAt !== null) return 'used'
  if (revokedAt !== null) return 'revoked'
  return expiresAt <= now ? 'expired' : 'open'
}

async function revokeCode(terminal: Terminal, name: string, options: RevokeOptions): Promise<void> {
  await confirm(terminal, options, [`The code ${name} can no longer be used.`])
  const { operators } = await import('../operations/index.js')
  const actor = actorOf(terminal)
  const count = await withSession(terminal, (session) => operators.revokeJoiningCode(session, { name, actor }))
  if (count === 0) throw new CommandError('NOT_FOUND', `No unused code has the name ${name}. See: ${CLI} code list`)
  if (options.json === true) return terminal.json({ name, revoked: true })
  terminal.out(`The code ${name} can no longer be used.`)
}
