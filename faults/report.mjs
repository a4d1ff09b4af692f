import { cpSync, mkdirSync } from 'node:fs'
import { join, relative } from 'node:path'

const HEAD = [
  'fault',
  'rounds',
  'letters',
  'requests',
  'other',
  'attempts',
  'reports',
  'back ms',
  'drained ms',
  's',
  'result',
]
const LAST = HEAD.length - 1

/** @param rows  [scenario, row] */
export function printTable(rows) {
  const lines = rows.filter(([, row]) => row.skipped === undefined).map(lineOf)
  const widths = HEAD.map((title, i) => Math.max(title.length, ...lines.map((line) => line[i].length)))
  const text = (line) =>
    line
      .map((cell, i) => (i === 0 || i === LAST ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join('  ')
      .trimEnd()
  console.log(`\n  ${text(HEAD)}`)
  for (const line of lines) console.log(`  ${text(line)}`)
  for (const [{ name }, { skipped }] of rows) if (skipped !== undefined) console.log(`  ${name}: skipped, ${skipped}`)
}

function lineOf([scenario, row]) {
  const { facts = {}, rounds = 0, notes = [], drainedMs, seconds = 0 } = row
  const times = [...notes].sort((a, b) => a - b)
  const back = times.length === 0 ? '–' : `${times[times.length >> 1]} (${times.at(-1)})`
  const figures = [facts.messages, facts.tries, facts.others, facts.attempts, facts.reports].map((n) =>
    String(n ?? '–'),
  )
  return [
    ...[scenario.name, String(rounds), ...figures, back, drainedMs === undefined ? '–' : String(drainedMs)],
    ...[seconds.toFixed(1), verdict(scenario, row)],
  ]
}

const listed = (violations) =>
  Object.entries(violations)
    .map(([name, count]) => `${name}: ${count}`)
    .join(', ')

function verdict({ expects }, { violations = {}, counts = {}, error }) {
  const done = Object.entries(counts)
    .map(([what, times]) => `${times} ${what}`)
    .join(', ')
  if (error !== undefined) return `FAILED: ${error}`
  const found = listed(violations)
  if (expects === undefined) return found === '' ? (done === '' ? 'ok' : `ok, ${done}`) : `VIOLATED ${found}`
  return expects in violations ? `caught (${found})` : `NOT CAUGHT${found === '' ? '' : ` (only ${found})`}`
}

/** Whether a run proves what it is there for. */
export function isGood({ expects }, { skipped, violations = {}, error }) {
  if (skipped !== undefined) return true
  if (error !== undefined) return false
  return expects === undefined ? Object.keys(violations).length === 0 : expects in violations
}

/** Logs of the processes, for who looks for the reason; they hold nothing about people. */
export function keepLogs({ logs }, folder, seed) {
  const kept = join(folder, String(seed))
  mkdirSync(kept, { recursive: true })
  cpSync(logs, kept, { recursive: true })
  console.log(`\nLogs of the processes are in ${relative(process.cwd(), kept)}.`)
}
