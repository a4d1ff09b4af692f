import { Option, type Command } from 'commander'
import { CommandError, UsageError } from './errors.js'
import type { Terminal } from './terminal.js'

export interface Confirming {
  readonly yes?: boolean
}

/** For a command that changes something: it asks first, unless it is told not to. */
export function addYesOption(command: Command, terminal: Terminal): Command {
  return (
    command
      .addOption(new Option('--yes', 'do it without asking, for scripts'))
      // Before anything is opened: a script without --yes has no effect at all.
      .hook('preAction', (_command, acting) => {
        if (acting.opts<Confirming>().yes !== true && !terminal.attended) throw nobodyToAsk()
      })
  )
}

/**
 * Shows what is about to happen and asks whether it shall.
 * @throws CommandError REFUSED, and nothing has happened; UsageError when nobody answers
 */
export async function confirm(terminal: Terminal, { yes }: Confirming, summary: readonly string[]): Promise<void> {
  if (yes === true) return
  for (const line of summary) terminal.note(line)
  const answer = await terminal.ask('Go on? [y/N] ')
  if (answer === null) throw nobodyToAsk()
  if (!/^y(es)?$/i.test(answer.trim())) throw new CommandError('REFUSED', 'Nothing was changed.')
}

const nobodyToAsk = (): UsageError =>
  new UsageError('Nothing was changed: there is nobody to ask. Add --yes to do it without asking.')
