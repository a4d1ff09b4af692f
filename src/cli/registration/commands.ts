import type { Command } from 'commander'
import type { Terminal } from '../terminal.js'
import { addApproveCommand } from './approve.js'
import { addCreateCommand } from './create.js'
import { addFileCommands } from './files.js'
import { addListCommand } from './list.js'
import { addMoveCommand } from './move.js'
import { addQuestionCommands } from './questions.js'
import { addRecordCommand } from './record.js'
import { addShowCommand } from './show.js'

export function addSubcommands(registration: Command, terminal: Terminal): void {
  addListCommand(registration, terminal)
  addShowCommand(registration, terminal)
  addCreateCommand(registration, terminal)
  addMoveCommand(registration, terminal)
  addApproveCommand(registration, terminal)
  addRecordCommand(registration, terminal)
  addQuestionCommands(registration, terminal)
  addFileCommands(registration, terminal)
}
