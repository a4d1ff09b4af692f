import type { Command } from 'commander'
import { addYesOption, confirm, type Confirming } from '../confirm.js'
import { CommandError, UsageError } from '../errors.js'
import { addExamples, CLI, jsonOption } from '../options.js'
import { actorOf, withSession } from '../session.js'
import type { Terminal } from '../terminal.js'
import { addFilterOptions, filterOf, parseDeliveryId, type FilterOptions } from './filter.js'

interface ResendOptions extends FilterOptions, Confirming {
  readonly dead?: boolean
  readonly because: string
  readonly json?: boolean
}

/** More than this in one go is more than anybody has looked at. */
const MOST = 1_000_000

export function addResendCommand(delivery: Command, terminal: Terminal): void {
  const resend = addFilterOptions(
    delivery
      .command('resend')
      .description('send deliveries again that were given up, or do not wait for the next attempt')
      .argument('[ids...]', 'as delivery list shows them', collect)
      .option('--dead', 'all that are given up now and fit; what is given up later is not among them'),
  )
  addYesOption(resend, terminal)
    .requiredOption('--because <text>', 'why; kept with the audit')
    .addOption(jsonOption())
    .action((ids: readonly string[], options: ResendOptions) => resendDeliveries(terminal, ids, options))
  addExamples(
    resend,
    [
      "delivery resend 01a2074d-cfbf-726a-a40a-861d685fa00e --because 'the provider is back'",
      "delivery resend --dead --channel print --because 'the provider is back'",
    ],
    '{ found, resent, left }',
  )
}

const collect = (text: string, before: readonly string[] = []): string[] => [...before, parseDeliveryId(text)]

async function resendDeliveries(terminal: Terminal, given: readonly string[], options: ResendOptions): Promise<void> {
  if (given.length > 0 === (options.dead === true))
    throw new UsageError('Give either ids, or --dead with what narrows it.')
  const { deliveryLog } = await import('../../store/index.js')
  const { operators } = await import('../../operations/index.js')
  const result = await withSession(terminal, async (session) => {
    const filter =
      given.length > 0 ? { ids: given } : { ...filterOf(options), states: ['dead'] as const, finishedUntil: new Date() }
    // The set is frozen here: what is asked about is what is sent.
    const found = await deliveryLog.listDeliveries(session.db, filter, { limit: MOST })
    if (found.length === 0)
      throw new CommandError('NOT_FOUND', `No delivery fits. See: ${CLI} delivery list --state dead`)
    await confirm(terminal, options, [
      `${found.length === 1 ? 'One delivery is' : `${found.length} deliveries are`} sent again.`,
    ])
    const act = { actor: actorOf(terminal), reason: options.because, ids: found.map(({ id }) => id) }
    const done = await operators.resend(session, act, (count) => terminal.progress(count, found.length))
    return { found: found.length, ...done }
  })
  if (options.json === true) return terminal.json(result)
  terminal.out(`Sent again: ${result.resent}.`)
  if (result.left > 0)
    terminal.note(
      `Left as they are: ${result.left}. They are under way or delivered, or their message has failed: then its authority sends it anew.`,
    )
}
