import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { compileSources } from '../support/compiled.js'
import { Desk, named, runAt } from './at.js'
import { inTest, newOperator } from './opening-case.js'
import { auditRows, runCli, type Env } from './support.js'

let desk: Desk
beforeAll(async () => (desk = await Desk.open()))
afterAll(() => desk.close())

const service = named('kysytty')
const NAMES = ['--name', 'Päätökset', '--authority-name', 'Kunta']
const acting: readonly (readonly [string, readonly string[]])[] = [
  ['service add', [...service, ...NAMES, '--certificate', 'package.json']],
  ['service set', [...service, '--sha1', 'refused']],
  ['service certificate remove', [...service, '--fingerprint', '3f2a51c0']],
  ['registration create', [...service, ...NAMES]],
  ['registration move', ['submit', ...service]],
  ['registration approve', [...service, '--operator-key-file', 'package.json']],
  ['registration record', ['agreement', ...service, '--clear']],
  ['registration attach', [...service, '--file', 'package.json']],
  ['code issue', ['--authority', 'kunta_ws']],
  ['code revoke', ['3f2a51c09be4']],
  ['operator add', ['aino']],
  ['operator remove', ['aino']],
]

describe('where nobody can be asked', () => {
  // Refused before any database is looked for.
  const nowhere = { ASTI_DATA_DIR: '/nonexistent/asti' }

  test.each(acting)('%s does nothing without --yes, and says so', async (command, args) => {
    const { code, stdout, stderr, questions } = await runAt([...command.split(' '), ...args], nowhere)
    expect({ code, stdout, questions }).toEqual({ code: 2, stdout: '', questions: [] })
    expect(stderr).toContain('--yes')
  })

  test.each(acting)('%s says in its help that --yes does without asking', async (command) => {
    expect((await runAt([...command.split(' '), '--help'], nowhere)).stdout).toMatch(/--yes .*without asking/)
  })

  test('a pipe is nobody', async () => {
    const piped = await runCli(['operator', 'add', 'putki'], desk.env, 'y\n')
    expect(piped).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('--yes') })
    expect(await desk.json('operator', 'list')).toEqual([])
  })
})

describe('somebody who is asked', () => {
  test.each(['n', '', 'no', 'nay', 'yesterday', ' '])('and answers "%s" changes nothing', async (answer) => {
    const { code, stdout, questions } = await runAt(['operator', 'add', 'kielto'], desk.env, [answer])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(questions).toHaveLength(1)
    expect(await desk.json('operator', 'list')).toEqual([])
  })

  test('and goes away changes nothing', async () => {
    expect(await runAt(['operator', 'add', 'poissa'], desk.env, [])).toMatchObject({ code: 2, stdout: '' })
    expect(await desk.json('operator', 'list')).toEqual([])
  })

  test.each(['y', 'Y', 'yes', ' y '])('and answers "%s" has it done', async (answer) => {
    const name = `myontö-${answer}-${answer.length}`.replaceAll(' ', '')
    const { code, stdout } = await runAt(['operator', 'add', name, '--json'], desk.env, [answer])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ name })
  })

  test('is asked nothing with --yes', async () => {
    expect((await runAt(['operator', 'add', 'suoraan', '--yes'], desk.env, ['n'])).questions).toEqual([])
  })

  test('sees what, which service, and before and after, apart from the JSON', async () => {
    await inTest(desk, 'nahty')
    const see = async (...args: string[]): Promise<string> => {
      const { code, stderr, stdout } = await runAt([...args, ...named('nahty'), '--json'], desk.env, ['n'])
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
      return stderr
    }
    expect(await see('registration', 'move', 'suspend', '--reason', 'koe')).toMatch(
      /nahty_ws \/ nahty_ws_1.*test → suspended[^]*koe/,
    )
    expect(await see('service', 'set', '--sha1', 'refused')).toMatch(/nahty_ws[^]*sha1 {2}\(default\) → "refused"/)
    expect(await see('service', 'set', '--environment', 'test')).toMatch(/production → test/)
    const plan = desk.file('date.json', { announcedOn: '2099-01-01' })
    expect(await see('registration', 'record', 'productionDate', '--file', plan)).toMatch(
      /nahty_ws.*productionDate.*nothing → /,
    )
    const { fingerprint } = (
      await desk.json<{ certificates: { fingerprint: string }[] }>('registration', 'show', ...named('nahty'))
    ).certificates[0]!
    expect(await see('service', 'certificate', 'remove', '--fingerprint', fingerprint)).toMatch(/CN=nahty[^]*1 → 0/)
    const key = await newOperator(desk, 'katsoja')
    expect(await see('registration', 'approve', '--operator-key-file', key)).toMatch(
      /katsoja approves revision \d+ of nahty_ws/,
    )
    expect(await auditRows(desk.env, 'registration.approved')).toEqual([])
    expect(await desk.json('service', 'show', ...named('nahty'))).toMatchObject({ state: 'test', settings: {} })
  })

  test('is asked for the personal key before, unseen', async () => {
    const key = (await desk.json<{ key: string }>('operator', 'add', 'salainen', '--yes')).key
    await inTest(desk, 'salattu')
    const args = ['registration', 'approve', ...named('salattu')]
    const done = await runAt(args, desk.env, [` ${key} `, 'y'])
    expect(done).toMatchObject({ code: 0, questions: [{ hidden: true }, { hidden: false }] })
    expect(done.stdout + done.stderr).not.toContain(key)
    expect(await runAt(args, desk.env, ['guess', 'y'])).toMatchObject({ code: 1, questions: [{ hidden: true }] })
    expect(await runAt([...args, '--yes'], desk.env)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--operator-key-file'),
    })
  })
})

const script = spawnSync('script', ['--version'], { encoding: 'utf8' })
const hasScript = script.error === undefined && script.stdout.includes('util-linux')
const atTerminal = hasScript ? test : test.skip

/** Runs a command in a terminal of its own; types each answer once its question is there. */
async function type(
  args: readonly string[],
  env: Env,
  dialogue: readonly (readonly [question: string, answer: string])[],
) {
  const main = join(await compileSources(), 'dist/cli/main.js')
  const command = [process.execPath, main, ...args].map((word) => `'${word}'`).join(' ')
  const child = spawn('script', ['-qefc', command, '/dev/null'], { env: { PATH: process.env['PATH'] ?? '', ...env } })
  let seen = ''
  const waiting = [...dialogue]
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    seen += text
    const [next] = waiting
    if (next === undefined || !seen.includes(next[0])) return
    waiting.shift()
    child.stdin.write(next[1])
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, seen }
}

describe('at a real terminal', () => {
  atTerminal('a question is shown, and the answer decides', async () => {
    const yes = await type(['operator', 'add', 'paate'], desk.env, [['[y/N] ', 'y\r']])
    expect(yes.code).toBe(0)
    expect(yes.seen).toMatch(/Go on\? \[y\/N\] [^]*asti-operator-/)
    expect((await type(['operator', 'remove', 'paate'], desk.env, [['[y/N] ', '\r']])).code).toBe(1)
    const listed = await desk.json<{ name: string; removedAt: string | null }[]>('operator', 'list')
    expect(listed.find(({ name }) => name === 'paate')).toMatchObject({ removedAt: null })
  })

  atTerminal('Ctrl-C and Ctrl-D mean no', async () => {
    for (const sign of ['\u0003', '\u0004'])
      expect((await type(['operator', 'add', 'keskeytys'], desk.env, [['[y/N] ', sign]])).code).toBe(2)
    expect(JSON.stringify(await desk.json('operator', 'list'))).not.toContain('keskeytys')
  })

  atTerminal('a personal key is typed without being shown', async () => {
    const { key } = await desk.json<{ key: string }>('operator', 'add', 'näppäilijä', '--yes')
    await inTest(desk, 'nappailty')
    const args = ['registration', 'approve', ...named('nappailty')]
    const { code, seen } = await type(args, desk.env, [
      ['Personal key: ', `${key}\r`],
      ['[y/N] ', 'y\r'],
    ])
    expect(code).toBe(0)
    expect(seen).toContain('approved by näppäilijä')
    expect(seen).not.toContain(key.slice(-10))
  })
})
