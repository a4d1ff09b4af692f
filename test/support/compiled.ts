import { createHash, randomUUID } from 'node:crypto'
import { accessSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { constants, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
const DAY_MS = 86_400_000

let compiled: Promise<string> | undefined

/**
 * Compiles `src/` for tests that need a process of their own, because jest compiles only within its own. Types are not
 * checked. The result is kept by content, so only the first call after a change takes time (a second or two).
 * Returns a folder that looks like an installed gateway: `dist/`, and links to package.json, wsdl, xsd, questions, fonts, src, node_modules.
 */
export function compileSources(): Promise<string> {
  return (compiled ??= compile())
}

async function compile(): Promise<string> {
  const sources = readSources()
  const cache = cacheFolder()
  const target = join(cache, `compiled-${hashOf(sources)}`)
  if (existsSync(target)) return target
  removeOld(cache)
  const draft = `${target}.${randomUUID()}`
  await compileInto(join(draft, 'dist'), sources)
  for (const name of ['package.json', 'wsdl', 'xsd', 'questions', 'fonts', 'src', 'node_modules']) {
    if (existsSync(join(root, name))) symlinkSync(join(root, name), join(draft, name))
  }
  try {
    renameSync(draft, target)
  } catch {
    rmSync(draft, { recursive: true }) // another test file was quicker
  }
  return target
}

async function compileInto(dist: string, sources: Map<string, Buffer>): Promise<void> {
  const { default: ts } = await import('typescript')
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: { compilerOptions: object }
  }
  // Alone, a file does not know that package.json makes it an ES module.
  const esModules = { noEmit: false, module: 'esnext', moduleResolution: 'bundler' }
  const { options } = ts.convertCompilerOptionsFromJson({ ...config.compilerOptions, ...esModules }, root)
  for (const [name, text] of sources) {
    const to = join(dist, name.replace(/\.ts$/, '.js'))
    mkdirSync(dirname(to), { recursive: true })
    const transpile = () => ts.transpileModule(text.toString(), { compilerOptions: options, fileName: name }).outputText
    writeFileSync(to, name.endsWith('.ts') ? transpile() : text)
  }
}

function readSources(): Map<string, Buffer> {
  const folder = join(root, 'src')
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
  return new Map(names.map((name) => [name, readFileSync(join(folder, name))]))
}

function hashOf(sources: Map<string, Buffer>): string {
  const hash = createHash('sha256')
  for (const path of [join(root, 'tsconfig.json'), fileURLToPath(import.meta.url)]) hash.update(readFileSync(path))
  for (const [name, text] of sources) hash.update(`${name}\n`).update(text)
  return hash.digest('hex').slice(0, 16)
}

function cacheFolder(): string {
  const modules = join(root, 'node_modules')
  try {
    accessSync(modules, constants.W_OK)
    return join(modules, '.cache', 'asiointitili')
  } catch {
    return join(tmpdir(), `asiointitili-compiled-${userInfo().uid}`)
  }
}

function removeOld(cache: string): void {
  mkdirSync(cache, { recursive: true })
  for (const name of readdirSync(cache)) {
    const path = join(cache, name)
    if (Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > DAY_MS) {
      rmSync(path, { recursive: true, force: true })
    }
  }
}
