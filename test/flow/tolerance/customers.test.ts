import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { artificialBusinessId } from '../../support/clients/index.js'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import {
  ask,
  customer,
  newPerson,
  newSender,
  party,
  payload,
  queryCustomers,
  xml,
  type Sender,
} from '../../support/requests.js'

let gateway: TestGateway
let sender: Sender
let person: string

beforeAll(async () => {
  gateway = await startGateway({ env: { ASTI_NON_SIGNED: 'anyone', ASTI_MAX_ATTACHMENT_BYTES: '1000' } })
  sender = await newSender(gateway)
  person = await newPerson(gateway)
})
afterAll(() => gateway.close())

describe('Tila', () => {
  test('300/0, 300/1 and 310 by the state of the account, with the time of that state', async () => {
    const [passive, none] = [await newPerson(gateway, 'passive'), await newPerson(gateway, 'none')]
    const company = artificialBusinessId()
    await gateway.openAccount(company)
    const asked = [
      customer(person),
      customer(passive),
      customer(none),
      customer(company, '', 'CRN'),
      customer('roskaa'),
      customer(''),
    ]
    const request = payload(
      'HaeAsiakkaita',
      `${party(sender)}<Kysely>${xml({ KyselyLaji: 'Asiakkaat', Asiakkaat: asked.join('') })}</Kysely>`,
    )
    const { items, body } = await ask(gateway, request)
    expect(items?.map(({ state, passive: off }) => [state, off])).toEqual([
      [300, 0],
      [300, 1],
      [310, 0],
      [300, 0],
      [310, 0],
      [310, 0],
    ])
    expect(items?.[3]?.idType).toBe('CRN')
    const { rows } = await gateway.db.query<{ at: Date }>('select state_at as at from account where owner_hash = $1', [
      gateway.runtime.sealer.hashId(passive),
    ])
    const times = [...body.toString().matchAll(/TilaPvm>([^<]+)</g)].map(([, time]) => new Date(time!).getTime())
    expect(times[1]).toBe(rows[0]!.at.getTime())
  })

  test('KyselyLaji may be missing where customers are listed', async () => {
    const request = queryCustomers(sender, person).replace('<KyselyLaji>Asiakkaat</KyselyLaji>', '')
    expect((await ask(gateway, request)).itemCodes).toEqual([300])
  })

  test('Kaikki lists the accounts opened in the interval, to services that may see them', async () => {
    const lister = await newSender(gateway, { settings: { mayListAccounts: true } })
    const passive = await newPerson(gateway, 'passive')
    const opened = (id: string, at: string) =>
      gateway.db.query('update account set joined_at = $2 where owner_hash = $1', [
        gateway.runtime.sealer.hashId(id),
        at,
      ])
    await opened(person, '2001-01-01T10:00:00Z')
    await opened(passive, '2001-01-02T10:00:00Z')
    const listed = async (from: string, to: string, by = lister) => {
      const interval = xml({ KyselyLaji: 'Kaikki', KyselyAlku: from, KyselyLoppu: to })
      return ask(gateway, payload('HaeAsiakkaita', `${party(by)}<Kysely>${interval}</Kysely>`))
    }
    const ids = async (from: string, to: string) =>
      (await listed(from, to)).items?.map(({ recipientId }) => recipientId)
    expect(await ids('2001-01-01T12:00:00+02:00', '2001-01-01T12:00:00')).toEqual([person])
    expect(await ids('2001-01-01T00:00:00Z', '2001-01-03T00:00:00Z')).toEqual([person, passive])
    expect(await ids('', '2001-01-01T23:00:00Z')).toEqual([person])
    expect(await ids('1999-01-01T00:00:00Z', '1999-12-31T00:00:00Z')).toEqual([])
    expect((await listed('2001-01-02T00:00:00Z', '2001-01-03T00:00:00Z')).items).toMatchObject([
      { state: 300, passive: 1, idType: 'SSN' },
    ])
    expect((await listed('', '', sender)).code).toBe(405)
  })
})
