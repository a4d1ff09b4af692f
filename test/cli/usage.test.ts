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
  ['service', 'set'],
  ['service', 'show'],
  ['service', 'list'],
  ['service', 'certificate', 'remove'],
  ['registration', 'list'],
  ['registration', 'show'],
  ['registration', 'create'],
  ['registration', 'move'],
  ['registration', 'approve'],
  ['registration', 'record'],
  ['registration', 'template'],
  ['registration', 'questions'],
  ['registration', 'attach'],
  ['registration', 'file'],
  ['code', 'issue'],
  ['code', 'list'],
  ['code', 'revoke'],
  ['operator', 'add'],
  ['operator', 'list'],
  ['operator', 'remove'],
  ['account', 'add'],
  ['account', 'list'],
  ['migrate'],
  ['schema'],
]
const service = ['--authority', 'kunta_ws', '--service', 'kunta_ws_1']
// Help and mistakes are answered before any database is looked for.
const nowhere = { ASTI_DATA_DIR: '/nonexistent/asti' }

test.each(verbs.map((words) => [words.join(' '), words] as const))(
  'help of "%s" shows how to call it, with examples',
  async (_verb, words) => {
    const { code, stdout, stderr } = await runCli([...words, '--help'], nowhere)

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain(`npm run -s cli -- ${words.join(' ')}`)
    expect(stdout).toContain('Examples:')
  },
)

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
  ['a service without its authority', ['service', 'show', '--service', 'x']],
  ['a move that there is not', ['registration', 'move', 'teleport', ...service, '--yes']],
  ['a part that there is not', ['registration', 'template', 'lunch']],
  ['a question set that there is not', ['registration', 'questions', 'lunch']],
  ['a state that there is not', ['registration', 'list', '--state', 'asleep']],
  ['neither a file nor --clear', ['registration', 'record', 'agreement', ...service, '--yes']],
  ['a draft without a name', ['registration', 'create', ...service, '--yes']],
  ['a file id that is none', ['registration', 'file', '17', '--out', 'x']],
  ['a code for more than 90 days', ['code', 'issue', '--authority', 'x', '--days', '91', '--yes']],
  ['a code for no day', ['code', 'issue', '--authority', 'x', '--days', '0', '--yes']],
  [
    'a side for a certificate',
    ['code', 'issue', '--authority', 'x', '--for', 'certificate', '--environment', 'test', '--yes'],
  ],
  ['the name of a code that is none', ['code', 'revoke', '%', '--yes']],
  ['an operator with an endless name', ['operator', 'add', 'x'.repeat(101), '--yes']],
  ['an operator whose name cannot be seen', ['operator', 'add', 'ai\u200bno', '--yes']],
  ['a number that is none', ['service', 'set', ...service, '--max-request-bytes', '1 MiB', '--yes']],
  ['neither yes nor no', ['service', 'set', ...service, '--reply-allowed', 'perhaps', '--yes']],
  ['no setting', ['service', 'set', ...service, '--yes']],
  [
    'a billing password without an id',
    [
      'service',
      'add',
      ...service,
      '--name',
      'x',
      '--certificate',
      'package.json',
      '--billing-password-file',
      'x',
      '--yes',
    ],
  ],
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
