import { expect, test } from '@jest/globals'
import { runCli } from './support.js'

const verbs = [
  ['demo'],
  ['send'],
  ['messages', 'list'],
  ['messages', 'count'],
  ['log', 'list'],
  ['log', 'show'],
  ['explain'],
  ['service', 'add'],
  ['service', 'list'],
  ['account', 'add'],
  ['account', 'list'],
  ['migrate'],
  ['schema'],
]
// Help and mistakes are answered before any database is looked for.
const nowhere = { ASTI_DATA_DIR: '/nonexistent/asti' }

test.each(verbs)('help of "%s %s" shows how to call it, with examples', async (...verb) => {
  const words = verb.filter((word): word is string => typeof word === 'string')

  const { code, stdout, stderr } = await runCli([...words, '--help'], nowhere)

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain(`npm run -s cli -- ${words.join(' ')}`)
  expect(stdout).toContain('Examples:')
})

test.each([
  ['no command', []],
  ['half a command', ['messages']],
  ['an unknown command', ['mesages']],
  ['an unknown flag', ['messages', 'list', '--jsn']],
  ['one word too many', ['messages', 'count', 'now']],
  ['a limit that is no number', ['messages', 'list', '--limit', 'many']],
  ['a trace id that is none', ['log', 'show', '17']],
  ['a message number that is none', ['messages', 'list', '--number', 'x']],
  ['a missing flag', ['account', 'add']],
  ['an id whose check character is wrong', ['account', 'add', '--id', '010190-900A']],
  ['an address that is none', ['send', '--url', 'gateway']],
  ['a key without its certificate', ['send', '--key', 'k.pem', '--url', 'http://127.0.0.1:9']],
  ['an unknown operation', ['send', '--operation', 'PoistaKohteita']],
  ['an environment that is none', ['service', 'add', '--environment', 'moon']],
])('%s ends with exit code 2, says so on standard error and prints no result', async (_mistake, args) => {
  const { code, stdout, stderr } = await runCli(args, nowhere)

  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).not.toBe('')
  expect(stderr).not.toMatch(/\n\s+at /)
})

test('an unknown command is answered with the nearest one', async () => {
  expect((await runCli(['mesages'], nowhere)).stderr).toMatch(/\bmessages\b/)
  expect((await runCli(['log', 'shw'], nowhere)).stderr).toMatch(/\bshow\b/)
})

test('a wrong identity code is not repeated', async () => {
  expect((await runCli(['account', 'add', '--id', '150585-901A'], nowhere)).stderr).not.toContain('150585')
})

test('a file that is not there ends with exit code 1', async () => {
  const args = ['send', '--attachment', '/nonexistent/letter.pdf']

  expect(await runCli(args, nowhere)).toMatchObject({ code: 1, stdout: '' })
})

test('a faulty configuration is told whole and ends with exit code 1', async () => {
  const { code, stderr } = await runCli(['messages', 'count'], { PORT: 'x', LOG_LEVEL: 'loud' })

  expect(code).toBe(1)
  expect(stderr).toContain('PORT')
  expect(stderr).toContain('LOG_LEVEL')
})
