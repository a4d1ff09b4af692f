import type { Command } from 'commander'
import { addApproveCommand } from './registration/approve.js'
import { addCreateCommand } from './registration/create.js'
import { addFileCommands } from './registration/files.js'
import { addListCommand } from './registration/list.js'
import { addMoveCommand } from './registration/move.js'
import { addRecordCommands } from './registration/record.js'
import { addShowCommand } from './registration/show.js'
import type { Terminal } from './terminal.js'

/** What operators do to registrations until there is a console (docs/joining.md). */
export function addRegistrationCommands(program: Command, terminal: Terminal): void {
  const registration = program.command('registration').description('how services join: from registration to production')
  addListCommand(registration, terminal)
  addShowCommand(registration, terminal)
  addCreateCommand(registration, terminal)
  addMoveCommand(registration, terminal)
  addApproveCommand(registration, terminal)
  addRecordCommands(registration, terminal)
  addFileCommands(registration, terminal)
}
