/** Three digits that count; more would claim what a busy machine cannot know. */
export function number(value) {
  if (value >= 1000) return Number(value.toPrecision(3)).toLocaleString('en')
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

export const spreadText = ({ median, min, max }) => `${number(median)} (${number(min)}–${number(max)})`

export const byteText = (bytes) =>
  bytes < 1_000_000 ? `${number(bytes / 1000)} KB` : `${number(bytes / 1_000_000)} MB`

/** @param rows  the first one is the head, and nothing is printed without more; the first `left` columns are texts */
export function printRows(title, rows, { markdown, left = 2 }) {
  if (rows.length === 1) return
  console.log(`\n${title}\n`)
  console.log((markdown ? piped : aligned)(rows, left))
}

function aligned(rows, left) {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)))
  const line = (row) => row.map((cell, i) => (i < left ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ')
  return rows.map((row) => `  ${line(row).trimEnd()}`).join('\n')
}

function piped([head, ...rows], left) {
  const rule = head.map((_, i) => (i < left ? '---' : '---:'))
  return [head, rule, ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}
