import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Desk, named } from './at.js'
import { inTest } from './opening-case.js'
import { auditRows, runCli } from './support.js'

let desk: Desk
beforeAll(async () => (desk = await Desk.open()))
afterAll(() => desk.close())

interface Shown {
  readonly name: string
  readonly environment: string
  readonly actsIn: string
  readonly state: string
  readonly settings: Record<string, unknown>
  readonly certificates: readonly { fingerprint: string; daysLeft: number }[]
  readonly access: readonly { kind: string; network: string | null }[]
  readonly waitingDeliveries: number
}
interface Set {
  readonly environment: { before: string; after: string }
  readonly settings: { before: Record<string, unknown>; after: Record<string, unknown> }
}

const show = (id: string) => desk.json<Shown>('service', 'show', ...named(id))
const set = (id: string, ...args: string[]) => desk.json<Set>('service', 'set', ...named(id), ...args, '--yes')
const setting = (id: string, ...args: string[]) => desk.run('service', 'set', ...named(id), ...args, '--yes')
async function add(id: string, ...args: string[]): Promise<string> {
  const { file, fingerprint } = await desk.certificate(id)
  await desk.act('service', 'add', ...named(id), '--name', 'Palvelu', '--certificate', file, ...args)
  return fingerprint
}

describe('a service that is added', () => {
  test('begins in test whatever it is for, and its operator is told so', async () => {
    const { file, fingerprint } = await desk.certificate('tuotantoon')
    const args = ['service', 'add', ...named('tuotantoon'), '--name', 'Päätökset', '--certificate', file]
    const text = await desk.act(...args, '--environment', 'production')
    expect(text).toMatchObject({ stderr: '', stdout: expect.stringContaining('registration show') })
    expect(await show('tuotantoon')).toMatchObject({ state: 'test', environment: 'production', actsIn: 'test' })
    expect(await desk.json(...args, '--yes')).toMatchObject({
      isNew: false,
      environment: 'production',
      state: 'test',
      certificate: { fingerprint },
      warnings: [],
    })
  })

  test('again changes its name and nothing else', async () => {
    const first = await add('toisto', '--environment', 'production', '--authority-name', 'Kunta')
    await desk.act('registration', 'move', 'suspend', ...named('toisto'), '--reason', 'koe')
    const { file, fingerprint } = await desk.certificate('toisto-2')
    const names = ['--name', 'Uusi nimi', '--authority-name', 'Toinen', '--environment', 'test']
    const again = await desk.act('service', 'add', ...named('toisto'), ...names, '--certificate', file)
    expect(again.stdout).toContain('suspended')
    expect(again.stderr).toMatch(/known as Kunta[^]*registered for production/)
    const { name, environment, state, certificates } = await show('toisto')
    expect({ name, environment, state }).toEqual({ name: 'Uusi nimi', environment: 'production', state: 'suspended' })
    expect(certificates.map((one) => one.fingerprint).sort()).toEqual([first, fingerprint].sort())
  })

  test('may have a billing password, which is never shown', async () => {
    const password = desk.file('password', 'Äx7;\n')
    await add('laskutus', '--billing-id', 'LASKU1', '--billing-password-file', password)
    expect((await show('laskutus')).settings).toEqual({
      billing: { id: 'LASKU1', password: '[hidden]', costCentre: null },
    })
    const { file } = await desk.certificate('laskutus-2')
    const short = desk.file('short', 'abc')
    const args = [
      'service',
      'add',
      ...named('laskutus-2'),
      '--name',
      'x',
      '--certificate',
      file,
      '--billing-id',
      'LASKU1',
    ]
    expect(await desk.run(...args, '--billing-password-file', short, '--yes')).toMatchObject({ code: 2, stdout: '' })
  })
})

describe('settings', () => {
  test('are changed by flags, with what was before and after', async () => {
    await add('lippu')
    const text = await setting('lippu', '--max-request-bytes', '65536', '--reply-allowed', 'yes', '--receipts', 'none')
    expect(text).toMatchObject({ code: 0, stderr: '' })
    expect(text.stdout).toMatch(/maxRequestBytes {2}\(default\) → 65536[^]*replyAllowed {2}\(default\) → true/)
    expect(await set('lippu', '--receipts', 'all', '--reply-allowed', 'no')).toMatchObject({
      environment: { before: 'test', after: 'test' },
      settings: {
        before: { maxRequestBytes: 65536, replyAllowed: true, receipts: 'none' },
        after: { maxRequestBytes: 65536, replyAllowed: false, receipts: 'all' },
      },
    })
  })

  test('come in a file too, where null clears one; flags have the last word', async () => {
    await add('tiedosto')
    const returnChannel = { url: 'https://kunta.example/paluu', generation: 'new' }
    const first = desk.file('settings.json', { returnChannel, sha1: 'refused', receipts: 'all' })
    await set('tiedosto', '--file', first, '--receipts', 'none')
    expect((await show('tiedosto')).settings).toEqual({ returnChannel, sha1: 'refused', receipts: 'none' })
    const text = await setting('tiedosto', '--file', desk.file('clear.json', { sha1: null }))
    expect(text.stdout).toContain('sha1  "refused" → (default)')
    expect((await show('tiedosto')).settings).toEqual({ returnChannel, receipts: 'none' })
  })

  test('come from standard input too', async () => {
    await add('syote')
    const args = ['service', 'set', ...named('syote'), '--file', '-', '--yes', '--json']
    const { code, stdout, stderr } = await runCli(args, desk.env, '\ufeff{"requestsPerMinute": 0}')
    expect([code, stderr]).toEqual([0, ''])
    expect(JSON.parse(stdout)).toMatchObject({ settings: { before: {}, after: { requestsPerMinute: 0 } } })
  })

  test.each([
    ['a setting that there is not', { speed: 1 }],
    ['a setting that there is not, cleared', { speed: null }],
    ['a number that is too small', { maxRequestBytes: 1 }],
    ['a word that is none', { sha1: 'perhaps' }],
    ['a list', []],
    ['null', null],
    ['no JSON', 'sha1: refused'],
  ])('%s is refused whole, and nothing is changed', async (_what, content) => {
    await add('vaara')
    const file = desk.file('wrong.json', content)
    const refused = await setting('vaara', '--file', file, '--reply-allowed', 'yes')
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).not.toMatch(/unexpected/)
    expect((await show('vaara')).settings).toEqual({})
  })

  test('never show a billing password, neither before nor after, nor in the audit', async () => {
    await add('salasana')
    const change = (password: string) =>
      setting(
        'salasana',
        '--file',
        desk.file('billing.json', { billing: { id: 'LASKU2', password, costCentre: null } }),
      )
    const seen = [
      await change('ab#1'),
      await change('cd#2'),
      await setting(
        'salasana',
        '--file',
        desk.file('bad.json', { billing: { id: 'x', password: 'ef#3', costCentre: null } }),
      ),
    ]
    expect(seen.map(({ code }) => code)).toEqual([0, 0, 1])
    const all = JSON.stringify([seen, await auditRows(desk.env, 'service.settings-changed'), await show('salasana')])
    for (const secret of ['ab#1', 'cd#2', 'ef#3']) expect(all).not.toContain(secret)
  })

  test('of nobody are not changed', async () => {
    expect(await setting('tuntematon', '--sha1', 'refused')).toMatchObject({ code: 1, stdout: '' })
  })
})

test('what a service is for is changed as long as it is not in production', async () => {
  await inTest(desk, 'puoli')
  expect(await set('puoli', '--environment', 'test')).toMatchObject({
    environment: { before: 'production', after: 'test' },
  })
  expect((await setting('puoli', '--environment', 'production')).stdout).toContain('test → production')
  expect(await auditRows(desk.env, 'service.environment-changed')).toHaveLength(2)
  await desk.act('registration', 'move', 'withdraw', ...named('puoli'))
  expect(await setting('puoli', '--environment', 'test')).toMatchObject({ code: 1, stdout: '' })
})

test('all about a service is shown: standing, settings, certificates, access and queue', async () => {
  const fingerprint = await add('kaikki')
  await desk.run('access', 'add', ...named('kaikki'), '--network', '10.1.0.0/16')
  await setting('kaikki', '--sha1', 'refused')
  expect(await show('kaikki')).toMatchObject({
    state: 'test',
    certificates: [{ fingerprint, daysLeft: expect.any(Number) }],
    access: [{ kind: 'network', network: '10.1.0.0/16' }],
    settings: { sha1: 'refused' },
    waitingDeliveries: 0,
  })
  const { code, stdout } = await desk.run('service', 'show', ...named('kaikki'))
  expect(code).toBe(0)
  for (const part of [fingerprint.slice(0, 16), 'days left', '10.1.0.0/16', 'sha1', '0 deliveries', 'test since'])
    expect(stdout).toContain(part)
  expect(await desk.run('service', 'show', ...named('eiole'))).toMatchObject({ code: 1, stdout: '' })
})

test('a certificate that is taken away is told in JSON, with those that remain', async () => {
  const fingerprint = await add('pois')
  const { file, fingerprint: other } = await desk.certificate('pois-2')
  await desk.act('service', 'add', ...named('pois'), '--name', 'Palvelu', '--certificate', file)
  const args = ['service', 'certificate', 'remove', ...named('pois'), '--fingerprint', fingerprint, '--yes']
  expect(await desk.json(...args)).toMatchObject({ removed: fingerprint, remaining: [{ fingerprint: other }] })
})
