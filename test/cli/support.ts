import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { loadConfig } from '../../src/config/index.js'
import { createLogger } from '../../src/log.js'
import { openRuntime, type Runtime } from '../../src/runtime.js'
import { compileSources } from '../support/compiled.js'

export type Env = Readonly<Record<string, string>>

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A gateway as `npm start` runs it: a process of its own, its own data folder, a free port. */
export interface GatewayProcess {
  readonly origin: string
  /** what a command needs to find this gateway */
  readonly env: Env
  stop(): Promise<void>
}

export function makeDataDir(): { dir: string; remove: () => void } {
  const dir = mkdtempSync(join(tmpdir(), 'asti-cli-'))
  return { dir, remove: () => rmSync(dir, { recursive: true, force: true }) }
}

/** Only what is given, and where programs are: settings of who runs the tests play no part. */
const environment = (env: Env): Env => ({ PATH: process.env['PATH'] ?? '', ...env })

export async function startGatewayProcess(): Promise<GatewayProcess> {
  const data = makeDataDir()
  const compiled = await compileSources()
  const child = spawn(process.execPath, [join(compiled, 'dist/main.js')], {
    env: environment({ ASTI_DATA_DIR: data.dir, PORT: '0' }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stderr.resume()
  const port = await startedPort(child)
  return {
    origin: `http://127.0.0.1:${port}`,
    env: { ASTI_DATA_DIR: data.dir, PORT: String(port) },
    stop: async () => {
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'exit')
      data.remove()
    },
  }
}

async function startedPort(child: ChildProcess): Promise<number> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const { event, port } = JSON.parse(line) as { event: string; port?: number }
    if (event !== 'gateway.started') continue
    child.stdout!.resume()
    return port!
  }
  throw new Error('The gateway ended before it listened')
}

/** Runs one command to its end, as a person at a terminal would. */
export async function runCli(args: readonly string[], env: Env, input = ''): Promise<Finished> {
  const compiled = await compileSources()
  const child = spawn(process.execPath, [join(compiled, 'dist/cli/main.js'), ...args], { env: environment(env) })
  const texts = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (texts.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (texts.stderr += text))
  child.stdin.end(input)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...texts }
}

/**
 * Runs a command that prints JSON, which is all that may stand on standard output.
 * @returns its value beside, of the type that the test expects
 */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- what a test expects, it checks
export async function runJson<T>(args: readonly string[], env: Env): Promise<Finished & { value: T }> {
  const finished = await runCli([...args, '--json'], env)
  return { ...finished, value: JSON.parse(finished.stdout) as T }
}

/** The database that the commands work on. */
export async function withDatabase<T>(env: Env, work: (runtime: Runtime) => Promise<T>): Promise<T> {
  const runtime = await openRuntime(loadConfig(env), {
    log: createLogger({ level: 'silent' }),
    role: 'guest',
    now: new Date(),
  })
  try {
    return await work(runtime)
  } finally {
    await runtime.close()
  }
}

export interface AuditRow {
  readonly actor: string
  readonly act: string
  readonly subject: Readonly<Record<string, unknown>>
}

export const auditRows = (env: Env, act: string): Promise<AuditRow[]> =>
  withDatabase(env, async ({ db }) => {
    const { rows } = await db.query<AuditRow>('select actor, act, subject from audit where act = $1 order by id', [act])
    return rows
  })

export interface Sent {
  readonly accepted: boolean
  readonly code: number | null
  readonly text: string
  readonly traceId: string | null
  readonly reference: string
  readonly items: readonly { readonly code: number; readonly number: string | null }[]
}

export interface Listed {
  readonly number: string
  readonly traceId: string
  readonly reference: string
  readonly state: number
  readonly attachments: number
}
