import { expect, test } from '@jest/globals'
import ts from 'typescript'
import { filesBelow, roomOf, src, visit } from './sources.js'

const SQL =
  /\b(select\s[^]*?\sfrom\s|insert\s+into\s|update\s+\w+\s+set\s|delete\s+from\s|truncate\s+\w|(create|alter|drop)\s+(table|index|database|sequence|schema)\s)/i

const textsOf = (tree: ts.SourceFile): string[] => {
  const texts: string[] = []
  visit(tree, (node) => {
    if (ts.isStringLiteralLike(node)) texts.push(node.text)
    else if (ts.isTemplateExpression(node)) texts.push(node.getText(tree))
  })
  return texts
}

test('SQL is written in store only', () => {
  const wrong = src
    .filter(({ path }) => roomOf(path) !== 'store')
    .flatMap(({ path, tree }) =>
      textsOf(tree)
        .filter((text) => SQL.test(text))
        .map((text) => `${path}: ${text}`),
    )
  expect(wrong).toEqual([])
})

test('the look for SQL finds what store has', () => {
  const found = src.filter(({ path, tree }) => roomOf(path) === 'store' && textsOf(tree).some((text) => SQL.test(text)))
  expect(found.length).toBeGreaterThan(5)
})

test('migrations are numbered 0001, 0002 and on, without a gap or a number used twice', () => {
  const names = filesBelow('src/store/migrations', /./).map((path) => path.split('/').at(-1)!)
  expect(names.length).toBeGreaterThan(0)
  expect(names.filter((name) => !/^\d{4}_[a-z\d-]+\.sql$/.test(name))).toEqual([])
  expect(names.map((name) => Number(name.slice(0, 4)))).toEqual(names.map((_, index) => index + 1))
})
