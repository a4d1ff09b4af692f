import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Desk } from './at.js'
import { auditRows } from './support.js'

let desk: Desk
beforeAll(async () => (desk = await Desk.open()))
afterAll(() => desk.close())

interface Listed {
  readonly name: string
  readonly createdBy: string
  readonly createdAt: string
  readonly removedAt: string | null
}
const list = () => desk.json<Listed[]>('operator', 'list')

test('before anybody was added, the list says how to', async () => {
  expect(await desk.run('operator', 'list')).toMatchObject({
    code: 0,
    stdout: '',
    stderr: expect.stringContaining('operator add'),
  })
})

test('an operator gets a personal key, once, and is in the list until removed', async () => {
  const added = await desk.act('operator', 'add', 'Aino Esimerkki')
  expect(added.stdout).toMatch(/asti-operator-[\w-]{43}/)
  expect(added.stderr).toContain('not shown again')
  expect(await list()).toMatchObject([
    { name: 'Aino Esimerkki', createdBy: expect.stringMatching(/^cli:/), removedAt: null },
  ])
  expect((await desk.run('operator', 'list')).stdout).toMatch(/Aino Esimerkki +\d{4}-/)
  expect(await desk.json('operator', 'remove', 'Aino Esimerkki', '--yes')).toEqual({
    name: 'Aino Esimerkki',
    removed: true,
  })
  expect(await list()).toMatchObject([{ removedAt: expect.any(String) }])
  expect(await auditRows(desk.env, 'operator.added')).toMatchObject([{ subject: { operator: 'Aino Esimerkki' } }])
  expect(await auditRows(desk.env, 'operator.removed')).toHaveLength(1)
})

test('a name is given once for ever', async () => {
  await desk.act('operator', 'add', 'eino')
  expect(await desk.run('operator', 'add', 'eino', '--yes')).toMatchObject({ code: 1, stdout: '' })
  await desk.act('operator', 'remove', 'eino')
  expect(await desk.run('operator', 'add', 'eino', '--yes')).toMatchObject({ code: 1, stdout: '' })
})

test('nobody who is not there is removed', async () => {
  expect(await desk.run('operator', 'remove', 'tuntematon', '--yes')).toMatchObject({ code: 1, stdout: '' })
  expect(await desk.run('operator', 'remove', 'eino', '--yes', '--json')).toMatchObject({ code: 1, stdout: '' })
})

test.each(['', ' ', ' aino', 'ai\tno', 'ai\u202eno', 'x'.repeat(101)])('"%s" is no name', async (name) => {
  expect(await desk.run('operator', 'add', name, '--yes')).toMatchObject({ code: 2, stdout: '' })
})

test('a name of 100 visible characters is one', async () => {
  const name = 'ä'.repeat(100)
  expect(await desk.json('operator', 'add', name, '--yes')).toMatchObject({ name })
})
