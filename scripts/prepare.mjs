import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What every command of package.json needs before it can run: packages installed, sources built. Node only, no packages. */
export const root = fileURLToPath(new URL('..', import.meta.url))
const MINIMUM = [20, 19]

export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1])) return
  console.error(`Asiointitili Gateway needs Node.js ${MINIMUM.join('.')} or newer; this is ${process.versions.node}.`)
  process.exit(1)
}

/** Installs the packages of the lock file unless just these are installed already. */
export function install() {
  requireNode()
  const stamp = join(root, 'node_modules', '.asiointitili-lock')
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  console.error('Installing packages (once) …')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  writeFileSync(stamp, lock)
}

/** Compiles src/ to dist/ when anything in src/ is newer. */
export function build() {
  install()
  const stamp = join(root, 'dist', '.built')
  const newest = newestIn(
    join(root, 'src'),
    Math.max(
      ...['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'].map((f) => statSync(join(root, f)).mtimeMs),
    ),
  )
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= newest) return
  console.error('Building …')
  // Built aside and exchanged at once: a gateway or command that is just starting never finds half a build.
  const fresh = join(root, `dist.new-${process.pid}`)
  run(process.execPath, [
    join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
    '-p',
    'tsconfig.build.json',
    '--outDir',
    fresh,
  ])
  writeFileSync(join(fresh, '.built'), '')
  const old = join(root, `dist.old-${process.pid}`)
  if (existsSync(join(root, 'dist'))) renameSync(join(root, 'dist'), old)
  renameSync(fresh, join(root, 'dist'))
  rmSync(old, { recursive: true, force: true })
}

function newestIn(folder, start) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce(
      (newest, entry) => Math.max(newest, statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs),
      start,
    )
}

/** Runs a program to its end in the project's folder; ends with its exit code when that is not 0. */
export function run(program, args, env = {}) {
  const { status, error } = spawnSync(program, args, {
    cwd: root,
    // What a program prints while preparing must not mix with the output of the command itself.
    stdio: ['ignore', 2, 2],
    env: { ...process.env, ...env },
    shell: process.platform === 'win32' && program === 'npm',
  })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

// node scripts/prepare.mjs install: just that, for who runs the linters alone.
if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv[2] === 'install') install()
