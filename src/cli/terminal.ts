import { styleText } from 'node:util'

/** Where a command reads its surroundings and writes: results to standard output, everything else to standard error. */
export interface Terminal {
  readonly env: NodeJS.ProcessEnv
  readonly paint: Paint
  /** 0 done, 1 refused or failed, 2 called wrongly */
  exitCode: 0 | 1 | 2
  out(text: string): void
  /** a notice or an error */
  note(text: string): void
  /** machine-readable, the only thing on standard output */
  json(value: unknown): void
}

export interface Paint {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
}

export function createTerminal({ stdout, stderr, env }: NodeJS.Process): Terminal {
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
    exitCode: 0,
    out: (text) => void stdout.write(`${text}\n`),
    note: (text) => void stderr.write(`${text}\n`),
    json: (value) => void stdout.write(`${JSON.stringify(value, null, 2)}\n`),
  }
}
