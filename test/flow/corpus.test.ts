import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { artificialIdentityCode } from '../support/clients/index.js'
import {
  Honest,
  loadAttacks,
  loadValid,
  makeKeys,
  registeredForSender,
  type Attack,
  type Valid,
} from '../support/corpus/index.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import { faultOf, post, SIGNED_PATH } from '../support/requests.js'

const attacks = await loadAttacks()
const valids = await loadValid()
const keys = await makeKeys(new Date())
const person = artificialIdentityCode()
const party = (authorityId: string) => ({ authorityId, serviceId: `${authorityId}_1` })
const [from, other] = [party('kunta_ws'), party('naapuri_ws')]
let gateway: TestGateway

beforeAll(async () => {
  gateway = await startGateway()
  const register = (to: typeof from, certificatePem: string): Promise<void> =>
    gateway.register({ ...to, certificatePem, settings: { mayListAccounts: true } })
  for (const name of registeredForSender) await register(from, keys[name].certificatePem)
  await register(other, keys.neighbour.certificatePem)
  await gateway.openAccount(person)
})
afterAll(() => gateway.close())

const honest = (): Honest => new Honest({ now: new Date(), keys, from, other, person })

async function send(message: string | Buffer, { charset = 'utf-8' }: Pick<Attack, 'charset'>) {
  const headers = { 'Content-Type': charset === null ? 'text/xml' : `text/xml; charset=${charset}` }
  const wire = await post(gateway, message, { path: SIGNED_PATH, headers })
  const row = await gateway.submission(String(wire.headers['x-trace-id']))
  return { wire, row }
}

const tables = ['message', 'item', 'attachment', 'delivery'] as const
const counts = (): Promise<number[]> => Promise.all(tables.map((table) => gateway.count(table)))

describe('an attack is refused with its code in the message log, and leaves nothing else behind', () => {
  const isRefused = async (attack: Attack): Promise<void> => {
    const before = await counts()
    const { wire, row } = await send(attack.forge(honest()), attack)
    expect({ code: row?.code, outcome: row?.outcome }).toEqual({ code: attack.code, outcome: 'refused' })
    expect(await counts()).toEqual(before)
    // Why a signature is refused is told to the log alone.
    if (row?.statusCode === 406) expect(wire.body.toString()).not.toContain(attack.code)
    else if (row?.statusCode === null) expect(faultOf(wire)?.code).toBe(attack.code)
  }
  test.each(attacks)('$name', isRefused)
})

describe('a request that was signed as it may be is taken', () => {
  test.each(valids)('$name', async (request: Valid) => {
    const before = await counts()
    const { sent } = request.build(honest())
    const { wire, row } = await send(sent, request)
    expect(wire.status).toBe(200)
    expect(row).toMatchObject({ outcome: 'accepted', code: null })
    const grown = (await counts()).map((count, i) => count - before[i]!)
    const stores = row?.operation === 'sendMessage' || row?.operation === 'addItems'
    expect(grown.slice(0, 2)).toEqual(stores ? [1, 1] : [0, 0])
    expect(grown[3]! > 0).toBe(stores)
  })
})
