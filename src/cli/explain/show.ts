import { harmless, shown, sizeText } from '../layout.js'
import { CLI } from '../options.js'
import type { Terminal } from '../terminal.js'
import type { CanonicalPart, Explanation } from './explanation.js'

const WIDTH = 100
const MAX_LINES = 60
/** Facts that others on the screen say better, or that are for programs. */
const HIDDEN = new Set(['code', 'reason'])

/** Prints an explanation for people, at most 100 columns wide. */
export function showExplanation(terminal: Terminal, explanation: Explanation): void {
  const { good, bad, bold } = terminal.paint
  const { accepted, code, cause, parts, canonical } = explanation
  const name = 'file' in explanation.source ? explanation.source.file : `Request ${explanation.source.traceId}`
  terminal.out(bold(wrapped(shown(name), '').join('\n')))
  const answer = 'file' in explanation.source ? '' : answerOf(explanation.source)
  const verdict = code === null ? '' : `  ${shown(code)}`
  print(terminal, `${accepted ? good('accepted') : bad('refused')}${verdict}${answer}`, '  ')
  if (cause !== null) showCause(terminal, cause)
  if (explanation.checks.length > 0) terminal.out(`\n${bold('Checks, in their order')}`)
  for (const check of explanation.checks) showCheck(terminal, check)
  if (parts.length > 0) terminal.out(`\n${bold('Signed parts')}`)
  for (const part of parts) showPart(terminal, part)
  for (const part of canonical ?? []) showCanonical(terminal, part)
  showNotes(terminal, explanation)
}

const answerOf = ({ statusCode, statusText }: { statusCode: number | null; statusText: string | null }): string =>
  statusCode === null ? ', answered with a SOAP Fault' : `, answered with ${statusCode} ${shown(statusText)}`

export function showCause(terminal: Terminal, cause: NonNullable<Explanation['cause']>): void {
  const { bold, dim } = terminal.paint
  const about = cause.parts === undefined ? '' : ` in ${cause.parts.map((part) => shown(part)).join(', ')}`
  terminal.out(`\n${bold('Why')}  ${dim(`${shown(cause.id)}${about}, ${cause.certainty}`)}`)
  for (const line of [cause.title, ...cause.meaning]) print(terminal, line, '  ')
  if (cause.todo.length > 0) terminal.out(`\n${bold('What to do')}`)
  for (const line of cause.todo) print(terminal, line, '    ', '  - ')
}

function showCheck(terminal: Terminal, { check, passed, facts }: Explanation['checks'][number]): void {
  const { good, bad, dim } = terminal.paint
  terminal.out(`  ${passed ? good('✓') : bad('✗')} ${shown(check)}`)
  if (!passed) print(terminal, String(facts['reason'] ?? ''), '      ')
  for (const [name, value] of Object.entries(facts)) {
    // What SignedInfo canonicalises to is long, and of use only where the value is what failed.
    if (HIDDEN.has(name) || (name === 'signedInfo' && passed)) continue
    if (name === 'signedInfo') {
      terminal.out(`      ${dim('signedInfo')}:`)
      showLines(terminal, String(value))
      continue
    }
    const text = Array.isArray(value) ? value.join(', ') || '-' : String(value)
    const [first = '', ...more] = wrapped(shown(text), ' '.repeat(name.length + 8))
    terminal.out([`      ${dim(shown(name))}: ${first.trimStart()}`, ...more].join('\n'))
  }
}

/** The two digests below each other, so that the eye compares them. */
function showPart(terminal: Terminal, part: Explanation['parts'][number]): void {
  const { good, bad, dim } = terminal.paint
  const { element, id, digest, computed, sizeBytes, prefixList, digestAlgorithm } = part
  const size = sizeBytes === null ? '' : `, ${sizeText(sizeBytes)}`
  const named = id === undefined ? '' : ` (#${shown(id)})`
  terminal.out(wrapped(`${shown(element)}${named}${size}`, '  ').join('\n'))
  if (prefixList !== undefined && prefixList.length > 0) print(terminal, `PrefixList ${prefixList.join(' ')}`, '      ')
  if (digestAlgorithm !== undefined) print(terminal, dim(shown(digestAlgorithm)), '      ')
  if (computed === undefined || computed === digest) terminal.out(`    ${good('=')} ${shown(digest)}`)
  else if (computed === null) terminal.out(`    ? ${shown(digest)}  ${dim('in the message; not compared')}`)
  else {
    terminal.out(`    ${bad('-')} ${shown(digest)}  ${dim('in the message')}`)
    terminal.out(`    ${bad('+')} ${shown(computed)}  ${dim('by us')}`)
  }
}

function showCanonical(terminal: Terminal, { element, sizeBytes, text }: CanonicalPart): void {
  terminal.out(`\n${terminal.paint.bold(`Our canonical form of ${shown(element)}`)}, ${sizeBytes} bytes`)
  showLines(terminal, text)
}

/** A text as it is, long lines cut; a dot begins what continues a line. */
function showLines(terminal: Terminal, text: string): void {
  const { dim } = terminal.paint
  const lines = harmless(text).split('\n').flatMap(cut)
  for (const { line, isCut } of lines.slice(0, MAX_LINES)) terminal.out(`${dim(isCut ? '  · ' : '  | ')}${line}`)
  if (lines.length > MAX_LINES)
    terminal.out(`  ${lines.length - MAX_LINES} lines more of this width; --json prints all of it.`)
}

/** Pieces of a long line; white space is data here and stays. */
function cut(line: string): { line: string; isCut: boolean }[] {
  const pieces = line.match(new RegExp(`[^]{1,${WIDTH - 4}}`, 'gu')) ?? ['']
  return pieces.map((piece, i) => ({ line: piece, isCut: i > 0 }))
}

function showNotes(terminal: Terminal, explanation: Explanation): void {
  const { onlyFreshness, checks, search, cause, code, accepted, source } = explanation
  const createdAt = checks.at(-1)?.facts['createdAt']
  if (onlyFreshness && typeof createdAt === 'string') {
    terminal.out('')
    print(terminal, 'Everything else passed: only the time is wrong. To judge the request at the time it was made:', '')
    terminal.out(`  --at ${shown(createdAt)}`)
  }
  if (search && !search.complete) {
    const more =
      'file' in source
        ? 'there are more that nobody tried.'
        : 'the caller waited. With --canonical --reveal, or on a file that holds the request, more are tried.'
    print(terminal, `\nThe cause was looked for in ${search.tried} forms of what was signed; ${more}`, '')
  }
  if (accepted || onlyFreshness || cause !== null) return
  if (code === null) print(terminal, '\nIts signature was let in. What it asks for was refused.', '')
  else print(terminal, `\nWhat ${shown(code)} means, and what to do: docs/errors.md`, '')
}

function print(terminal: Terminal, text: string, indent: string, first = indent): void {
  const [head = '', ...lines] = wrapped(shown(text.trimStart()), indent)
  if (text.startsWith('\n')) terminal.out('')
  terminal.out([first + head.slice(indent.length), ...lines].join('\n'))
}

/** Lines of at most 100 columns, broken at spaces where there are any. */
export function wrapped(text: string, indent: string): string[] {
  const width = WIDTH - indent.length
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ').flatMap((one) => one.match(new RegExp(`[^]{1,${width}}`, 'gu')) ?? [''])) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(indent + line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, indent + line]
}

export const explainHint = (traceId: string): string => `${CLI} explain ${traceId}`
