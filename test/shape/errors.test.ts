import { expect, test } from '@jest/globals'
import { join } from 'node:path'
import ts from 'typescript'
import { answers } from '../../src/contract/index.js'
import { read, root, visit } from './sources.js'

const BASE = 'GatewayError'

/** Codes of every GatewayError that src makes, read by the compiler from the types; 'string' where it knows none. */
function codesInSources(): Map<string, string> {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: { compilerOptions: object }
  }
  const files = ts.sys.readDirectory(join(root, 'src'), ['.ts'])
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root)
  const program = ts.createProgram(files, { ...options, types: ['node'] })
  const checker = program.getTypeChecker()
  // `SenderError<'X'>` is a reference to the class SenderError, which knows what it extends.
  const classOf = (type: ts.Type): ts.Type => (type as Partial<ts.TypeReference>).target ?? type
  const isError = (type: ts.Type): boolean =>
    type.getSymbol()?.name === BASE || (classOf(type).getBaseTypes() ?? []).some(isError)
  const codes = new Map<string, string>()
  for (const file of program.getSourceFiles()) {
    const path = file.fileName.slice(root.length)
    if (!path.startsWith('src/') || path === 'src/errors.ts') continue
    visit(file, (node) => {
      if (!ts.isNewExpression(node) && !(ts.isClassDeclaration(node) && node.name && node.heritageClauses)) return
      const type = checker.getTypeAtLocation(ts.isNewExpression(node) ? node : node.name!)
      if (!classOf(type).isClassOrInterface() || !isError(type)) return
      const code = checker.getTypeOfSymbolAtLocation(type.getProperty('code')!, node)
      for (const one of code.isUnion() ? code.types : [code])
        codes.set(one.isStringLiteral() ? one.value : checker.typeToString(one), path)
    })
  }
  return codes
}

const documented = [...read('docs/errors.md').matchAll(/^\| `([A-Z\d_]+)` \|/gm)].map(([, code]) => code!)
const thrown = codesInSources()

test('every error in src has a code that the compiler knows', () => {
  expect([...thrown].filter(([code]) => !/^[A-Z][A-Z\d_]+$/.test(code))).toEqual([])
  expect(thrown.size).toBeGreaterThan(30)
})

test('docs/errors.md documents every error code once, and none that does not exist', () => {
  const exists = new Set([...Object.keys(answers), ...thrown.keys()])
  expect([...exists].filter((code) => !documented.includes(code))).toEqual([])
  expect(documented.filter((code) => !exists.has(code))).toEqual([])
  expect(documented.filter((code, i) => documented.indexOf(code) !== i)).toEqual([])
})

test('docs/errors.md says of every code the answer that callers get', () => {
  const wrong = Object.entries(answers).filter(([code, answer]) => {
    const row = new RegExp(`^\\| \`${code}\` \\|.*$`, 'm').exec(read('docs/errors.md'))?.[0] ?? ''
    if (answer.kind === 'fault') return !row.includes(`Fault \`${answer.faultCode}\``)
    const told = 'sendMessage' in answer ? [answer.status.code, answer.sendMessage.code] : [answer.status.code]
    return !told.every((code) => row.includes(`\`${code}\``))
  })
  expect(wrong.map(([code]) => code)).toEqual([])
})

test('every code that a request can be refused with has an answer', () => {
  // What stops a start, ends a command, or leaves nobody to answer; inside a request they are bugs, answered as INTERNAL.
  const outside = new Set(
    [
      ...read('docs/errors.md')
        .split('## Not told to callers')[1]!
        .matchAll(/^\| `([A-Z\d_]+)` \|/gm),
    ].map(([, c]) => c),
  )
  expect([...thrown.keys()].filter((code) => !(code in answers) && !outside.has(code))).toEqual([])
  expect(Object.keys(answers).filter((code) => outside.has(code))).toEqual([])
})
