// Before the stand-in of test/support/keys.ts: commands that run in this process need the real one.
import 'reflect-metadata'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../../src/cli/program.js'
import type { Terminal } from '../../src/cli/terminal.js'
import { cloneDatabase } from '../support/gateway.js'
import { makeIdentity } from '../support/keys.js'
import { makeDataDir, type Env, type Finished } from './support.js'

/** What somebody at a terminal saw, and what was asked, in the order of asking. */
export interface Session extends Finished {
  readonly questions: readonly { readonly text: string; readonly hidden: boolean }[]
}

/** Runs a command in this process for somebody who answers in turn; null: nobody sits there. */
export async function runAt(
  args: readonly string[],
  env: Env,
  answers: readonly string[] | null = null,
): Promise<Session> {
  const texts = { stdout: '', stderr: '' }
  const questions: { text: string; hidden: boolean }[] = []
  const ask = (hidden: boolean) => (text: string) => {
    questions.push({ text, hidden })
    return Promise.resolve(answers?.[questions.length - 1] ?? null)
  }
  const plain = (text: string): string => text
  const terminal: Terminal = {
    env,
    paint: { bold: plain, dim: plain, good: plain, bad: plain },
    attended: answers !== null,
    exitCode: 0,
    out: (text) => void (texts.stdout += `${text}\n`),
    note: (text) => void (texts.stderr += `${text}\n`),
    json: (value) => void (texts.stdout += `${JSON.stringify(value, null, 2)}\n`),
    progress: () => undefined,
    ask: ask(false),
    askHidden: ask(true),
  }
  const code = await run(args, terminal)
  return { code, ...texts, questions }
}

/** Where operators work: a database and a folder of their own. */
export class Desk {
  readonly env: Env
  readonly close: () => Promise<void>

  constructor(env: Env, close: () => Promise<void> = () => Promise.resolve()) {
    this.env = env
    this.close = close
  }

  static async open(): Promise<Desk> {
    const database = await cloneDatabase()
    const data = makeDataDir()
    return new Desk({ ASTI_DATA_DIR: data.dir, DATABASE_URL: database.url }, async () => {
      await database.drop()
      data.remove()
    })
  }

  /** Writes a file for a command to read. @returns its path */
  file(name: string, content: unknown): string {
    const path = join(this.env['ASTI_DATA_DIR']!, name)
    writeFileSync(path, typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content))
    return path
  }

  async certificate(name: string, options: { notAfter?: Date } = {}): Promise<{ file: string; fingerprint: string }> {
    const { certificatePem, fingerprintSha256 } = await makeIdentity({ commonName: name, ...options })
    return { file: this.file(`${name}.pem`, certificatePem), fingerprint: fingerprintSha256 }
  }

  run(...args: readonly string[]): Promise<Session> {
    return runAt(args, this.env)
  }

  /** Does it without asking; it has to succeed. */
  async act(...args: readonly string[]): Promise<Session> {
    const done = await this.run(...args, '--yes')
    if (done.code !== 0) throw new Error(`${args.join(' ')}: ${done.stderr}`)
    return done
  }

  /** What a command that shows something, or does something with --yes, prints as JSON. */
  async json<T>(...args: readonly string[]): Promise<T> {
    const { stdout, stderr } = await this.run(...args, '--json')
    if (stdout === '') throw new Error(`${args.join(' ')}: ${stderr}`)
    return JSON.parse(stdout) as T
  }
}

/** The options that name a service of a test. */
export const named = (id: string): string[] => ['--authority', `${id}_ws`, '--service', `${id}_ws_1`]
