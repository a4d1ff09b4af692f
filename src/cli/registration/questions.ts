import { Argument, Option, type Command } from 'commander'
import { latestSet, questionSets, templateOf, type Question, type Texts } from '../../registration/index.js'
import { printTable, without } from '../layout.js'
import { addExamples, jsonOption } from '../options.js'
import type { Terminal } from '../terminal.js'
import { APPLICATION, applicationTemplate } from './application.js'
import { partArgument, type Recordable } from './record.js'

interface QuestionsOptions {
  readonly language: keyof Texts
  readonly json?: boolean
}

const setNames = [...new Set(questionSets.map(({ name }) => name))]

/** What has to be told, to be handed on to an authority. */
export function addQuestionCommands(registration: Command, terminal: Terminal): void {
  const template = registration
    .command('template')
    .description('print the JSON of a part, to be filled in and recorded')
    .addArgument(partArgument())
    .action((part: Recordable) => terminal.json(part === APPLICATION ? applicationTemplate : templateOf(part)))
  addExamples(template, ['registration template selfAudit > self-audit.json', 'registration template application'])
  const questions = registration
    .command('questions')
    .description('show the newest version of a question set; without a name, which sets there are')
    .addArgument(new Argument('[name]', 'which').choices(setNames))
    .addOption(new Option('--language <code>', 'of the questions').choices(['fi', 'sv', 'en']).default('en'))
    .addOption(jsonOption())
    .action((name: string | undefined, options: QuestionsOptions) =>
      name === undefined ? listSets(terminal, options) : showQuestions(terminal, name, options),
    )
  addExamples(
    questions,
    ['registration questions', 'registration questions self-audit --language fi'],
    '{ name, version, published, title: { fi, sv, en }, questions: [{ id, text, help, answer, required, evidence, mustBe }] }; a list of { name, version, published, title } without a name',
  )
}

function listSets(terminal: Terminal, { language, json }: QuestionsOptions): void {
  const sets = setNames.map((name) => latestSet(name))
  if (json === true) return terminal.json(sets.map((set) => without(set, 'questions')))
  const rows = sets.map(({ name, version, published, title }) => [name, String(version), published, title[language]])
  printTable(terminal, ['NAME', 'VERSION', 'PUBLISHED', 'TITLE'], rows)
}

function showQuestions(terminal: Terminal, name: string, { language, json }: QuestionsOptions): void {
  const set = latestSet(name)
  if (json === true) return terminal.json(set)
  terminal.out(terminal.paint.bold(`${set.title[language]} (${set.name}, version ${set.version})`))
  for (const question of set.questions) {
    terminal.out(`\n${terminal.paint.bold(question.id)}  ${terminal.paint.dim(rulesOf(question))}`)
    terminal.out(`  ${question.text[language]}`)
    if (question.help !== undefined) terminal.out(`  ${terminal.paint.dim(question.help[language])}`)
  }
}

const rulesOf = ({ answer, required, evidence, mustBe }: Question): string =>
  [
    mustBe === undefined ? answer : `must be ${mustBe}`,
    ...(required ? [] : ['may be left out']),
    ...(evidence === 'none' ? [] : [`evidence ${evidence}`]),
  ].join(', ')
