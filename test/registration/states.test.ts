import { describe, expect, test } from '@jest/globals'
import {
  environmentIn,
  isOpen,
  moveNames,
  moves,
  movesFrom,
  needsOf,
  serviceStates,
  standingAfter,
  type MoveName,
  type Mover,
  type ServiceState,
  type Standing,
} from '../../src/registration/index.js'
import { read } from '../shape/sources.js'
import { fromHere, movers, reasons, standings, whereTo } from './moves-table.js'

/** Where the code says a move leads; what it throws instead. */
function outcomeOf(standing: Standing, move: MoveName, by: Mover, reason: string | null): Standing | string {
  try {
    return standingAfter(standing, move, { by, reason })
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
}

const inWords = ({ state, suspendedFrom }: Standing): string =>
  suspendedFrom === null ? state : `${state} from ${suspendedFrom}`

describe('every move by everybody, with a reason and without', () => {
  test.each(standings.map((standing) => [inWords(standing), standing] as const))(
    'from %s goes where it should, or nowhere',
    (_name, standing) => {
      for (const move of moveNames)
        for (const by of movers)
          for (const reason of reasons) {
            const expected = whereTo(standing, move, by, reason) ?? 'MOVE_NOT_POSSIBLE'
            const found = outcomeOf(standing, move, by, reason)
            expect({ move, by, reason, found }).toEqual({ move, by, reason, found: expected })
          }
    },
  )

  test('the table of this test has every state and every move', () => {
    expect(Object.keys(fromHere).sort()).toEqual([...serviceStates].sort())
    const named = Object.values(fromHere).flatMap((row) => Object.keys(row))
    expect([...new Set(named)].sort()).toEqual([...moveNames].sort())
  })

  test('what is offered to somebody is what that one could do', () => {
    for (const state of serviceStates)
      for (const by of movers) {
        const expected = moveNames.filter((move) => fromHere[state][move]?.by.includes(by) === true)
        expect({ state, by, moves: movesFrom(state, by) }).toEqual({ state, by, moves: expected })
      }
  })
})

test('every state can be reached from a draft', () => {
  const seen = new Map<string, Standing>()
  const todo: Standing[] = [{ state: 'draft', suspendedFrom: null }]
  for (let standing = todo.pop(); standing !== undefined; standing = todo.pop()) {
    if (seen.has(inWords(standing))) continue
    seen.set(inWords(standing), standing)
    for (const move of moveNames) {
      const next = outcomeOf(standing, move, 'operator', 'why')
      if (typeof next !== 'string') todo.push(next)
    }
  }
  expect([...seen.keys()].sort()).toEqual(standings.map(inWords).sort())
})

test('a withdrawn service stays withdrawn, whoever asks for whatever', () => {
  for (const by of movers) expect(movesFrom('withdrawn', by)).toEqual([])
})

test.each(['test', 'accepted', 'production'] as const)(
  'a service that was suspended in the state %s goes back to it',
  (state) => {
    const suspended = outcomeOf({ state, suspendedFrom: null }, 'suspend', 'operator', 'a leak')
    expect(suspended).toEqual({ state: 'suspended', suspendedFrom: state })
    expect(outcomeOf(suspended as Standing, 'resume', 'operator', 'mended')).toEqual({ state, suspendedFrom: null })
  },
)

test('a move needs the same wherever it begins, but back to production what opening needs', () => {
  for (const standing of standings)
    for (const move of moveNames) {
      const isBack = move === 'resume' && standing.suspendedFrom === 'production'
      const { needs } = moves[move]
      expect(needsOf(move, standing)).toBe(isBack ? 'opening' : needs === 'before' ? 'nothing' : needs)
    }
})

test('a suspension of which nobody knows where it began is not lifted', () => {
  const lost = { state: 'suspended', suspendedFrom: null } as const
  expect(outcomeOf(lost, 'resume', 'operator', 'mended')).toBe('MOVE_NOT_POSSIBLE')
  expect(outcomeOf(lost, 'withdraw', 'operator', null)).toEqual({ state: 'withdrawn', suspendedFrom: null })
})

describe('docs/joining.md', () => {
  /** Cells of the table whose head begins with a word. */
  const rowsUnder = (head: string): string[][] => {
    const table = read('docs/joining.md').split(`\n| ${head} |`)[1]!.split('\n\n')[0]!
    return table
      .split('\n')
      .slice(2)
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      )
  }

  test('names every move, from where and where to, who makes it and what it needs', () => {
    const told = rowsUnder('Move').map(([name, from, to, who, needs]) => ({
      name: name!.replaceAll('`', ''),
      from: from === 'every one but withdrawn' ? serviceStates.filter((s) => s !== 'withdrawn') : from!.split(', '),
      to: to === 'where it was' ? 'before' : to!,
      by: movers.filter((mover) => new RegExp(`\\b${mover}\\b`).test(who!)),
      needsReason: needs!.startsWith('a reason'),
      needs: NEEDS[needs!],
      ...(needs!.includes('approvals count no more') && { voidsApprovals: true }),
    }))
    const coded = moveNames.map((name) => ({ name, ...moves[name], by: movers.filter((m) => isFor(name, m)) }))
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)
    expect(told.sort(byName)).toEqual(coded.sort(byName))
  })

  test('says of every state whether it may send, and to whom', () => {
    const told = rowsUnder('State').map(([state, , maySend, to]) => ({
      state,
      isOpen: maySend!.startsWith('yes'),
      environment: to === '' ? null : to === 'real persons only' ? 'production' : 'test',
    }))
    const coded = serviceStates.map((state: ServiceState) => ({
      state,
      isOpen: isOpen(state),
      environment: isOpen(state) ? environmentIn(state) : null,
    }))
    expect(told).toEqual(coded)
  })
})

const NEEDS: Readonly<Record<string, string>> = {
  '': 'nothing',
  'a reason': 'nothing',
  'a reason; approvals count no more': 'nothing',
  'a reason; back to production what `open` needs': 'before',
  'all that production needs, on the announced day or later': 'opening',
  'business id, contacts, a valid certificate': 'test',
  'all that production needs': 'production',
}

const isFor = (name: MoveName, mover: Mover): boolean => (moves[name].by as readonly Mover[]).includes(mover)
