import type { Terminal } from './terminal.js'

const COLUMN_GAP = '  '

/**
 * A value as one line of text. Much of what is shown was written by callers, and a terminal would obey their control
 * characters.
 */
export function shown(value: string | number | Date | null | undefined): string {
  if (value === null || value === undefined || value === '') return '-'
  if (value instanceof Date) return `${value.toISOString().slice(0, 19).replace('T', ' ')}Z`
  return harmless(String(value)).replaceAll('\n', ' ')
}

/** The same for texts of several lines. */
export function harmless(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
}

/** Columns as wide as their widest value, under a heading. */
export function printTable(terminal: Terminal, heading: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = heading.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join(COLUMN_GAP)
      .trimEnd()
  terminal.out(terminal.paint.bold(line(heading)))
  for (const row of rows) terminal.out(line(row))
}

/** Names and values below each other. */
export function printFields(terminal: Terminal, fields: readonly (readonly [name: string, value: string])[]): void {
  const width = Math.max(...fields.map(([name]) => name.length))
  for (const [name, value] of fields) {
    const [first = '', ...more] = value.split('\n')
    terminal.out(`  ${terminal.paint.dim(name.padEnd(width))}  ${first}`)
    for (const line of more) terminal.out(`  ${' '.repeat(width)}  ${line}`)
  }
}

/** What is shown of a row: all but these fields. */
export const without = <Row extends object, Name extends keyof Row>(row: Row, ...names: Name[]): Omit<Row, Name> =>
  Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name as Name))) as Omit<Row, Name>

/** Several lines as one value. */
export const listOf = (lines: readonly string[]): string => (lines.length === 0 ? '-' : lines.join('\n'))

/** Says that there may be more than what was asked for. */
export function noteLimit(
  terminal: Terminal,
  { count, limit, which }: { count: number; limit: number; which: string },
): void {
  if (count === limit) terminal.note(`These are the ${which} ${limit}; there may be more, see --limit.`)
}

export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}
