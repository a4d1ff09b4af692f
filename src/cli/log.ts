import { Argument, type Command } from 'commander'
import type { submissions } from '../store/index.js'
import type { VerificationReport } from '../trust/index.js'
import { CommandError } from './errors.js'
import { causeOf } from './explain/explanation.js'
import { explainHint, showCause } from './explain/show.js'
import { noteLimit, printFields, printTable, shown, sizeText } from './layout.js'
import { addExamples, CLI, jsonOption, limitOption, parseTraceId } from './options.js'
import { withSession } from './session.js'
import type { Terminal } from './terminal.js'

type LoggedSubmission = submissions.LoggedSubmission
type Check = VerificationReport['checks'][number]

export function addLogCommands(program: Command, terminal: Terminal): void {
  const log = program.command('log').description('the message log: every request, accepted or refused, and why')
  const list = log
    .command('list')
    .description('show requests, newest first')
    .addOption(limitOption(20))
    .addOption(jsonOption())
    .action((options: { json?: boolean; limit: number }) => listLog(terminal, options))
  addExamples(list, ['log list', 'log list --json --limit 500'])
  const show = log
    .command('show')
    .description('show one request with every check that was made of its signature')
    .addArgument(new Argument('<trace-id>', 'as it stands at the end of the answer').argParser(parseTraceId))
    .addOption(jsonOption())
    .action((traceId: string, options: { json?: boolean }) => showLog(terminal, traceId, options))
  addExamples(show, ['log show 0199c0de-0000-7000-8000-000000000000'])
}

async function listLog(terminal: Terminal, { json, limit }: { json?: boolean; limit: number }): Promise<void> {
  const { submissions } = await import('../store/index.js')
  const list = await withSession(terminal, ({ db }) => submissions.listSubmissions(db, { limit }))
  if (json === true) terminal.json(list.map(withFailedCheck))
  else if (list.length === 0) terminal.note('No request has arrived yet. Try: npm run demo')
  else printTable(terminal, HEADING, list.map(rowOf))
  noteLimit(terminal, { count: list.length, limit, which: 'newest' })
}

const HEADING = [
  'RECEIVED',
  'OUTCOME',
  'CODE',
  'WHY',
  'FAILED CHECK',
  'CAUSE',
  'OPERATION',
  'SERVICE',
  'SIZE',
  'TRACE ID',
]

const rowOf = (row: LoggedSubmission): string[] => [
  shown(row.receivedAt),
  row.outcome,
  row.statusCode === null ? 'Fault' : String(row.statusCode),
  shown(reasonOf(row)),
  shown(failedCheck(row)?.check),
  shown(causeId(row)),
  shown(row.operation),
  shown(`${row.authorityId ?? '-'} / ${row.serviceId ?? '-'}`),
  sizeText(row.sizeBytes),
  row.id,
]

async function showLog(terminal: Terminal, traceId: string, { json }: { json?: boolean }): Promise<void> {
  const { submissions } = await import('../store/index.js')
  const row = await withSession(terminal, ({ db }) => submissions.findSubmission(db, traceId))
  if (row === null) {
    throw new CommandError(
      'NOT_FOUND',
      `No request has the trace id ${traceId}. See the newest ones with: ${CLI} log list`,
    )
  }
  if (json === true) return terminal.json(withFailedCheck(row))
  const { good, bad, bold } = terminal.paint
  terminal.out(bold(`Request ${row.id}`))
  printFields(terminal, [
    ['outcome', row.outcome === 'accepted' ? good('accepted') : bad('refused')],
    ['answer', row.statusCode === null ? 'SOAP Fault' : `${row.statusCode} ${shown(row.statusText)}`],
    ['why', shown(reasonOf(row))],
    ...Object.entries(row.notes ?? {}).map(([name, value]) => [shown(name), shown(plain(value))] as const),
    ['received', `${shown(row.receivedAt)} from ${shown(row.remoteAddress)}, ${sizeText(row.sizeBytes)}`],
    ['endpoint', row.endpoint],
    ['operation', shown(row.operation)],
    ['service', shown(`${row.authorityId ?? '-'} / ${row.serviceId ?? '-'}`)],
    ['SanomaTunniste', shown(row.exchangeId)],
    ['stored', `${row.messageCount} messages of ${row.itemCount} items`],
    ['certificate', shown(row.fingerprint)],
  ])
  printChecks(terminal, reportOf(row)?.checks ?? [])
  const cause = causeOf(reportOf(row))
  if (cause !== null) showCause(terminal, cause)
  if (row.outcome === 'refused') terminal.note(`More about it: ${explainHint(row.id)}`)
}

function printChecks(terminal: Terminal, checks: readonly Check[]): void {
  const { good, bad, bold } = terminal.paint
  if (checks.length > 0) terminal.out(bold('Verification, in the order of the checks'))
  for (const { check, passed, facts } of checks) {
    terminal.out(`  ${passed ? good('passed') : bad('FAILED')}  ${shown(check)}`)
    for (const [name, value] of Object.entries(facts))
      // The canonical SignedInfo is long: `explain` shows it, and --json.
      if (name !== 'signedInfo') terminal.out(`            ${shown(name)}: ${shown(plain(value))}`)
  }
}

const plain = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

const reportOf = ({ report }: LoggedSubmission): VerificationReport | null => report as VerificationReport | null

/** Our code of a refusal; a refused item has an outcome instead. */
function reasonOf({ outcome, code, notes }: LoggedSubmission): string | null {
  if (outcome === 'accepted' || code !== null) return code
  const { outcomes } = (notes ?? {}) as { outcomes?: Record<string, number> }
  return Object.keys(outcomes ?? {}).join(', ')
}

/** The check that refused the request; null when it was refused for something else, or accepted. */
export const failedCheck = (row: LoggedSubmission): Check | null =>
  reportOf(row)?.checks.find((check) => !check.passed) ?? null

/** Why it failed, as far as that could be found out. */
const causeId = (row: LoggedSubmission): string | null => reportOf(row)?.cause?.id ?? null

const withFailedCheck = (row: LoggedSubmission) => ({
  ...row,
  failedCheck: failedCheck(row)?.check ?? null,
  cause: causeId(row),
})
