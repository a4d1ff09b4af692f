import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'

const TTY_MS = 1_000
const PLAIN_MS = 10_000
let lastLineAt = 0

/** A line a second that is written over on a terminal, a line every ten seconds elsewhere. */
export function showProgress(name, { executions, perSecond, coverage, corpus }, isLast = false) {
  const { isTTY } = process.stderr
  if (!isLast && Date.now() - lastLineAt < (isTTY ? TTY_MS : PLAIN_MS)) return
  lastLineAt = Date.now()
  const text = `${name.padEnd(8)} ${count(executions)} executions, ${count(perSecond)}/s, coverage ${coverage.toFixed(1)} %, corpus ${corpus}`
  process.stderr.write(isTTY ? `\r\u001b[K${text}${isLast ? '\n' : ''}` : `${text}\n`)
}

export function printOutcomes(name, { executions, outcomes }) {
  console.log(`\n${name}: what ${count(executions)} executions came to`)
  const width = Math.max(...outcomes.map(([outcome]) => outcome.length), 0)
  for (const [outcome, times] of outcomes)
    console.log(
      `  ${outcome.padEnd(width)}  ${count(times).padStart(11)}  ${((times / executions) * 100).toFixed(1).padStart(5)} %`,
    )
}

/** Writes what went wrong into a file of its own and says how to run it again. */
export function keepFailure(folder, { target, seed, failure, input, context }) {
  console.log(`\n${target}: ${failure.kind}\n  ${failure.detail.replaceAll('\n', '\n  ')}`)
  if (input === null) return
  mkdirSync(folder, { recursive: true })
  const hash = createHash('sha256').update(input.base64).digest('hex').slice(0, 8)
  const slug = failure.kind.toLowerCase().replace(/[^a-z0-9]+/g, '-')
  const file = join(folder, `${target}-${slug.slice(0, 40)}-${hash}.json`)
  const text = Buffer.from(input.base64, 'base64').toString('latin1').slice(0, 4_000)
  const kept = { target, failure, seed, foundAt: new Date().toISOString(), input, inputAsLatin1: text, context }
  writeFileSync(file, `${JSON.stringify(kept, null, 2)}\n`)
  const shown = relative(process.cwd(), file)
  console.log(`  kept in   ${shown}\n  again     npm run fuzz -- --replay ${shown}`)
}

export const count = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ' ')
