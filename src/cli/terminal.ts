import { once } from 'node:events'
import { createInterface } from 'node:readline/promises'
import { isatty } from 'node:tty'
import { styleText } from 'node:util'

/** Where a command reads its surroundings and writes: results to standard output, everything else to standard error. */
export interface Terminal {
  readonly env: NodeJS.ProcessEnv
  readonly paint: Paint
  /** whether somebody sits there who can be asked */
  readonly attended: boolean
  /** 0 done, 1 refused or failed, 2 called wrongly */
  exitCode: 0 | 1 | 2
  out(text: string): void
  /** a notice or an error */
  note(text: string): void
  /** machine-readable, the only thing on standard output */
  json(value: unknown): void
  /** How far long work has come; drawn over itself for whoever watches, and not at all for files. */
  progress(done: number, total: number): void
  /** One line of who sits there; null when nobody does, or whoever does has gone. */
  ask(question: string): Promise<string | null>
  /** The same for a secret: what is typed is not shown. */
  askHidden(question: string): Promise<string | null>
}

export interface Paint {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
}

export function createTerminal(process: NodeJS.Process): Terminal {
  const { stdout, stderr, env } = process
  // `… | head` closes the pipe: what is left has no reader.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  // hasColors also obeys NO_COLOR and FORCE_COLOR.
  const coloured = stdout.isTTY && stdout.hasColors(env)
  const style = (format: 'bold' | 'dim' | 'green' | 'red') => (text: string) =>
    coloured ? styleText(format, text) : text
  return {
    env,
    paint: { bold: style('bold'), dim: style('dim'), good: style('green'), bad: style('red') },
    attended: isAttended(),
    exitCode: 0,
    out: (text) => void stdout.write(`${text}\n`),
    note: (text) => void stderr.write(`${text}\n`),
    json: (value) => void stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    progress: (done, total) => {
      if (stderr.isTTY) stderr.write(`\r${progressBar(done, total)}${done >= total ? '\n' : ''}`)
    },
    ask: (question) => askAt(process, question),
    askHidden: async (question) => {
      const answer = await askAt(process, question, { hidden: true })
      if (answer !== null) stderr.write('\n')
      return answer
    },
  }
}

const BAR_WIDTH = 30

function progressBar(done: number, total: number): string {
  const filled = total === 0 ? BAR_WIDTH : Math.round((done / total) * BAR_WIDTH)
  return `  [${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] ${done} of ${total}`
}

/** Asked of the system: `process.stdin`, once touched, is non-blocking, and `--file -` could not read it any more. */
const isAttended = (): boolean => isatty(0)

/** Questions go where notices go: standard output is for results. */
async function askAt(
  process: Pick<NodeJS.Process, 'stdin' | 'stderr'>,
  question: string,
  { hidden = false } = {},
): Promise<string | null> {
  if (!isAttended()) return null
  const { stdin, stderr } = process
  // From here on the terminal shows nothing by itself: not even what is typed before the question is there.
  const lines = createInterface({ input: stdin, terminal: true, ...(!hidden && { output: stderr }) })
  if (hidden) stderr.write(question)
  try {
    // Ctrl-C and Ctrl-D close it: by its version, Node.js then leaves the question open or breaks it off.
    const answered = lines.question(hidden ? '' : question).catch(() => null)
    return await Promise.race([answered, once(lines, 'close').then(() => null)])
  } finally {
    lines.close()
  }
}
