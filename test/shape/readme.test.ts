import { expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { filesBelow, read, root } from './sources.js'

const readme = read('README.md')
const pages = ['README.md', 'CHANGELOG.md', ...filesBelow('docs', /\.md$/)]
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }

test.each(pages)('%s names only npm scripts that exist', (page) => {
  const text = read(page)
  const run = [...text.matchAll(/\bnpm run (?:-s |--silent )?([a-z][\w:-]*)/g)].map(([, name]) => name!)
  const short = [...text.matchAll(/\bnpm (start|test)\b/g)].map(([, name]) => name!)
  expect([...new Set([...run, ...short])].filter((name) => !(name in scripts))).toEqual([])
})

test.each(pages)('%s links only to files that exist', (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)].map(([, path]) => path!)
  expect(links.filter((path) => !existsSync(join(root, dirname(page), path)))).toEqual([])
})

test.each(pages)('%s names only files and folders of the project that exist', (page) => {
  const inCode = [...read(page).matchAll(/`((?:src|test|docs|docker|scripts|bench|fuzz|faults|wsdl|xsd)\/[\w./-]*)`/g)]
  expect(inCode.map(([, path]) => path!).filter((path) => !existsSync(join(root, path)))).toEqual([])
})

test('the map in the README names what is there, and every room of src', () => {
  const map = /<!-- map:begin -->([^]*?)<!-- map:end -->/.exec(readme)?.[1] ?? ''
  const named = [...map.matchAll(/^([\w./-]+)(?: ([\w./-]+))* {2,}/gm)].flatMap(([line]) => line.trim().split(/ +/))
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([])
  const rooms = filesBelow('src', /^index\.ts$/)
    .map((path) => path.replace(/index\.ts$/, ''))
    .filter((path) => path.split('/').length === 3)
  expect(rooms.length).toBeGreaterThan(5)
  expect(rooms.filter((room) => !named.includes(room))).toEqual([])
})

test('the configuration table in the README is the one that the schema makes', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/config-table.mjs', '--check', 'README.md'], {
    cwd: root,
    encoding: 'utf8',
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})
