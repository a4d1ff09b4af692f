import type { Command } from 'commander'
import { addCancelCommand } from './delivery/cancel.js'
import { addListCommands } from './delivery/list.js'
import { addPauseCommands } from './delivery/pause.js'
import { addResendCommand } from './delivery/resend.js'
import type { Terminal } from './terminal.js'

/** What leaves the gateway: mailbox, paper, notices, reports to authorities (docs/delivery.md). */
export function addDeliveryCommands(program: Command, terminal: Terminal): void {
  const delivery = program
    .command('delivery')
    .description('what leaves: mailbox, paper, notices, reports to authorities')
  addListCommands(delivery, terminal)
  addResendCommand(delivery, terminal)
  addCancelCommand(delivery, terminal)
  addPauseCommands(delivery, terminal)
}
