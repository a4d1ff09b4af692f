/** The candidate that takes the fewest edits to become; the prefix all settings share does not count. */
export function nearest(name: string, candidates: readonly string[]): string {
  const plain = (text: string) => text.toUpperCase().replace(/^ASTI_/, '')
  const distances = candidates.map((candidate) => editDistance(plain(name), plain(candidate)))
  return candidates[distances.indexOf(Math.min(...distances))]!
}

/** Levenshtein: how many letters to insert, remove or replace. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[to.length]!
}
