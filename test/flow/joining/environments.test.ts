import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { randomInt } from 'node:crypto'
import { sideOf } from '../../../src/message/index.js'
import type { ServiceState } from '../../../src/registration/index.js'
import { accounts } from '../../../src/store/index.js'
import { artificialBusinessId, artificialIdentityCode } from '../../support/clients/index.js'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import { askJoining, getRegistration, newApplicant, outcomeOf, stateIn } from '../../support/joining.js'
import {
  addItems,
  ask,
  askSigned,
  customer,
  getStatus,
  item,
  party,
  payload,
  queryCustomers,
  sendMessage,
  type Reply,
  type Sender,
} from '../../support/requests.js'

/** The form of a code that somebody could have had in the 1800s, with a check character that is wrong: nobody's. */
function realForm(): string {
  const CHECK = '0123456789ABCDEFHJKLMNPRSTUVWXY'
  const two = (n: number): string => String(n).padStart(2, '0')
  const date = `${two(randomInt(1, 29))}${two(randomInt(1, 13))}${two(randomInt(0, 100))}`
  const individual = String(randomInt(2, 900)).padStart(3, '0')
  return `${date}+${individual}${CHECK[(Number(date + individual) + 1) % 31]!}`
}
/** The form of an id that companies have; its check digit is not looked at. */
const companyForm = (): string => artificialBusinessId().replace(/^9/, '2')

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startGateway({ env: { ASTI_ENVIRONMENTS: 'both' } })
})
afterAll(() => gateway.close())

async function serviceIn(state: ServiceState, at = gateway): Promise<Sender> {
  const sender = await newApplicant()
  const settings = { mayListAccounts: true }
  await at.register({ ...sender, certificatePem: sender.identity.certificatePem, state, settings })
  return sender
}
const withAccount = async (id: string): Promise<string> => {
  await gateway.openAccount(id)
  return id
}
const counts = async (): Promise<number[]> =>
  Promise.all((['item', 'message', 'delivery', 'attachment'] as const).map((table) => gateway.count(table)))

/** The side on which a request was stored: of its items, and of their deliveries. */
async function sidesOf({ traceId }: Reply): Promise<string[][]> {
  const { rows } = await gateway.db.query<{ sides: string[] }>(
    `select array[i.environment, d.environment] as sides from item i join message m on m.bucket = i.bucket and m.item_id = i.id
     join delivery d on d.bucket = m.bucket and d.message_id = m.id where i.submission_id = $1`,
    [traceId],
  )
  return rows.map(({ sides }) => sides)
}

const sides: [string, ServiceState, () => string, () => string, string][] = [
  ['a service in test', 'test', artificialIdentityCode, realForm, 'test'],
  ['an accepted service', 'accepted', artificialIdentityCode, realForm, 'test'],
  ['a service in production', 'production', realForm, artificialIdentityCode, 'production'],
  ['a service in test that sends to companies', 'test', artificialBusinessId, companyForm, 'test'],
  ['a service in production that sends to companies', 'production', companyForm, artificialBusinessId, 'production'],
]
describe.each(sides)('%s', (_name, state, makeOwn, makeForeign, side) => {
  let sender: Sender
  let own: string
  let foreign: string
  beforeAll(async () => {
    sender = await serviceIn(state)
    own = await withAccount(makeOwn())
    foreign = await withAccount(makeForeign())
  })

  test('sends to its own side, and what it stores says which that is', async () => {
    const letter = await askSigned(gateway, sender, sendMessage(sender, item(own)))
    const items = await askSigned(gateway, sender, addItems(sender, item(own)))
    expect([letter.code, items.code, items.itemCodes]).toEqual([202, 0, [200]])
    expect([await sidesOf(letter), await sidesOf(items)]).toEqual([[[side, side]], [[side, side]]])
  })

  test('is refused a whole LahetaViesti with somebody of the other side in it, and nothing is stored', async () => {
    const before = await counts()
    for (const recipients of [item(foreign), item(own) + item(foreign), item(customer(own) + customer(foreign))]) {
      const answer = await askSigned(gateway, sender, sendMessage(sender, recipients))
      expect(answer.code).toBe(525)
      expect(await gateway.submission(answer.traceId)).toMatchObject({ outcome: 'refused', messageCount: 0 })
    }
    // Neither on paper, and in whatever letters it is written.
    const paper = { LahetaTulostukseen: 'true', Paperi: 'true' }
    expect((await askSigned(gateway, sender, sendMessage(sender, item(foreign), paper))).code).toBe(525)
    expect((await askSigned(gateway, sender, sendMessage(sender, item(` ${foreign.toLowerCase()} `)))).code).toBe(525)
    expect(await counts()).toEqual(before)
  })

  test('is refused one recipient of LisaaKohteita, and the others get theirs', async () => {
    const [items, messages, deliveries] = await counts()
    const only = await askSigned(gateway, sender, addItems(sender, item(foreign)))
    const mixed = await askSigned(
      gateway,
      sender,
      addItems(sender, item(own), item(foreign), item(customer(own) + customer(foreign))),
    )
    expect([only.itemCodes, mixed.itemCodes]).toEqual([[525], [200, 525, 200, 525]])
    expect((await counts()).slice(0, 3)).toEqual([items! + 2, messages! + 2, deliveries! + 2])
    expect((await sidesOf(mixed)).flat().every((one) => one === side)).toBe(true)
  })

  test('is told by HaeAsiakkaita that nobody of the other side has an account', async () => {
    const answer = await askSigned(gateway, sender, queryCustomers(sender, own, foreign))
    expect([answer.code, answer.itemCodes]).toEqual([0, [300, 310]])
  })

  test('lists with HaeAsiakkaita Kaikki its own side only', async () => {
    const asked = payload('HaeAsiakkaita', `${party(sender)}<Kysely><KyselyLaji>Kaikki</KyselyLaji></Kysely>`)
    const answer = await askSigned(gateway, sender, asked)
    const listed = new Set((answer.items ?? []).map(({ recipientId }) => recipientId))
    expect([answer.code, listed.has(own), listed.has(foreign)]).toEqual([0, true, false])
  })
})

describe('an id of no known form', () => {
  /** Letters for digits, digits too many, another country's: what a data base may hold. */
  const strange = (): string => `${randomInt(100_000, 999_999)}k${randomInt(1_000, 9_999)}`

  test('is refused on the test side, on paper too, with the form that is expected there', async () => {
    const sender = await serviceIn('test')
    const before = await counts()
    const paper = { LahetaTulostukseen: 'true', Paperi: 'true' }
    for (const id of [strange(), 'FI12345678', '-', await withAccount(strange())]) {
      const letter = await askSigned(gateway, sender, sendMessage(sender, item(id), paper))
      expect([letter.code, letter.text]).toEqual([525, expect.stringContaining('yksilönumero on 900–999')])
      expect((await askSigned(gateway, sender, addItems(sender, item(id)))).itemCodes).toEqual([525])
      expect((await askSigned(gateway, sender, queryCustomers(sender, id))).itemCodes).toEqual([310])
    }
    expect(await counts()).toEqual(before)
  })

  test('is taken in production as it was: for whoever has an account', async () => {
    const sender = await serviceIn('production')
    const id = await withAccount(strange())
    expect((await askSigned(gateway, sender, sendMessage(sender, item(id)))).code).toBe(202)
    expect((await askSigned(gateway, sender, addItems(sender, item(id)))).itemCodes).toEqual([200])
    expect((await askSigned(gateway, sender, queryCustomers(sender, id))).itemCodes).toEqual([300])
  })
})

describe('an account that is older than the two sides', () => {
  const listing = (sender: Sender): string =>
    payload('HaeAsiakkaita', `${party(sender)}<Kysely><KyselyLaji>Kaikki</KyselyLaji></Kysely>`)
  const listedBy = async (sender: Sender): Promise<Set<string>> => {
    const answer = await askSigned(gateway, sender, listing(sender))
    return new Set((answer.items ?? []).map(({ recipientId }) => recipientId))
  }

  test('is listed to services of its own side only, whatever the database says of it', async () => {
    const [inTest, inProduction] = [await serviceIn('test'), await serviceIn('production')]
    const [real, artificial] = [await withAccount(realForm()), await withAccount(artificialIdentityCode())]
    for (const environment of ['test', 'production', null]) {
      await gateway.db.query('update account set environment = $1', [environment])
      const [tests, productions] = [await listedBy(inTest), await listedBy(inProduction)]
      expect([tests.has(real), productions.has(artificial)]).toEqual([false, false])
      if (environment === null) expect([tests.has(artificial), productions.has(real)]).toEqual([true, true])
    }
  })

  test('is put on its own side by the next start of the gateway', async () => {
    await gateway.db.query('update account set environment = null')
    const again = await startGateway({ databaseUrl: gateway.databaseUrl })
    await again.close()
    const open = await accounts.listAccounts(gateway.db, gateway.runtime.sealer, { limit: 10_000 })
    const sides = await gateway.db.query<{ side: string; n: number }>(
      'select environment as side, count(*)::int as n from account group by 1 order by 1',
    )
    const count = (side: 'test' | 'production') => open.filter(({ owner }) => sideOf(owner.reveal()) === side).length
    expect(sides.rows).toEqual([
      { side: 'production', n: count('production') },
      { side: 'test', n: count('test') },
    ])
  })
})

test('a service that goes back from production to test is on the other side from its next request on', async () => {
  const sender = await serviceIn('production')
  const [real, artificial] = [await withAccount(realForm()), await withAccount(artificialIdentityCode())]
  const codes = async (): Promise<(number | null)[]> => [
    (await askSigned(gateway, sender, sendMessage(sender, item(real)))).code,
    (await askSigned(gateway, sender, sendMessage(sender, item(artificial)))).code,
  ]
  expect(await codes()).toEqual([202, 525])
  await gateway.db.query(`update service set state = 'test' where authority_id = $1`, [sender.authorityId])
  expect(await codes()).toEqual([525, 202])
})

test('on the unsigned endpoint the sides are apart as well', async () => {
  const open = await startGateway({ env: { ASTI_NON_SIGNED: 'anyone' } })
  const sender = await serviceIn('test', open)
  const foreign = realForm()
  await open.openAccount(foreign)
  expect((await ask(open, sendMessage(sender, item(foreign)))).code).toBe(525)
  expect((await ask(open, addItems(sender, item(foreign)))).itemCodes).toEqual([525])
  expect((await ask(open, queryCustomers(sender, foreign))).itemCodes).toEqual([310])
  expect(await open.count('item')).toBe(0)
  await open.close()
})

describe.each([
  ['production', 'test', 'production'],
  ['test', 'production', 'test'],
] as const)('an installation that serves %s', (environment, refusedState, servedState) => {
  test(`refuses a service in ${refusedState}, and shows it its registration`, async () => {
    const apart = await startGateway({ env: { ASTI_ENVIRONMENTS: environment } })
    const [refused, served] = [await serviceIn(refusedState, apart), await serviceIn(servedState, apart)]
    const person = refusedState === 'test' ? artificialIdentityCode() : realForm()
    for (const content of [
      getStatus(refused),
      queryCustomers(refused, person),
      addItems(refused, item(person)),
      sendMessage(refused, item(person)),
    ])
      expect(await outcomeOf(apart, await askSigned(apart, refused, content))).toEqual([405, 'ENVIRONMENT_NOT_SERVED'])
    expect(stateIn(await askJoining(apart, refused, getRegistration(refused)))).toBe(
      refusedState === 'test' ? 'TESTI' : 'TUOTANTO',
    )
    expect((await askSigned(apart, served, getStatus(served))).code).toBe(0)
    expect(await apart.count('item')).toBe(0)
    await apart.close()
  })
})
