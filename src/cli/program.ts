import { Command, CommanderError } from 'commander'
import { version } from '../version.js'
import { addAccessCommands } from './access.js'
import { addAccountCommands } from './account.js'
import { addCodeCommands } from './code.js'
import { addDatabaseCommands } from './database.js'
import { addDeliveryCommands } from './delivery.js'
import { addDemoCommand } from './demo.js'
import { report } from './errors.js'
import { addExplainCommand } from './explain.js'
import { addLogCommands } from './log.js'
import { addMessagesCommands } from './messages.js'
import { addOperatorCommands } from './operator.js'
import { addExamples, CLI } from './options.js'
import { addRegistrationCommands } from './registration.js'
import { addSendCommand } from './send.js'
import { addServiceCommands } from './service.js'
import type { Terminal } from './terminal.js'

/** Runs one command. @returns the exit code: 0 done, 1 refused or failed, 2 called wrongly */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const program = await buildProgram(argv, terminal)
    await program.parseAsync(argv, { from: 'user' })
    return terminal.exitCode
  } catch (error) {
    // commander has said what it had to say; asked-for help ends with 0, help instead of a command does not.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    return report(terminal, error)
  }
}

async function buildProgram(argv: readonly string[], terminal: Terminal): Promise<Command> {
  const program = new Command(CLI)
    .description(
      'Commands of Asiointitili Gateway. They work on the same database as the gateway, whether it runs or not, and read ' +
        'the same settings from the environment (ASTI_DATA_DIR, DATABASE_URL and so on).',
    )
    .version(version, '--version', 'print the version')
    .helpOption('--help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.note(text.trimEnd()),
    })
    .showHelpAfterError('Add --help to see what can be given, with examples.')
    .exitOverride()
  addDemoCommand(program, terminal)
  addSendCommand(program, terminal)
  addMessagesCommands(program, terminal)
  addLogCommands(program, terminal)
  addDeliveryCommands(program, terminal)
  addExplainCommand(program, terminal)
  addServiceCommands(program, terminal)
  await addRegistrationCommands(program, argv, terminal)
  addCodeCommands(program, terminal)
  addOperatorCommands(program, terminal)
  addAccessCommands(program, terminal)
  addAccountCommands(program, terminal)
  addDatabaseCommands(program, terminal)
  addExamples(program, ['npm run demo', 'messages list', 'service add --help'])
  return program.addHelpText('after', '\nExit codes: 0 done, 1 refused or failed, 2 called wrongly.')
}
