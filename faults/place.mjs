import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { onEnd, writeLastWill } from './tidy.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
/** What is published with the built code. */
const BESIDE = ['package.json', ...JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).files].filter(
  (name) => name !== 'dist',
)

/**
 * A temporary folder with the built code as it is now, so that a build meanwhile changes nothing; keys, logs and
 * databases of a run are in it too.
 */
export function makePlace() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'asti-faults-')))
  onEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }))
  writeLastWill(folder)
  // PostgreSQL runs under another account when we are root, and has to get to its folder.
  chmodSync(folder, 0o711)
  mkdirSync(join(folder, 'logs'))
  const whole = copyOf(join(root, 'dist'), join(folder, 'whole'))
  return {
    folder,
    logs: join(folder, 'logs'),
    dist: whole,
    load: (path) => import(pathToFileURL(join(whole, path)).href),
    newFolder: (name) => {
      const made = join(folder, name)
      mkdirSync(made)
      return made
    },
    /** A copy with a defect. @param patches  { file, from, to } each; `from` has to be there exactly once */
    withDefect: (name, patches) => {
      const dist = copyOf(whole, join(folder, `defect-${name}`))
      for (const patch of patches) applyPatch(dist, patch)
      return dist
    },
  }
}

function copyOf(dist, folder) {
  cpSync(dist, join(folder, 'dist'), { recursive: true })
  for (const name of BESIDE) cpSync(join(root, name), join(folder, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return join(folder, 'dist')
}

/** A defect that is not planted proves nothing: a source that has changed is a failure of the run. */
function applyPatch(dist, { file, from, to }) {
  const path = join(dist, file)
  const text = readFileSync(path, 'utf8')
  const found = text.split(from).length - 1
  if (found !== 1) throw new Error(`A seeded defect cannot be planted: ${file} has its text ${found} times, not once`)
  writeFileSync(
    path,
    text.replace(from, () => to),
  )
}
