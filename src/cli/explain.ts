import { Argument, InvalidArgumentError, Option, type Command } from 'commander'
import type { Certificate, VerificationReport } from '../trust/index.js'
import { CommandError, UsageError } from './errors.js'
import { explanationOf, type Explanation } from './explain/explanation.js'
import { showExplanation } from './explain/show.js'
import { addExamples, CLI, jsonOption, readFile, readInput, revealOption } from './options.js'
import { actorOf, readConfig, withSession, type Session } from './session.js'
import type { Terminal } from './terminal.js'

interface ExplainOptions {
  readonly json?: boolean
  readonly certificate: readonly string[]
  readonly at?: Date
  readonly canonical?: boolean
  readonly reveal?: boolean
}

export function addExplainCommand(program: Command, terminal: Terminal): void {
  const explain = program
    .command('explain')
    .description('say why a request is accepted or refused: every check, the cause, and what to do')
    .addArgument(
      new Argument(
        '<what>',
        'a trace id, or a file that holds a request, with or without HTTP headers; - reads it here',
      ),
    )
    .option(
      '--certificate <file>',
      'registered certificate, PEM or DER; may be repeated; no database is opened',
      collect,
      [],
    )
    .addOption(new Option('--at <instant>', 'judge the file at this instant instead of now').argParser(parseInstant))
    .option('--canonical', 'show our canonical form of each signed part')
    .addOption(revealOption('the parts of a stored request, which --canonical asks for'))
    .addOption(jsonOption())
    .action((what: string, options: ExplainOptions) => runExplain(terminal, what, options))
  addExamples(explain, [
    'explain 0199c0de-0000-7000-8000-000000000000',
    'explain request.xml --certificate kunta.crt.pem --at 2026-03-04T10:00:00Z --canonical',
    'explain - --certificate kunta.crt.pem --json < request.http',
  ])
}

const collect = (file: string, files: readonly string[]): string[] => [...files, file]

function parseInstant(text: string): Date {
  const instant = new Date(text)
  if (!/T.*(?:Z|[+-]\d{2}:\d{2})$/.test(text) || Number.isNaN(instant.getTime()))
    throw new InvalidArgumentError('Give an instant with a time zone, for example 2026-03-04T10:00:00Z.')
  return instant
}

async function runExplain(terminal: Terminal, what: string, options: ExplainOptions): Promise<void> {
  const traceId = /(?:^|Trace ID:\s*)([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})\s*$/i.exec(what)?.[1]?.toLowerCase()
  const explanation =
    traceId === undefined
      ? await explainFile(terminal, what, options)
      : await explainRequest(terminal, traceId, options)
  if (options.json === true) terminal.json(explanation)
  else showExplanation(terminal, explanation)
  if (!explanation.accepted) terminal.exitCode = 1
}

/** A request on disk: the sender's own, so that its parts may be shown to whoever has the file. */
async function explainFile(terminal: Terminal, file: string, options: ExplainOptions): Promise<Explanation> {
  const { readSaved } = await import('./explain/saved-request.js')
  const { judge, registryOfFiles, registryOfDatabase } = await import('./explain/judge.js')
  const { body, charset } = readSaved(await readInput(file))
  const now = options.at ?? new Date()
  const certificates = await readCertificates(options.certificate)
  const { accepted, code, report, live } =
    certificates.length > 0
      ? await judge(body, {
          charset,
          now,
          // What a CA says is known to the database only.
          policy: { ...(await readConfig(terminal)), revocation: 'off' },
          registryOf: () => registryOfFiles(certificates),
        })
      : await withSession(terminal, async (session) =>
          judge(body, {
            charset,
            now,
            policy: session.config,
            registryOf: registryOfDatabase(await directoryOf(session)),
          }),
        )
  // A file is looked at after its time: that it is too old now says nothing about its sender's clock.
  const isLate = options.at === undefined && code === 'TIMESTAMP_EXPIRED'
  return explanationOf({
    source: { file },
    accepted,
    code,
    judgedAt: now,
    report: isLate ? { ...report, cause: null } : report,
    ...(options.canonical === true && { live }),
  })
}

async function directoryOf({ db, config }: Session) {
  const { createCertificateDirectory } = await import('../certificates/index.js')
  return createCertificateDirectory(db, { usesStatus: config.caFiles !== undefined })
}

async function readCertificates(files: readonly string[]): Promise<Certificate[]> {
  const { readCertificate } = await import('../trust/index.js')
  return files.flatMap((file) => {
    const content = readFile(file)
    const blocks = content.toString('latin1').match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g)
    try {
      return (blocks ?? [content]).map((one) => readCertificate(one))
    } catch (cause) {
      throw new CommandError('FILE_UNREADABLE', `${file} does not hold an X.509 certificate, as PEM or DER.`, { cause })
    }
  })
}

/** A request of the message log, by what was found when it came; with --canonical, by the request itself. */
async function explainRequest(terminal: Terminal, traceId: string, options: ExplainOptions): Promise<Explanation> {
  if (options.certificate.length > 0 || options.at !== undefined)
    throw new UsageError('--certificate and --at are for a request in a file; a stored one was judged when it came.')
  if ((options.canonical === true) !== (options.reveal === true))
    throw new UsageError(
      'A stored request holds what was written to people: its parts are shown with --canonical and --reveal together.',
    )
  const { submissions } = await import('../store/index.js')
  return withSession(terminal, async (session) => {
    const row = await submissions.findSubmission(session.db, traceId)
    if (row === null) throw notFound(`No request has the trace id ${traceId}. See the newest with: ${CLI} log list`)
    const { outcome, receivedAt, code, statusCode, statusText } = row
    const stored = {
      source: { traceId, outcome, statusCode, statusText },
      accepted: outcome !== 'refused',
      code,
      judgedAt: receivedAt,
      report: row.report as VerificationReport | null,
    }
    if (options.canonical !== true) return explanationOf(stored)
    const { charset } = (row.notes ?? {}) as { charset?: string }
    const { report, live } = await judgeKept(terminal, session, { traceId, receivedAt, charset: charset ?? null })
    return explanationOf({ ...stored, report, live })
  })
}

/** Who asked to see a request is written down, and committed, before it is opened. */
async function judgeKept(
  terminal: Terminal,
  session: Session,
  { traceId, receivedAt, charset }: { traceId: string; receivedAt: Date; charset: string | null },
) {
  const { audit, evidence } = await import('../store/index.js')
  const { judge, registryOfDatabase } = await import('./explain/judge.js')
  const { db, sealer, config } = session
  await db.withTransaction((tx) =>
    audit.insertAudit(tx, { actor: actorOf(terminal), act: 'request.revealed', subject: { traceId } }),
  )
  const raw = await evidence.readEvidence(db, sealer, traceId)
  if (raw === null)
    throw notFound(
      `The request ${traceId} was not kept, or no longer. What was found when it came: ${CLI} explain ${traceId}`,
    )
  return judge(raw, {
    charset,
    now: receivedAt,
    policy: config,
    registryOf: registryOfDatabase(await directoryOf(session)),
  })
}

const notFound = (message: string): CommandError => new CommandError('NOT_FOUND', message)
