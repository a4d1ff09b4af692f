import { writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { Argument, type Command } from 'commander'
import { confirm, yesOption, type Confirming } from '../confirm.js'
import { CommandError } from '../errors.js'
import { shown, sizeText } from '../layout.js'
import {
  addExamples,
  addServiceOptions,
  CLI,
  jsonOption,
  parseTraceId,
  readFile,
  serviceIdOf,
  type ServiceOptions,
} from '../options.js'
import { actorOf, withSession } from '../session.js'
import type { Terminal } from '../terminal.js'

const MAX_BYTES = 20 * 1024 * 1024

interface AttachOptions extends ServiceOptions, Confirming {
  readonly file: string
  readonly json?: boolean
}

export function addFileCommands(registration: Command, terminal: Terminal): void {
  const attach = addServiceOptions(
    registration.command('attach').description('keep a file as evidence, sealed; answers refer to it by its id'),
  )
    .requiredOption('--file <file>', 'at most 20 MiB')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action((options: AttachOptions) => attachFile(terminal, options))
  addExamples(attach, ['registration attach --authority kunta_ws --service kunta_ws_1 --file vaikutustenarviointi.pdf'])
  const file = registration
    .command('file')
    .description('write an attached file; who did so is written to the audit log first')
    .addArgument(new Argument('<id>', 'as registration show shows it').argParser(parseTraceId))
    .requiredOption('--out <file>', 'where to; nothing is overwritten')
    .action((id: string, { out }: { out: string }) => writeAttached(terminal, id, out))
  addExamples(file, ['registration file 0199c0de-0000-7000-8000-000000000000 --out arviointi.pdf'])
}

async function attachFile(terminal: Terminal, options: AttachOptions): Promise<void> {
  const content = readFile(options.file)
  const name = basename(options.file)
  if (content.length > MAX_BYTES)
    throw new CommandError('NOT_HERE', `${options.file} is larger than ${sizeText(MAX_BYTES)}. Attach a smaller one.`)
  await confirm(terminal, options, [
    `${name} (${sizeText(content.length)}) is kept for ${options.authority} / ${options.service}.`,
  ])
  const { operators } = await import('../../operations/index.js')
  const act = { service: serviceIdOf(options), actor: actorOf(terminal), name, content }
  const id = await withSession(terminal, (session) =>
    operators.attachFile({ ...session, clock: { now: () => new Date() } }, act),
  )
  if (options.json === true) return terminal.json({ id, name, sizeBytes: content.length })
  terminal.out(`${name} is kept as ${id}.`)
}

async function writeAttached(terminal: Terminal, id: string, out: string): Promise<void> {
  const { audit, registrations } = await import('../../store/index.js')
  const file = await withSession(terminal, async ({ db, sealer }) => {
    await db.withTransaction((tx) =>
      audit.insertAudit(tx, { actor: actorOf(terminal), act: 'registration.file-read', subject: { fileId: id } }),
    )
    return registrations.readFile(db, sealer, id)
  })
  if (file === null)
    throw new CommandError('NOT_FOUND', `There is no attached file ${id}. See: ${CLI} registration show`)
  try {
    writeFileSync(out, file.content, { flag: 'wx' })
  } catch (cause) {
    throw new CommandError('FILE_UNREADABLE', `${out} cannot be written: it is there already, or its folder is not.`, {
      cause,
    })
  }
  terminal.out(`${shown(file.name)} (${sizeText(file.sizeBytes)}) is in ${out}.`)
}
