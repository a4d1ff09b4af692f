import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { demoService, sandboxFiles, testPersons } from '../../src/sandbox/index.js'
import { causeTexts } from '../../src/cli/explain/texts.js'
import { formatted, requestOf, stacks } from '../support/diagnosis.js'
import { sharedIdentity, type Identity } from '../support/keys.js'
import { item, newReference, sendMessage, signed, SIGNED_PATH } from '../support/requests.js'
import { auditRows, makeDataDir, runCli, startGatewayProcess, type Finished, type GatewayProcess } from './support.js'

interface Explained {
  readonly accepted: boolean
  readonly code: string | null
  readonly onlyFreshness: boolean
  readonly judgedAt: string
  readonly checks: readonly { readonly check: string; readonly passed: boolean }[]
  readonly parts: readonly { readonly element: string; readonly digest: string }[]
  readonly cause: { readonly id: string; readonly certainty: string; readonly title: string; todo: string[] } | null
  readonly canonical?: readonly { readonly element: string; readonly text: string }[]
}

const explained = ({ stdout }: Finished): Explained => JSON.parse(stdout) as Explained

describe('a request in a file, with the certificate in another and no database', () => {
  let data: ReturnType<typeof makeDataDir>
  let key: Identity
  let request: string
  let certificate: string
  beforeAll(async () => {
    data = makeDataDir()
    key = await sharedIdentity('explain')
    request = requestOf(...stacks[0]!, key)
    certificate = save('c.pem', key.certificatePem)
  })
  afterAll(() => data.remove())

  const save = (name: string, content: string | Buffer): string => {
    const path = join(data.dir, name)
    writeFileSync(path, content)
    return path
  }
  /** Nothing may be looked for where no database can be. */
  const nowhere = { ASTI_DATA_DIR: '/nonexistent/asti' }
  const explain = (file: string, ...more: string[]): Promise<Finished> =>
    runCli(['explain', file, '--certificate', certificate, ...more], nowhere)

  test('is accepted with exit code 0, every check passed', async () => {
    const finished = await explain(save('ok.xml', request), '--json')

    expect({ code: finished.code, stderr: finished.stderr }).toEqual({ code: 0, stderr: '' })
    const { accepted, checks, cause } = explained(finished)
    expect({ accepted, cause, passed: checks.every(({ passed }) => passed) }).toEqual({
      accepted: true,
      cause: null,
      passed: true,
    })
  })

  test('is refused with exit code 1, its cause and what to do', async () => {
    const finished = await explain(save('pretty.xml', formatted(request)), '--json')

    expect(finished.code).toBe(1)
    expect(explained(finished)).toMatchObject({
      accepted: false,
      code: 'SIGNATURE_INVALID',
      cause: { id: 'reindented-after-signing', certainty: 'proven', parts: ['SignedInfo'] },
    })
    expect(explained(finished).cause!.todo.length).toBeGreaterThan(0)
  })

  test('may have HTTP headers in front, or come through standard input', async () => {
    const http = `POST /ws HTTP/1.1\r\nContent-Type: text/xml; charset=utf-8\r\nHost: x\r\n\r\n${request}`
    const saved = await explain(save('request.http', http), '--json')
    const piped = await runCli(['explain', '-', '--certificate', certificate, '--json'], nowhere, http)

    expect([saved.code, piped.code]).toEqual([0, 0])
  })

  test('is judged at another instant, and what is only too old passed everything else', async () => {
    const file = save('late.xml', request)
    const late = explained(await explain(file, '--json', '--at', new Date(Date.now() + 3_600_000).toISOString()))
    const text = await explain(file, '--at', new Date(Date.now() + 5_000_000).toISOString())

    expect(late).toMatchObject({ accepted: false, code: 'TIMESTAMP_EXPIRED', onlyFreshness: true })
    expect(late.checks.filter(({ passed }) => !passed).map(({ check }) => check)).toEqual(['timestamp'])
    const at = /--at (\S+)/.exec(text.stdout)![1]!
    expect((await explain(file, '--at', at)).code).toBe(0)
  })

  test('shows our canonical form of its parts only when asked to', async () => {
    const file = save('parts.xml', request)
    const [plain, whole] = [await explain(file), await explain(file, '--canonical', '--json')]

    expect(plain.stdout).not.toContain('Päätös')
    expect(explained(whole).canonical!.map(({ element }) => element)).toEqual(['Body', 'Timestamp'])
    expect(explained(whole).canonical![0]!.text).toContain('Päätös')
  })

  test('fits into 100 columns, whatever it shows', async () => {
    for (const changed of [request, formatted(request), request.replace('Nimeke>', 'Nimeke>X'), '<html>', '']) {
      const { stdout } = await explain(save('wide.xml', changed), '--canonical')
      expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([])
    }
  })

  test('cannot be read, and is explained all the same', async () => {
    const finished = await explain(save('page.html', '<!DOCTYPE html><html></html>'), '--json')

    expect(finished.code).toBe(1)
    expect(explained(finished)).toMatchObject({ code: 'XML_FORBIDDEN', cause: { id: 'html-page' } })
  })

  test.each([
    ['a file that is not there', 1, ['explain', '/nonexistent/request.xml', '--certificate', '/nonexistent/c.pem']],
    ['an instant without a time zone', 2, ['explain', 'request.xml', '--at', '2026-03-04T10:00:00']],
    ['nothing to explain', 2, ['explain']],
    [
      'a stored request judged at another time',
      2,
      ['explain', '0199c0de-0000-7000-8000-000000000000', '--at', '2026-03-04T10:00:00Z'],
    ],
    [
      'parts of a stored request without revealing',
      2,
      ['explain', '0199c0de-0000-7000-8000-000000000000', '--canonical'],
    ],
  ])('%s is told without a result', async (_name, code, args) => {
    expect(await runCli(args, nowhere)).toMatchObject({ code, stdout: '' })
  })
})

describe('a request of the message log', () => {
  let gateway: GatewayProcess
  let request: string
  const secret = 'Otsikko jota ei saa näkyä'
  const person = testPersons[0]!.id
  beforeAll(async () => {
    gateway = await startGatewayProcess()
    const files = sandboxFiles(gateway.env['ASTI_DATA_DIR']!)
    const identity = {
      privateKeyPem: readFileSync(files.demoKeyFile, 'utf8'),
      certificatePem: readFileSync(files.demoCertificateFile, 'utf8'),
    } as Identity
    const from = { authorityId: demoService.authorityId, serviceId: demoService.id }
    request = signed(sendMessage(from, item(person, { Nimeke: secret, ViranomaisTunniste: newReference() })), identity)
  })
  afterAll(() => gateway.stop())

  const post = async (body: string | Buffer, charset = 'utf-8'): Promise<string> => {
    const answer = await fetch(`${gateway.origin}${SIGNED_PATH}`, {
      method: 'POST',
      headers: { 'content-type': `text/xml; charset=${charset}` },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    })
    return answer.headers.get('x-trace-id')!
  }
  const inBody = (xml: string): string =>
    xml.replace(/<soapenv:Body[^]*<\/soapenv:Body>/, (body) => body.replace(/><(?!\/)/g, '>\n  <'))

  test('that was accepted has all its checks and no cause', async () => {
    const finished = await runCli(['explain', await post(request), '--json'], gateway.env)

    const { accepted, cause, parts } = explained(finished)
    expect({ code: finished.code, accepted, cause }).toEqual({ code: 0, accepted: true, cause: null })
    expect(parts.map(({ element }) => element).sort()).toEqual(['Body', 'Timestamp'])
  })

  test('that was refused has its cause, in explain and in the log', async () => {
    const traceId = await post(inBody(request))

    const finished = await runCli(['explain', traceId, '--json'], gateway.env)
    const log = await runCli(['log', 'show', traceId], gateway.env)
    const list = await runCli(['log', 'list', '--limit', '3'], gateway.env)

    expect(finished.code).toBe(1)
    expect(explained(finished)).toMatchObject({
      accepted: false,
      code: 'BODY_CHANGED',
      cause: { id: 'reindented-after-signing', certainty: 'proven', parts: ['Body'] },
    })
    expect(log.stdout).toContain('reindented-after-signing')
    expect(list.stdout).toContain('reindented-after-signing')
  })

  test('shows nothing of what was written to people, unless it is revealed and the audit log knows', async () => {
    const traceId = await post(inBody(request))

    const closed = [
      await runCli(['explain', traceId], gateway.env),
      await runCli(['log', 'show', traceId], gateway.env),
    ]
    const before = (await auditRows(gateway.env, 'request.revealed')).length
    const opened = await runCli(['explain', traceId, '--canonical', '--reveal', '--json'], gateway.env)

    for (const { stdout, stderr } of closed)
      for (const text of [secret, person]) expect(stdout + stderr).not.toContain(text)
    expect(explained(opened).canonical!.find(({ element }) => element === 'Body')!.text).toContain(secret)
    const audit = await auditRows(gateway.env, 'request.revealed')
    expect(audit).toHaveLength(before + 1)
    expect(audit.at(-1)).toMatchObject({ actor: expect.stringMatching(/^cli:./), subject: { traceId } })
  })

  test('is read again in the character set that only its HTTP header named', async () => {
    const latin1 = Buffer.from(inBody(request).replace(/^<\?xml[^>]*\?>/, ''), 'latin1')
    const traceId = await post(latin1, 'ISO-8859-1')
    const opened = explained(await runCli(['explain', traceId, '--canonical', '--reveal', '--json'], gateway.env))

    expect(opened).toMatchObject({ code: 'BODY_CHANGED', cause: { id: 'reindented-after-signing' } })
    expect(opened.canonical!.find(({ element }) => element === 'Body')!.text).toContain(secret)
  })

  test('a file is judged by the registered certificates when none is given', async () => {
    const file = join(gateway.env['ASTI_DATA_DIR']!, 'saved.xml')
    writeFileSync(file, request)

    expect((await runCli(['explain', file, '--json'], gateway.env)).code).toBe(0)
  })

  test('an unknown trace id is told', async () => {
    const finished = await runCli(['explain', '0199c0de-0000-7000-8000-000000000000'], gateway.env)

    expect(finished).toMatchObject({ code: 1, stdout: '' })
  })
})

test('every cause has a title and something to do, and docs/explain.md lists it', () => {
  const documented = readFileSync(new URL('../../docs/explain.md', import.meta.url), 'utf8')
  for (const [id, { title, todo }] of Object.entries(causeTexts)) {
    expect(title).not.toBe('')
    expect(todo.length).toBeGreaterThan(0)
    expect(documented).toContain(`| \`${id}\` |`)
  }
})
