import { expect, test } from '@jest/globals'
import ts from 'typescript'
import { packageOf, roomOf, src, visit } from './sources.js'

/** Packages that only some rooms may use, so that each can be replaced, or a hole in it mended, in one place. */
const owners: Readonly<Record<string, readonly string[]>> = {
  fastify: ['arrival', 'app'],
  'prom-client': ['arrival'],
  'rate-limiter-flexible': ['arrival'],
  'xml-crypto': ['trust'],
  pg: ['store'],
  'node-pg-migrate': ['store'],
  pino: ['log'],
  ajv: ['config', 'registration'],
  // Reads our own XSD only: what callers send is read by xml (design.md D3).
  'fast-xml-parser': ['contract'],
  // A client only (design.md D2): the server side of SOAP is ours.
  soap: ['cli', 'report'],
  nodemailer: ['delivery'],
  'ssh2-sftp-client': ['delivery'],
  '@cantoo/pdf-lib': ['delivery'],
  'file-type': ['operations', 'delivery'],
  'pg-copy-streams': ['store'],
  commander: ['cli'],
  'node-forge': ['keys'],
  pkijs: ['trust', 'certificates'],
}

test('a package with an owner is imported by its owner only', () => {
  const wrong = src.flatMap(({ path, imports }) =>
    imports
      .map(({ specifier }) => packageOf(specifier))
      .filter((name) => name !== null && owners[name]?.includes(roomOf(path)) === false)
      .map((name) => `${path} imports ${name ?? ''}`),
  )
  expect(wrong).toEqual([])
})

/** The programs of PostgreSQL are found on the PATH, which is no setting of ours and is only handed on to them. */
const handsOnPath = /^src\/store\/embedded\/(processes|runtime|watchdog)\.ts$/
const readsEnvironment = /^src\/(config\/.+|main|cli\/main)\.ts$/

test('the environment is read by config and the two main files, and PATH by what starts PostgreSQL', () => {
  const wrong: string[] = []
  for (const { path, tree } of src) {
    visit(tree, (node) => {
      const named = ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node)
      if (!named || node.getText(tree).replace(/\s/g, '') !== 'process.env') return
      const whole = node.parent.getText(tree)
      const isPath = handsOnPath.test(path) && /^process\.env(\.PATH|\['PATH'\])$/.test(whole)
      if (!readsEnvironment.test(path) && !isPath) wrong.push(`${path}: ${whole}`)
    })
  }
  expect(wrong).toEqual([])
})

test('nobody takes the environment from node:process either', () => {
  const wrong = src.filter(({ imports }) => imports.some(({ specifier }) => /^(node:)?process$/.test(specifier)))
  expect(wrong.map(({ path }) => path)).toEqual([])
})
