import { existsSync, statSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { Argument, type Command } from 'commander'
import { addYesOption, confirm, type Confirming } from '../confirm.js'
import { CommandError } from '../errors.js'
import { shown, sizeText } from '../layout.js'
import {
  addExamples,
  addServiceOptions,
  CLI,
  jsonOption,
  nameOf,
  parseTraceId,
  readFile,
  serviceIdOf,
  type ServiceOptions,
} from '../options.js'
import { actorOf, withSession } from '../session.js'
import type { Terminal } from '../terminal.js'

const MAX_BYTES = 20_000_000

interface AttachOptions extends ServiceOptions, Confirming {
  readonly file: string
  readonly json?: boolean
}

interface FileOptions {
  readonly out: string
  readonly json?: boolean
}

export function addFileCommands(registration: Command, terminal: Terminal): void {
  const attach = addServiceOptions(
    registration.command('attach').description('keep a file as evidence, sealed; answers refer to it by its id'),
  ).requiredOption('--file <file>', `at most ${sizeText(MAX_BYTES)}`)
  addYesOption(attach, terminal)
    .addOption(jsonOption())
    .action((options: AttachOptions) => attachFile(terminal, options))
  addExamples(
    attach,
    ['registration attach --authority kunta_ws --service kunta_ws_1 --file vaikutustenarviointi.pdf'],
    '{ authorityId, id, fileId, name, sizeBytes }',
  )
  const file = registration
    .command('file')
    .description('write an attached file to disk; who did so is written to the audit log first')
    .addArgument(new Argument('<id>', 'as registration show shows it').argParser(parseTraceId))
    .requiredOption('--out <file>', 'where to; nothing is overwritten')
    .addOption(jsonOption())
    .action((id: string, options: FileOptions) => writeAttached(terminal, id, options))
  addExamples(
    file,
    ['registration file 0199c0de-0000-7000-8000-000000000000 --out arviointi.pdf'],
    '{ id, name, sizeBytes, sha256, createdAt, out }',
  )
}

async function attachFile(terminal: Terminal, options: AttachOptions): Promise<void> {
  const content = readEvidence(options.file)
  const name = basename(options.file)
  const service = serviceIdOf(options)
  await confirm(terminal, options, [
    `${shown(name)} (${sizeText(content.length)}) is kept, sealed, for ${nameOf(service)}.`,
  ])
  const { operators } = await import('../../operations/index.js')
  const act = { service, actor: actorOf(terminal), name, content }
  const fileId = await withSession(terminal, (session) => operators.attachFile(session, act))
  if (options.json === true) return terminal.json({ ...service, fileId, name, sizeBytes: content.length })
  terminal.out(`${shown(name)} is kept as ${fileId}.`)
}

/** @throws CommandError FILE_UNREADABLE */
function readEvidence(file: string): Buffer {
  const sizeBytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (sizeBytes > MAX_BYTES)
    throw new CommandError('FILE_UNREADABLE', `${file} is larger than ${sizeText(MAX_BYTES)}. Attach a smaller one.`)
  const content = readFile(file)
  if (content.length === 0) throw new CommandError('FILE_UNREADABLE', `${file} is empty.`)
  return content
}

async function writeAttached(terminal: Terminal, id: string, { out, json }: FileOptions): Promise<void> {
  const isTaken = (cause?: unknown): CommandError =>
    new CommandError('REFUSED', `${out} cannot be written: it is there already, or its folder is not.`, { cause })
  if (existsSync(out)) throw isTaken()
  const { audit, registrations } = await import('../../store/index.js')
  const { content, ...file } = await withSession(terminal, ({ db, sealer }) =>
    db.withTransaction(async (tx) => {
      const found = await registrations.readFile(tx, sealer, id)
      if (found === null)
        throw new CommandError('NOT_FOUND', `There is no attached file ${id}. See: ${CLI} registration show`)
      await audit.insertAudit(tx, {
        actor: actorOf(terminal),
        act: 'registration.file-read',
        subject: { fileId: id },
      })
      return found
    }),
  )
  // From here on the audit row is committed.
  try {
    // Evidence may name people and weak points: for whoever runs the command only.
    writeFileSync(out, content, { flag: 'wx', mode: 0o600 })
  } catch (cause) {
    throw isTaken(cause)
  }
  if (json === true) return terminal.json({ ...file, out })
  terminal.out(`${shown(file.name)} (${sizeText(file.sizeBytes)}) is in ${out}.`)
}
