import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('..', import.meta.url))
/** What is published with the built code. */
const beside = ['package.json', ...JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).files].filter(
  (name) => name !== 'dist',
)

/**
 * A temporary folder with the built code as it is now, so that a build meanwhile changes nothing, and the tests' builders
 * of requests, compiled. The built code stands in `src`, where the tests look for it.
 */
export function makePlace() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'asiointitili-fuzz-')))
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  try {
    cpSync(join(root, 'dist'), join(folder, 'src'), { recursive: true })
    for (const name of beside) cpSync(join(root, name), join(folder, name), { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    compile('test/support', folder)
    compile('test/fixtures/requests', folder)
  } catch (error) {
    remove()
    throw error
  }
  const load = (path) => import(pathToFileURL(join(folder, path)).href)
  return { folder, load, remove }
}

/** Types are not checked: `npm run typecheck` does that. */
function compile(name, to) {
  const compilerOptions = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true }
  for (const path of readdirSync(join(root, name), { recursive: true })) {
    if (!path.endsWith('.ts') || path.endsWith('.test.ts')) continue
    const file = join(to, name, path.replace(/\.ts$/, '.js'))
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(
      file,
      ts.transpileModule(readFileSync(join(root, name, path), 'utf8'), { compilerOptions }).outputText,
    )
  }
}
