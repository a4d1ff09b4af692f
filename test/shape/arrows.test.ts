import { expect, test } from '@jest/globals'
import { roomOf, src, type Import } from './sources.js'

/** Every room may stand on the floor; what it may lean on besides is listed here, and nothing else. */
const floor = ['errors', 'clock', 'log', 'sensitive', 'version', 'endpoint'] as const
const arrows: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  clock: [],
  sensitive: [],
  version: [],
  endpoint: [],
  log: ['sensitive', 'errors'],
  xml: ['errors'],
  message: ['sensitive'],
  trust: [...floor, 'xml'],
  registration: [...floor, 'message'],
  contract: [...floor, 'message', 'registration', 'xml'],
  store: [...floor, 'message', 'registration'],
  operations: [...floor, 'message', 'registration', 'store'],
  delivery: [...floor, 'message', 'registration', 'store'],
  report: [...floor, 'message', 'registration', 'store', 'contract', 'trust', 'delivery'],
  arrival: [...floor, 'trust', 'contract', 'operations', 'message', 'registration'],
  // What an authority would have: it knows our contract, and nothing of ours besides.
  receiver: [...floor, 'contract', 'trust'],
  keys: [...floor, 'store', 'trust'],
  certificates: [...floor, 'store', 'trust'],
  sandbox: [...floor, 'registration', 'store', 'trust'],
  config: ['errors', 'sensitive', 'log'],
}
/** Leans on those rooms for their types only: nothing of them runs because of it. */
const typesOnly: Readonly<Record<string, readonly string[]>> = { keys: ['store', 'trust'] }
/** Wiring: these know every room, and no room knows them. */
const wiring = ['main', 'app', 'key-sources', 'runtime', 'banner', 'housekeeping', 'delivering', 'cli']

const isFile = (room: string): boolean => src.some(({ path }) => path === `src/${room}.ts`)
const crossings = src.flatMap(({ path, imports }) =>
  imports
    .filter((one): one is Import & { target: string } => one.target?.startsWith('src/') === true)
    .map((one) => ({ path, from: roomOf(path), to: roomOf(one.target), ...one }))
    .filter(({ from, to }) => from !== to),
)

test('every room and every wiring file has its place in the list of arrows', () => {
  const rooms = new Set(src.map(({ path }) => roomOf(path)))
  const known = new Set([...Object.keys(arrows), ...wiring])
  expect([...rooms].filter((room) => !known.has(room))).toEqual([])
})

test('rooms lean only on the rooms they may lean on', () => {
  const wrong = crossings
    .filter(({ from }) => !wiring.includes(from))
    .filter(({ from, to }) => arrows[from]?.includes(to) !== true)
  expect(wrong.map(({ path, to }) => `${path} leans on ${to}`)).toEqual([])
})

test('no room leans on the files that wire the rooms together', () => {
  const wrong = crossings.filter(({ from, to }) => wiring.includes(to) && !wiring.includes(from))
  expect(wrong.map(({ path, to }) => `${path} leans on ${to}`)).toEqual([])
})

test('a room that needs only the types of another takes only types', () => {
  const wrong = crossings.filter((one) => typesOnly[one.from]?.includes(one.to) === true && !one.typesOnly)
  expect(wrong.map(({ path, to }) => `${path} takes more than types from ${to}`)).toEqual([])
})

test('a room is entered by its door only', () => {
  const wrong = crossings.filter(({ to, target }) => !isFile(to) && target !== `src/${to}/index.ts`)
  expect(wrong.map(({ path, target }) => `${path} enters by ${target}`)).toEqual([])
})

test('no two rooms lean on each other, not even by a long way round', () => {
  const reach = (room: string, seen = new Set<string>()): Set<string> => {
    for (const { from, to } of crossings) {
      if (from !== room || seen.has(to)) continue
      seen.add(to)
      reach(to, seen)
    }
    return seen
  }
  const rooms = [...new Set(crossings.map(({ from }) => from))].filter((room) => !wiring.includes(room))
  expect(rooms.filter((room) => reach(room).has(room))).toEqual([])
})

test('every relative import names a source that is there', () => {
  const paths = new Set(src.map(({ path }) => path))
  const wrong = src.flatMap(({ path, imports }) =>
    imports
      .filter(({ target }) => target !== null && !paths.has(target))
      .map(({ specifier }) => `${path}: ${specifier}`),
  )
  expect(wrong).toEqual([])
})
