import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { testPersons } from '../../src/sandbox/index.js'
import { artificialIdentityCode, examplePdf } from '../support/clients/index.js'
import {
  auditRows,
  runCli,
  runJson,
  startGatewayProcess,
  withDatabase,
  type GatewayProcess,
  type Listed,
  type Sent,
} from './support.js'

let gateway: GatewayProcess
beforeAll(async () => (gateway = await startGatewayProcess()))
afterAll(() => gateway.stop())

const person = testPersons[0]!.id
const title = 'Otsikko jota ei saa näkyä'
const text = 'Teksti jota ei saa näkyä'
const send = (...args: string[]) => runJson<Sent>(['send', '--title', title, '--text', text, ...args], gateway.env)
const list = (...args: string[]) => runJson<Listed[]>(['messages', 'list', ...args], gateway.env)

test('a message that was sent is accepted, counted, and found by its reference, number and trace id', async () => {
  const before = Number((await runCli(['messages', 'count'], gateway.env)).stdout)

  const { code, value: sent } = await send()

  expect({ code, accepted: sent.accepted, tilaKoodi: sent.code }).toEqual({ code: 0, accepted: true, tilaKoodi: 202 })
  expect((await runCli(['messages', 'count'], gateway.env)).stdout).toBe(`${before + 1}\n`)
  // It is delivered by now, or will be in a moment.
  const find = async () => (await list('--reference', sent.reference)).value
  let found = await find()
  while (found[0]?.state === 202) found = await find()
  expect(found).toMatchObject([{ traceId: sent.traceId, reference: sent.reference, state: 200 }])
  expect((await list('--number', found[0]!.number)).value).toEqual(found)
  expect((await list('--trace', sent.traceId!)).value).toEqual(found)
})

test('the same reference sent twice is refused the second time, with exit code 1', async () => {
  const { value: first } = await send()

  const { code, value: second } = await send('--reference', first.reference)

  expect({ code, accepted: second.accepted, tilaKoodi: second.code }).toEqual({
    code: 1,
    accepted: false,
    tilaKoodi: 525,
  })
  expect((await list('--reference', first.reference)).value).toHaveLength(1)
})

test('files and a text from a file arrive as they are', async () => {
  const { ASTI_DATA_DIR: dir = '' } = gateway.env
  for (const [name, content] of [
    ['paatos.pdf', examplePdf(3000)],
    ['liite.txt', 'liite'],
    ['viesti.txt', 'Hyvä åländsk läsare'],
  ] as const)
    writeFileSync(join(dir, name), content)
  const files = ['--attachment', join(dir, 'paatos.pdf'), '--attachment', join(dir, 'liite.txt')]

  const { value: sent } = await runJson<Sent>(['send', '--text-file', join(dir, 'viesti.txt'), ...files], gateway.env)

  const { value: found } = await list('--trace', sent.traceId!, '--reveal')
  expect(found).toMatchObject([
    {
      attachments: 2,
      content: { body: 'Hyvä åländsk läsare', attachments: [{ name: 'paatos.pdf' }, { name: 'liite.txt' }] },
    },
  ])
})

test('LisaaKohteita tells what became of each recipient, and one who takes no messages is a refusal', async () => {
  const stored = await send('--operation', 'LisaaKohteita')
  const refused = await send('--operation', 'LisaaKohteita', '--recipient', artificialIdentityCode())

  expect(stored).toMatchObject({
    code: 0,
    value: { code: 0, items: [{ code: 200, number: expect.stringMatching(/^\d+$/) }] },
  })
  expect(refused).toMatchObject({ code: 1, value: { code: 0, items: [{ code: 524, number: null }] } })
})

test('lists show neither recipient nor title nor text, for people or for programs', async () => {
  await send()

  const shown = [
    await runCli(['messages', 'list'], gateway.env),
    await list(),
    await runCli(['account', 'list'], gateway.env),
  ]

  for (const { code, stdout, stderr } of shown) {
    expect(code).toBe(0)
    for (const secret of [title, text, ...testPersons.map(({ id }) => id), 'Henkilö'])
      expect(stdout + stderr).not.toContain(secret)
  }
})

test('a message is revealed only after the audit log knows who asked', async () => {
  const { value: sent } = await send()
  const before = (await auditRows(gateway.env, 'message.revealed')).length

  const { value: found } = await list('--reference', sent.reference, '--reveal')

  expect(found).toMatchObject([{ recipient: { id: person }, content: { title, body: text } }])
  const audit = await auditRows(gateway.env, 'message.revealed')
  expect(audit).toHaveLength(before + 1)
  expect(audit.at(-1)).toMatchObject({
    actor: expect.stringMatching(/^cli:./),
    subject: { numbers: [found[0]!.number] },
  })
  expect(JSON.stringify(audit)).not.toContain(person)
})

test('control characters that a caller wrote do not reach the terminal', async () => {
  await send('--reference', 'viite-\u009b31m-punainen')

  const { stdout } = await runCli(['messages', 'list'], gateway.env)

  expect(stdout).toContain('punainen')
  expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
})

test('commands work on the database of DATABASE_URL just as well', async () => {
  const { host, port, user, database } = await withDatabase(gateway.env, ({ embedded }) =>
    Promise.resolve(embedded!.connection),
  )
  const url = `postgresql://${user}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`

  const counts = await Promise.all(
    [gateway.env, { ...gateway.env, DATABASE_URL: url }].map((env) => runCli(['messages', 'count'], env)),
  )

  expect(counts[0]).toMatchObject({ code: 0, stderr: '' })
  expect(counts[1]).toEqual(counts[0])
})

test('without colours, since nobody looks at a pipe', async () => {
  expect((await runCli(['messages', 'list'], gateway.env)).stdout).not.toContain('\u001b')
})
