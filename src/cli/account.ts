import type { Command } from 'commander'
import { noteLimit, printTable, shown } from './layout.js'
import { checkPartyId, maskId } from './identity.js'
import { addExamples, jsonOption, limitOption, readInput, revealOption } from './options.js'
import { actorOf, readConfig, withSession } from './session.js'
import type { Terminal } from './terminal.js'

interface AddOptions {
  readonly id: string
  readonly passive?: boolean
  readonly json?: boolean
}

interface ListOptions {
  readonly json?: boolean
  readonly reveal?: boolean
  readonly limit: number
}

export function addAccountCommands(program: Command, terminal: Terminal): void {
  const account = program.command('account').description('mailboxes of people and companies')
  const add = account
    .command('add')
    .description('open a mailbox, or change the state of one that exists')
    .requiredOption(
      '--id <id>',
      'personal identity code (in the sandbox artificial ones only) or business id; - reads it from standard input',
    )
    .option('--passive', 'the owner has made the mailbox passive: it takes no electronic messages')
    .addOption(jsonOption())
    .action((options: AddOptions) => addAccount(terminal, options))
  addExamples(add, ['account add --id 010190-900P', 'account add --id 9000001-1 --passive'])
  const list = account
    .command('list')
    .description('show the mailboxes, oldest first, with their ids masked')
    .addOption(limitOption(100))
    .addOption(revealOption('the ids'))
    .addOption(jsonOption())
    .action((options: ListOptions) => listAccounts(terminal, options))
  addExamples(list, ['account list', 'account list --json --limit 1000', 'account list --reveal'])
}

async function addAccount(terminal: Terminal, options: AddOptions): Promise<void> {
  // Standard input keeps a real code out of the list of processes and the history of the shell.
  const { id, idType } = checkPartyId(
    options.id === '-' ? (await readInput('-')).toString('utf8') : options.id,
    (await readConfig(terminal)).mode,
  )
  const { accounts, audit } = await import('../store/index.js')
  const state = options.passive === true ? 'passive' : 'active'
  const before = await withSession(terminal, ({ db, sealer }) =>
    db.withTransaction(async (tx) => {
      const hash = sealer.hashId(id)
      const known = (await accounts.accountStates(tx, [hash])).get(hash.toString('hex'))?.state ?? null
      await accounts.putAccount(tx, sealer, { owner: id, idType, state })
      const subject = { ownerHash: hash.toString('hex'), before: known, state }
      await audit.insertAudit(tx, { actor: actorOf(terminal), act: 'account.put', subject })
      return known
    }),
  )
  const did = before === null ? 'opened' : before === state ? 'unchanged' : 'changed'
  if (options.json === true) return terminal.json({ id: maskId(id), idType, state, did })
  const sentences = {
    opened: `The mailbox of ${maskId(id)} (${idType}) is open and ${state}.`,
    unchanged: `The mailbox of ${maskId(id)} (${idType}) was ${state} already; nothing changed.`,
    changed: `The mailbox of ${maskId(id)} (${idType}) is now ${state}; it was ${before ?? ''}.`,
  }
  terminal.out(sentences[did])
}

async function listAccounts(terminal: Terminal, options: ListOptions): Promise<void> {
  const { accounts, audit } = await import('../store/index.js')
  const list = await withSession(terminal, ({ db, sealer }) =>
    db.withTransaction(async (tx) => {
      const found = await accounts.listAccounts(tx, sealer, { limit: options.limit })
      if (options.reveal === true) {
        const ownerHashes = found.map(({ owner }) => sealer.hashId(owner.reveal()).toString('hex'))
        await audit.insertAudit(tx, { actor: actorOf(terminal), act: 'account.revealed', subject: { ownerHashes } })
      }
      return found
    }),
  )
  // From here on the audit row is committed.
  const rows = list.map(({ owner, ...rest }) => ({
    id: options.reveal === true ? owner.reveal() : maskId(owner.reveal()),
    ...rest,
  }))
  if (options.json === true) terminal.json(rows)
  else {
    const cells = rows.map((row) => [
      shown(row.id),
      shown(row.idType),
      row.state,
      shown(row.joinedAt),
      shown(row.stateAt),
    ])
    printTable(terminal, ['ID', 'TYPE', 'STATE', 'JOINED', 'STATE SINCE'], cells)
  }
  noteLimit(terminal, { count: list.length, limit: options.limit, which: 'oldest' })
}
