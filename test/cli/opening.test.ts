import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Desk, named } from './at.js'
import { inTest, newOperator, readyForApproval, readyToSubmit, record } from './opening-case.js'
import { auditRows } from './support.js'

let desk: Desk
let aino: string
let eino: string
beforeAll(async () => {
  desk = await Desk.open()
  aino = await newOperator(desk, 'aino')
  eino = await newOperator(desk, 'eino')
})
afterAll(() => desk.close())

interface Moved {
  readonly moved: boolean
  readonly before: string
  readonly after: string
  readonly missing: readonly { code: string; text: { fi: string }; command: string }[]
}
interface Shown {
  readonly state: string
  readonly revision: number
  readonly approvals: readonly string[]
  readonly missing: readonly { code: string; command: string }[]
  readonly moves: readonly { move: string; possible: boolean }[]
  readonly history: readonly { act: string; subject: Record<string, unknown> }[]
}

const move = (id: string, name: string) => desk.json<Moved>('registration', 'move', name, ...named(id), '--yes')
const show = (id: string) => desk.json<Shown>('registration', 'show', ...named(id))
const approve = (id: string, keyFile: string, ...more: string[]) =>
  desk.run('registration', 'approve', ...named(id), '--operator-key-file', keyFile, '--yes', ...more)
const codesOf = ({ missing }: Pick<Shown, 'missing'>): string[] => missing.map(({ code }) => code)

test('a service is opened from a draft to production with nothing but the command line', async () => {
  await readyForApproval(desk, 'avaus')
  expect(codesOf(await show('avaus'))).toEqual(['approval-first-missing', 'approval-second-missing'])
  const { revision } = await show('avaus')
  expect(await approve('avaus', aino)).toMatchObject({ code: 0, stderr: expect.stringContaining('Another operator') })
  const second = await approve('avaus', eino, '--json')
  expect(JSON.parse(second.stdout)).toEqual({
    authorityId: 'avaus_ws',
    id: 'avaus_ws_1',
    operator: 'eino',
    revision,
    approvals: ['aino', 'eino'],
    needed: 2,
  })
  expect(await move('avaus', 'accept')).toMatchObject({ moved: true, before: 'test', after: 'accepted', missing: [] })
  expect((await show('avaus')).moves).toContainEqual(expect.objectContaining({ move: 'open', possible: true }))
  expect(await move('avaus', 'open')).toMatchObject({ moved: true, after: 'production' })

  const { state, history } = await show('avaus')
  expect(state).toBe('production')
  expect(history.flatMap(({ subject }) => subject['move'] ?? [])).toEqual(['open', 'accept', 'open-test', 'submit'])
  const text = await desk.run('registration', 'show', ...named('avaus'))
  expect(text).toMatchObject({ code: 0, stderr: '' })
  expect(text.stdout).toContain('open: accepted → production')
})

describe('one operator alone', () => {
  test('cannot approve twice, under whatever account of the computer', async () => {
    await readyForApproval(desk, 'yksin')
    for (const SUDO_USER of ['aino', 'eino', 'root']) {
      const as = new Desk({ ...desk.env, SUDO_USER })
      const args = ['registration', 'approve', ...named('yksin'), '--operator-key-file', aino, '--yes']
      expect((await as.json<{ approvals: string[] }>(...args)).approvals).toEqual(['aino'])
    }
    const { moved, after, missing } = await move('yksin', 'accept')
    expect([moved, after, codesOf({ missing })]).toEqual([false, 'test', ['approval-second-missing']])
    expect(await auditRows(desk.env, 'registration.approved')).toContainEqual(
      expect.objectContaining({ subject: expect.objectContaining({ authorityId: 'yksin_ws', operator: 'aino' }) }),
    )
  })

  test('cannot approve with a key that was taken away, and what it approved counts no more', async () => {
    await readyForApproval(desk, 'lahtenyt')
    const left = await newOperator(desk, 'lähtijä')
    await approve('lahtenyt', left)
    await approve('lahtenyt', aino)
    await desk.act('operator', 'remove', 'lähtijä')
    expect(await approve('lahtenyt', left)).toMatchObject({ code: 1, stdout: '' })
    expect((await show('lahtenyt')).approvals).toEqual(['aino'])
    expect(codesOf(await move('lahtenyt', 'accept'))).toEqual(['approval-second-missing'])
  })

  test('cannot approve with the key of nobody, of a name, or with an empty file', async () => {
    await inTest(desk, 'kenenkaan')
    for (const content of ['', '\n', 'aino', 'asti-operator-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'])
      expect(await approve('kenenkaan', desk.file('wrong.key', content))).toMatchObject({ code: 1, stdout: '' })
    expect(await approve('kenenkaan', '/nowhere.key')).toMatchObject({ code: 1, stdout: '' })
  })
})

test('what is changed after an approval has to be approved again', async () => {
  await readyForApproval(desk, 'muutos')
  await approve('muutos', aino)
  await approve('muutos', eino)
  await record(desk, 'muutos', 'productionDate', { announcedOn: '2099-01-01' })
  expect(codesOf(await move('muutos', 'accept'))).toEqual(['approval-first-missing', 'approval-second-missing'])
})

test('an approval of what somebody looked at does not approve what came after', async () => {
  await readyForApproval(desk, 'katsottu')
  const { revision } = await show('katsottu')
  await record(desk, 'katsottu', 'productionDate', { announcedOn: '2099-02-02' })
  const refused = await approve('katsottu', aino, '--revision', String(revision))
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect((await show('katsottu')).approvals).toEqual([])
  expect(await approve('katsottu', aino, '--revision', String(revision + 1))).toMatchObject({ code: 0 })
})

test('a registration that is given back says which keys may hand it in again, in text and in JSON', async () => {
  await readyToSubmit(desk, 'takaisin')
  await desk.act('registration', 'move', 'submit', ...named('takaisin'))
  const { fingerprint } = await desk.certificate('takaisin-2')
  const back = ['registration', 'move', 'return', ...named('takaisin'), '--reason', 'väärä', '--yes']
  const told = JSON.parse((await desk.run(...back, '--json')).stdout) as {
    moved: boolean
    certificates: readonly { fingerprint: string }[]
  }
  const shown = await desk.json<{ certificates: readonly { fingerprint: string }[] }>(
    'registration',
    'show',
    ...named('takaisin'),
  )
  expect(told).toMatchObject({ moved: true, certificates: shown.certificates })
  expect(told.certificates).toHaveLength(1)
  await desk.act('registration', 'move', 'submit', ...named('takaisin'))
  const text = await desk.run(...back)
  expect(text).toMatchObject({ code: 0, stderr: '' })
  expect(text.stdout).toContain(told.certificates[0]!.fingerprint.slice(0, 16))
  expect(text.stdout).not.toContain(fingerprint.slice(0, 16))
})

test('a certificate that ends within a month keeps a service out of production', async () => {
  await inTest(desk, 'lyhyt', { notAfter: new Date(Date.now() + 20 * 24 * 3600_000) })
  expect(codesOf(await show('lyhyt'))).toContain('certificate-expires-soon')
})

test('a move that lacks something is not made, and says what provides it, in text and in JSON', async () => {
  await inTest(desk, 'vajaa')
  const args = ['registration', 'move', 'accept', ...named('vajaa'), '--yes']
  const text = await desk.run(...args)
  expect(text).toMatchObject({ code: 1, stdout: '' })
  const { code, stdout } = await desk.run(...args, '--json')
  const { moved, missing } = JSON.parse(stdout) as Moved
  expect([code, moved]).toEqual([1, false])
  expect(missing.length).toBeGreaterThan(8)
  for (const one of missing) {
    expect(text.stderr).toContain(one.code)
    expect(text.stderr).toContain(one.command)
    expect(one.command).toContain('--authority vajaa_ws --service vajaa_ws_1')
    expect(one.text.fi).not.toBe('')
  }
  expect((await show('vajaa')).state).toBe('test')
})

test('every command that is named as a help exists', async () => {
  const { missing } = await show('vajaa')
  for (const command of new Set(missing.map(({ command }) => command.replace(/^npm run -s cli -- /, ''))))
    expect(
      await desk.run(...command.replace(/ --authority.*| --name.*| --file.*/, '').split(' '), '--help'),
    ).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Examples'),
    })
})

test('a service that is registered for test only cannot be approved or accepted', async () => {
  await inTest(desk, 'testi')
  await desk.act('service', 'set', ...named('testi'), '--environment', 'test')
  const accept = await desk.run('registration', 'move', 'accept', ...named('testi'), '--yes')
  expect(accept).toMatchObject({ code: 1, stdout: '' })
  expect(accept.stderr).not.toMatch(/unexpected/)
  expect(await approve('testi', aino)).toMatchObject({ code: 1, stdout: '' })
  const shown = await desk.run('registration', 'show', ...named('testi'))
  expect(shown.stdout).toMatch(/accept → accepted \(not yet: it is registered for test\)/)
})
