import type { Command } from 'commander'
import type { Terminal } from './terminal.js'

/** What operators do to registrations until there is a console (docs/joining.md). */
export async function addRegistrationCommands(
  program: Command,
  argv: readonly string[],
  terminal: Terminal,
): Promise<void> {
  const registration = program.command('registration').description('how services join: from registration to production')
  // The joining process and its schemas take longer to load than all other commands together, and have their say in
  // what can be typed here: for whoever asks for them only.
  if (!argv.includes('registration')) return
  const { addSubcommands } = await import('./registration/commands.js')
  addSubcommands(registration, terminal)
}
