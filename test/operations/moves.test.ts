import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { makeMove } from '../../src/operations/standing.js'
import { moveNames, type MoveName, type Mover, type Standing } from '../../src/registration/index.js'
import { registrations, services } from '../../src/store/index.js'
import { fromHere, movers, standings, whereTo } from '../registration/moves-table.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import { JoiningCase, newOperators } from './joining-case.js'

let gateway: TestGateway
let one: JoiningCase
let people: string[]
beforeAll(async () => {
  gateway = await startGateway()
  one = await JoiningCase.complete(gateway)
  people = await newOperators(gateway, 2)
})
afterAll(() => gateway.close())

/** Puts the service somewhere, by no move, with all that any move needs. */
const place = (standing: Standing): Promise<void> =>
  gateway.db.withTransaction(async (tx) => {
    await services.setStanding(tx, one.key, { ...standing, reason: 'put here' })
    const { revision } = await one.registration()
    for (const operator of people) await registrations.addApproval(tx, one.key, { revision, operator })
  })

interface Attempt {
  readonly move: MoveName
  readonly by: Mover
  readonly reason: string | null
}

/** An operator's move as operators make it; for the others, what their requests come to. */
async function attempt({ move, by, reason }: Attempt): Promise<string | null> {
  try {
    if (by === 'operator') expect(await one.move(move, { reason })).toEqual([])
    else
      await gateway.db.withTransaction(async (tx) => {
        const service = (await services.lockService(tx, one.key))!
        await makeMove(tx, service, { move, by, actor: 'aino', reason })
      })
    return null
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
}

let known = 0
/** Audit rows of moves since the last time that it was asked. */
async function newlyAudited() {
  const all = await one.audited('service.moved')
  const rows = all.slice(known)
  known = all.length
  return rows
}

const inWords = ({ state, suspendedFrom }: Standing): string =>
  suspendedFrom === null ? state : `${state} from ${suspendedFrom}`

test.each(standings.map((standing) => [inWords(standing), standing] as const))(
  'from %s, every move is made in the database as the table says, with an audit row just when it is made',
  async (_name, standing) => {
    for (const move of moveNames)
      for (const by of movers)
        for (const reason of [null, 'because of it']) {
          const expected = whereTo(standing, move, by, reason)
          await place(standing)
          const code = await attempt({ move, by, reason })
          const rows = await newlyAudited()
          const what = { move, by, reason }
          expect({ ...what, code, ...(await one.standing()) }).toEqual({
            ...what,
            code: expected === null ? 'MOVE_NOT_POSSIBLE' : null,
            ...(expected === null ? { ...standing, reason: 'put here' } : { ...expected, reason }),
          })
          const subject = { ...one.key, move, from: standing.state, to: expected?.state, reason }
          expect(rows).toEqual(expected === null ? [] : [{ actor: 'aino', act: 'service.moved', subject }])
        }
  },
)

describe('of twenty operators who make the same move at once, one does', () => {
  const cases = standings.flatMap((standing) =>
    (Object.keys(fromHere[standing.state]) as MoveName[]).map((move) => [inWords(standing), move, standing] as const),
  )
  test.each(cases)('from %s: %s', async (_name, move, standing) => {
    await place(standing)
    const before = (await one.audited('service.moved')).length
    const request = { move, by: 'operator', reason: 'because of it' } as const
    const codes = await Promise.all(Array.from({ length: 20 }, () => attempt(request)))
    expect(codes.filter((code) => code === null)).toHaveLength(1)
    expect(codes.filter((code) => code === 'MOVE_NOT_POSSIBLE')).toHaveLength(19)
    expect((await one.audited('service.moved')).length - before).toBe(1)
    expect(await one.standing()).toMatchObject(whereTo(standing, move, 'operator', 'because of it')!)
  })
})

test('of twenty different moves at once, each that happens begins where the one before it ended', async () => {
  await place({ state: 'test', suspendedFrom: null })
  const before = (await one.audited('service.moved')).length
  const some: MoveName[] = ['suspend', 'resume', 'accept', 'back-to-test', 'open']
  const moves = Array.from({ length: 20 }, (_, n) => some[n % some.length]!)
  await Promise.all(moves.map((move) => attempt({ move, by: 'operator', reason: 'because of it' })))
  const steps = (await one.audited('service.moved')).slice(before).map(({ subject }) => subject)
  expect(steps[0]).toMatchObject({ from: 'test' })
  steps.slice(1).forEach((step, n) => expect(step['from']).toBe(steps[n]!['to']))
  expect(await one.standing()).toMatchObject({ state: steps.at(-1)!['to'] })
})

test('a service that is not there is moved nowhere', async () => {
  const nobody = new JoiningCase(gateway)
  await expect(nobody.move('withdraw')).rejects.toMatchObject({ code: 'MOVE_NOT_POSSIBLE' })
  expect(await nobody.audited('service.moved')).toEqual([])
})
