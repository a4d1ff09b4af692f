import { Argument, Option, type Command } from 'commander'
import {
  latestSet,
  processParts,
  questionSets,
  templateOf,
  type ProcessPart,
  type Texts,
} from '../../registration/index.js'
import { confirm, yesOption, type Confirming } from '../confirm.js'
import { UsageError } from '../errors.js'
import { addExamples, addServiceOptions, jsonOption, readJson, serviceIdOf, type ServiceOptions } from '../options.js'
import { actorOf, withSession } from '../session.js'
import type { Terminal } from '../terminal.js'

interface RecordOptions extends ServiceOptions, Confirming {
  readonly file?: string
  readonly clear?: boolean
  readonly json?: boolean
}

interface QuestionsOptions {
  readonly language: keyof Texts
  readonly json?: boolean
}

const partArgument = (): Argument => new Argument('<part>', 'part of the joining process').choices(processParts)
const setNames = [...new Set(questionSets.map(({ name }) => name))]

export function addRecordCommands(registration: Command, terminal: Terminal): void {
  const record = addServiceOptions(
    registration
      .command('record')
      .description('record a part of the joining process; approvals of what was there before count no more')
      .addArgument(partArgument()),
  )
    .option('--file <file>', 'JSON of the part; - reads standard input')
    .option('--clear', 'forget the part')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action((part: ProcessPart, options: RecordOptions) => recordPart(terminal, part, options))
  addExamples(record, [
    'registration record agreement --authority kunta_ws --service kunta_ws_1 --file agreement.json',
    'registration record testReport --authority kunta_ws --service kunta_ws_1 --file - --yes < report.json',
  ])
  const template = registration
    .command('template')
    .description('print the JSON of a part, to be filled in')
    .addArgument(partArgument())
    .action((part: ProcessPart) => terminal.json(templateOf(part)))
  addExamples(template, ['registration template selfAudit > self-audit.json'])
  const questions = registration
    .command('questions')
    .description('show the newest version of a question set')
    .addArgument(new Argument('<set>', 'which').choices(setNames))
    .addOption(new Option('--language <code>', 'fi, sv or en').choices(['fi', 'sv', 'en']).default('en'))
    .addOption(jsonOption())
    .action((name: string, options: QuestionsOptions) => showQuestions(terminal, name, options))
  addExamples(questions, ['registration questions self-audit --language fi'])
}

async function recordPart(terminal: Terminal, part: ProcessPart, options: RecordOptions): Promise<void> {
  if ((options.file === undefined) === (options.clear !== true)) throw new UsageError('Give either --file or --clear.')
  const value = options.file === undefined ? null : readJson(options.file)
  const service = serviceIdOf(options)
  const did = value === null ? 'forgotten' : 'recorded'
  await confirm(terminal, options, [
    `${options.authority} / ${options.service}: ${part} is ${did}. Approvals so far count no more.`,
  ])
  const { operators } = await import('../../operations/index.js')
  const act = { service, actor: actorOf(terminal), part, value }
  await withSession(terminal, (session) => operators.recordPart({ ...session, clock: { now: () => new Date() } }, act))
  if (options.json === true) return terminal.json({ ...service, part, did })
  terminal.out(`${part} is ${did}.`)
}

function showQuestions(terminal: Terminal, name: string, { language, json }: QuestionsOptions): void {
  const set = latestSet(name)
  if (json === true) return terminal.json(set)
  terminal.out(terminal.paint.bold(`${set.title[language]} (${set.name}, version ${set.version})`))
  for (const { id, text, answer, required, evidence, mustBe } of set.questions) {
    const rules = [
      ...(required ? [] : ['may be left out']),
      mustBe === undefined ? answer : `must be ${mustBe}`,
      ...(evidence === 'none' ? [] : [`evidence ${evidence}`]),
    ]
    terminal.out(`\n${terminal.paint.bold(id)}  ${terminal.paint.dim(rules.join(', '))}\n  ${text[language]}`)
  }
}
