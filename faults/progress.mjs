const WIDTH = 24

/** One line on stderr: a bar over the whole run and what is being done now; elsewhere than on a terminal a line each. */
export function showProgress({ done, all, name, round, rounds }) {
  const isBar = process.stderr.isTTY
  if (!isBar && round > 1) return
  const share = (done + (rounds > 0 ? (round - 1) / rounds : 0)) / all
  const filled = Math.round(share * WIDTH)
  const bar = `${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${String(Math.floor(share * 100)).padStart(3)} %`
  const text = `${name}${rounds > 1 && isBar ? `, round ${round} of ${rounds}` : ''}`
  process.stderr.write(isBar ? `\r\u001b[K${bar}  ${text}` : `${bar}  ${text}\n`)
}

export function endProgress() {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
}
