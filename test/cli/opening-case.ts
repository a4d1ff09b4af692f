import type { Desk } from './at.js'
import { named } from './at.js'

interface QuestionSet {
  readonly questions: readonly { id: string; answer: 'yes-no' | 'text' | 'date'; evidence: string }[]
}

const FAR = '2099-12-31'
const DAY = '2025-11-01'

export const application = {
  businessId: '9000001-1',
  authorityNames: { fi: 'Esimerkkikunta', sv: 'Exempelkommun' },
  serviceNames: { fi: 'Päätökset' },
  contacts: [
    { name: 'Tiina Testaaja', email: 'tiina@kunta.example', phone: '+358400000000', role: 'technical' },
    { name: 'Heikki Hallinto', role: 'administration' },
  ],
}

const simpleParts = {
  agreement: { reference: 'KSY-1', signedOn: DAY, validFrom: DAY, validTo: FAR },
  deploymentPlan: {
    tasks: [
      { id: 'network', title: 'Verkko', responsible: 'Aino', dueOn: DAY, doneOn: DAY },
      { id: 'start', title: 'Alku', responsible: 'Eino', dueOn: FAR },
    ],
  },
  testAgreement: { scheduleFrom: DAY, scheduleTo: FAR, material: ['aineisto'], testers: [{ name: 'Testi Tekijä' }] },
  testReport: { on: DAY, result: 'passed', summary: 'Toimii.' },
  conformance: { passed: true, on: DAY, statement: 'Ajettu.' },
  productionDate: { announcedOn: DAY },
}

/** What a template asks for, filled in by somebody who has read the questions. */
async function answered(desk: Desk, part: 'selfAudit' | 'security', fileId: string): Promise<object> {
  const template = JSON.parse((await desk.run('registration', 'template', part)).stdout) as { set: string }
  const { questions } = await desk.json<QuestionSet>('registration', 'questions', template.set)
  const values = { 'yes-no': 'yes', text: 'Näin on.', date: DAY } as const
  const answers = questions.map(({ id, answer, evidence }) => ({
    id,
    value: values[answer],
    ...(evidence === 'required' && { evidence: [fileId] }),
  }))
  return { ...template, answeredOn: DAY, answers, ...(part === 'selfAudit' && { expiresOn: FAR }) }
}

export async function record(desk: Desk, id: string, part: string, value: object): Promise<void> {
  await desk.act('registration', 'record', part, ...named(id), '--file', desk.file(`${id}-${part}.json`, value))
}

/** A draft for production with all that a test takes. */
export async function readyToSubmit(desk: Desk, id: string, options: { notAfter?: Date } = {}): Promise<void> {
  const names = ['--name', 'Päätökset', '--authority-name', 'Esimerkkikunta', '--environment', 'production']
  await desk.act('registration', 'create', ...named(id), ...names)
  await record(desk, id, 'application', application)
  const { file } = await desk.certificate(id, options)
  await desk.act('service', 'add', ...named(id), '--name', 'Päätökset', '--certificate', file)
}

/** A service that is tested, registered for production, with a certificate that is valid for long enough. */
export async function inTest(desk: Desk, id: string, options: { notAfter?: Date } = {}): Promise<void> {
  await readyToSubmit(desk, id, options)
  await desk.act('registration', 'move', 'submit', ...named(id))
  await desk.act('registration', 'move', 'open-test', ...named(id))
}

/** The same with every part of the joining process: nothing is missing but approvals. */
export async function readyForApproval(desk: Desk, id: string): Promise<void> {
  await inTest(desk, id)
  const evidence = desk.file('todiste.pdf', 'todiste')
  const [, fileId] = /kept as (\S+)\./.exec(
    (await desk.act('registration', 'attach', ...named(id), '--file', evidence)).stdout,
  )!
  for (const [part, value] of Object.entries(simpleParts)) await record(desk, id, part, value)
  for (const part of ['selfAudit', 'security'] as const)
    await record(desk, id, part, await answered(desk, part, fileId!))
}

/** Somebody who may approve. @returns the file that holds the personal key */
export async function newOperator(desk: Desk, name: string): Promise<string> {
  const { key } = await desk.json<{ key: string }>('operator', 'add', name, '--yes')
  return desk.file(`${name}.key`, `${key}\n`)
}
