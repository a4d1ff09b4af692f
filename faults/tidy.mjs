import { spawn } from 'node:child_process'

/** What has to be undone, the newest first: processes, mounts, folders. Each is undone once, whoever asks for it. */
const acts = new Set()
let over = false

/** From then on nothing new is begun. */
export const isOver = () => over

/** @returns undoes it now instead of at the end */
export function onEnd(undo) {
  if (over) {
    void undo()
    throw new Error('The run is being ended')
  }
  const act = { undo }
  acts.add(act)
  return async () => {
    if (acts.delete(act)) await undo()
  }
}

/** Undoes all there is, whatever fails on the way. */
export async function tidyUp() {
  over = true
  for (const act of [...acts].reverse()) {
    if (!acts.delete(act)) continue
    try {
      await act.undo()
    } catch (error) {
      console.error('could not be tidied up:', error)
    }
  }
}

/** The pipe's other end closes also after kill -9 of this process: then what it started is ended, by number. */
const LAST_WILL = `trap '' TERM INT HUP
all=
folders=
while read -r word what; do
  case "$word" in
    retire) exit 0 ;;
    process) all="$all $what" ;;
    folder) folders="$folders $what" ;;
  esac
done
for pid in $all; do tr '\\0' ' ' < "/proc/$pid/cmdline" 2>/dev/null | grep -qF "$1" && kill -KILL "$pid"; done
sleep 3
umount -l "$1"/*/mount "$1"/*/round-* 2>/dev/null
rm -rf "$1" $folders`

let heir = null

/** From now on what `leaveBehind` names is ended, and the folder removed, should this process be killed. */
export function writeLastWill(folder) {
  heir = spawn('/bin/sh', ['-c', LAST_WILL, 'faults-last-will', folder], {
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  heir.on('error', () => undefined) // no shell: the runs are as good without it
  heir.stdin.on('error', () => undefined)
  heir.unref()
  heir.stdin.unref()
  onEnd(() => void heir.stdin.end('retire 0\n'))
}

/** @param word  process or folder; the latter without white space */
export const leaveBehind = (word, what) => void heir?.stdin.write(`${word} ${what}\n`)
