import type { Command } from 'commander'
import { addYesOption, confirm, type Confirming } from '../confirm.js'
import { addExamples, jsonOption } from '../options.js'
import { actorOf, withSession } from '../session.js'
import type { Terminal } from '../terminal.js'
import { parseDeliveryId } from './filter.js'

interface CancelOptions extends Confirming {
  readonly because: string
  readonly json?: boolean
}

export function addCancelCommand(delivery: Command, terminal: Terminal): void {
  const cancel = delivery
    .command('cancel')
    .description('take a delivery back before it has left, or close one that was given up')
    .argument('<id>', 'as delivery list shows it', parseDeliveryId)
  addYesOption(cancel, terminal)
    .requiredOption('--because <text>', 'why; kept with the audit')
    .addOption(jsonOption())
    .action((id: string, options: CancelOptions) => cancelDelivery(terminal, id, options))
  addExamples(
    cancel,
    ["delivery cancel 01a2074d-cfbf-726a-a40a-861d685fa00e --because 'sent by mistake'"],
    '{ id, failed: whether its message has failed by it }',
  )
}

async function cancelDelivery(terminal: Terminal, id: string, options: CancelOptions): Promise<void> {
  await confirm(terminal, options, [
    `The delivery ${id} will not be made. A message that has no other way left fails (550), and its authority is told.`,
  ])
  const { operators } = await import('../../operations/index.js')
  const act = { id, actor: actorOf(terminal), reason: options.because }
  const { failed } = await withSession(terminal, (session) => operators.cancelDelivery(session, act))
  if (options.json === true) return terminal.json({ id, failed })
  terminal.out(`The delivery ${id} will not be made.${failed ? ' Its message has failed.' : ''}`)
}
