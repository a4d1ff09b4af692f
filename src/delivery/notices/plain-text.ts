/** Text on one line: whatever could begin another one becomes a space. */
export const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim()

/** Text of several lines, with no control character in it but the ends of lines. */
export const severalLines = (text: string): string =>
  text
    .replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
    .replace(/\t/g, '    ')
    .replace(/[^\P{Cc}\n]/gu, '')
    .trim()

/** At most so many UTF-16 units, as networks count them; cut between words where that is near, never within a character. */
export function shortened(text: string, longest: number): string {
  if (text.length <= longest) return text
  // Three full stops and not an ellipsis, which is no letter of SMS and would halve what fits in each part.
  const cut = text.slice(0, longest - 3).replace(/[\ud800-\udbff]$/, '')
  const space = cut.lastIndexOf(' ')
  return `${(space > cut.length - 30 ? cut.slice(0, space) : cut).trimEnd()}...`
}
