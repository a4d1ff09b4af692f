import type { ProcessPart } from '../../src/registration/index.js'

export const FILE = '0199c0de-0000-7000-8000-000000000000'
const x = (length: number): string => 'x'.repeat(length)

export const agreement = { reference: 'KSY-1', signedOn: '2026-10-01', validFrom: '2026-10-01', validTo: '2027-09-30' }
export const task = {
  id: 'network',
  title: 'Verkko',
  responsible: 'Tekniikka',
  dueOn: '2026-11-01',
  doneOn: '2026-11-05',
}
export const audit = {
  set: 'self-audit',
  version: 1,
  answeredOn: '2026-11-01',
  expiresOn: '2027-11-01',
  answers: [
    { id: 'logging', value: 'yes', note: 'Lokista vastaa ylläpito.' },
    { id: 'impact-assessment', value: 'yes', evidence: [FILE] },
    { id: 'last-exercise', value: '2026-09-15' },
    { id: 'paper', value: '' },
  ],
}
const security = { set: 'security', version: 1, answeredOn: '2026-11-01', answers: [{ id: 'tls', value: 'no' }] }
export const testAgreement = {
  scheduleFrom: '2026-10-01',
  scheduleTo: '2026-11-30',
  material: ['aineisto'],
  testers: [{ name: 'Testi Tekijä', role: 'testaaja' }, { name: 'Toinen Tekijä' }],
}
export const report = { on: '2026-11-20', result: 'passed-with-remarks', summary: 'Toimii.\n😀', evidence: [FILE] }
export const conformance = { passed: true, on: '2026-11-21', statement: 'Ajettu.', statedBy: 'aino' }

export const without = (value: object, ...names: string[]): object =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)))
export const answers = (...given: object[]): object => ({ ...audit, answers: given })

interface Examples {
  readonly good: readonly unknown[]
  /** the path that the refusal names, and what is refused */
  readonly bad: readonly (readonly [path: string, value: unknown])[]
}

export const examples: { readonly [Part in ProcessPart]: Examples } = {
  agreement: {
    good: [agreement, without(agreement, 'validTo'), { ...agreement, validTo: agreement.validFrom }],
    bad: [
      ...['reference', 'signedOn', 'validFrom'].map((name) => [name, without(agreement, name)] as const),
      ...['', ' ', x(201), 1, null, 'a\0b', 'a\ud800'].map(
        (it) => ['reference', { ...agreement, reference: it }] as const,
      ),
      ['validTo', { ...agreement, validTo: '2026-09-30' }],
      ['validTo', { ...agreement, validTo: null }],
    ],
  },
  deploymentPlan: {
    good: [{ tasks: [task] }, { tasks: [task, { ...without(task, 'doneOn'), id: 'start' }] }],
    bad: [
      ['tasks', {}],
      ['tasks', { tasks: [] }],
      ['tasks', { tasks: {} }],
      ['tasks', { tasks: Array.from({ length: 201 }, (_, i) => ({ ...task, id: String(i) })) }],
      ['tasks.0', { tasks: [null] }],
      ['tasks.0', { tasks: [{ ...task, state: 'done' }] }],
      ['tasks.0.responsible', { tasks: [without(task, 'responsible')] }],
      ['tasks.1.id', { tasks: [task, { ...task, title: 'Toinen' }] }],
    ],
  },
  selfAudit: {
    good: [audit, answers(), { ...audit, expiresOn: audit.answeredOn }],
    bad: [
      ['set', { ...audit, set: 'security' }],
      ['set', { ...audit, set: '__proto__' }],
      ...[0, 2_000, '1', 1.5].map((version) => ['version', { ...audit, version }] as const),
      ['expiresOn', without(audit, 'expiresOn')],
      ['expiresOn', { ...audit, expiresOn: '2026-10-31' }],
      ['answers', without(audit, 'answers')],
      ['answers.0.id', answers({ id: 'tls', value: 'yes' })],
      ['answers.0.value', answers({ id: 'paper' })],
      ['answers.0.value', answers({ id: 'paper', value: x(4_001) })],
      ['answers.0.value', answers({ id: 'logging', value: true })],
      ['answers.0.value', answers({ id: 'logging', value: 'kyllä' })],
      ['answers.0.value', answers({ id: 'last-exercise', value: '31.12.2026' })],
      ['answers.1.id', answers({ id: 'logging', value: 'yes' }, { id: 'logging', value: 'no' })],
      ['answers.0.evidence', answers({ id: 'incidents', value: 'x', evidence: [FILE, FILE] })],
      ['answers.0.evidence', answers({ id: 'responsible', value: 'x', evidence: [FILE] })],
      ['answers.0.evidence.0', answers({ id: 'incidents', value: 'x', evidence: ['arviointi.pdf'] })],
      ['answers.0.note', answers({ id: 'incidents', value: 'x', note: x(2_001) })],
    ],
  },
  security: {
    good: [security, { ...security, answers: [] }],
    bad: [
      ['set', { ...security, set: 'self-audit' }],
      ['version', { ...security, version: 7 }],
      ['answers.0.id', { ...security, answers: [{ id: 'logging', value: 'yes' }] }],
      ['', { ...security, expiresOn: '2027-11-01' }],
    ],
  },
  testAgreement: {
    good: [testAgreement, { ...testAgreement, material: [], scheduleTo: testAgreement.scheduleFrom }],
    bad: [
      ['scheduleTo', { ...testAgreement, scheduleTo: '2026-09-30' }],
      ['material.0', { ...testAgreement, material: [''] }],
      ['testers', { ...testAgreement, testers: [] }],
      ['testers.0', { ...testAgreement, testers: ['Testi Tekijä'] }],
      ['testers.0.name', { ...testAgreement, testers: [{ role: 'testaaja' }] }],
    ],
  },
  testReport: {
    good: [report, { on: '2026-11-20', result: 'failed', summary: 'Ei toimi.' }, { ...report, result: 'passed' }],
    bad: [
      ['result', { ...report, result: 'ok' }],
      ['result', { ...report, result: true }],
      ['summary', { ...report, summary: x(10_001) }],
      ['evidence', { ...report, evidence: FILE }],
      ['evidence.0', { ...report, evidence: [`${FILE}\n`] }],
    ],
  },
  conformance: {
    good: [conformance, without(conformance, 'statedBy'), { ...conformance, passed: false }],
    bad: [
      ['passed', { ...conformance, passed: 'yes' }],
      ['statement', without(conformance, 'statement')],
      ['statement', { ...conformance, statement: ' \n' }],
    ],
  },
  productionDate: {
    good: [{ announcedOn: '2026-12-15' }],
    bad: [
      ['announcedOn', {}],
      ['announcedOn', { announcedOn: 20261215 }],
      ['', { announcedOn: '2026-12-15', time: '10:00' }],
    ],
  },
}
