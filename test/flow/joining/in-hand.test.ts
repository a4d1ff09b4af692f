import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { certificates } from '../../../src/store/index.js'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import {
  addCertificate,
  askJoining,
  changeContacts,
  contacts,
  joinedService,
  move,
  newIdentity,
  outcomeOf,
  retireCertificate,
  rowsOf,
  serviceId,
  stateIn,
  until,
  withdraw,
  getRegistration,
} from '../../support/joining.js'
import { addItems, askSigned, item, newPerson, sendMessage, type Sender } from '../../support/requests.js'

let gateway: TestGateway
let person: string

beforeAll(async () => {
  gateway = await startGateway({ env: { ASTI_ENVIRONMENTS: 'both' } })
  person = await newPerson(gateway)
})
afterAll(() => gateway.close())

/** Keeps requests that come to a table waiting there, one at least, while something else happens. */
async function meanwhile(table: 'answered_request' | 'account', begin: () => void, work: () => Promise<void>) {
  const holder = new pg.Client({ connectionString: gateway.databaseUrl })
  await holder.connect()
  try {
    await holder.query('begin')
    await holder.query(`lock table ${table} in access exclusive mode`)
    begin()
    await until(async () => {
      const { rows } = await gateway.db.query('select from pg_locks where relation = $1::regclass and not granted', [
        table,
      ])
      return rows.length > 0 ? true : null
    })
    await work()
    await holder.query('rollback')
  } finally {
    await holder.end()
  }
}

/** A request that has been verified, and waits for its turn while something happens to its service. */
async function overtaken<T>(send: () => Promise<T>, by: () => Promise<unknown>): Promise<T> {
  let answer: Promise<T> | null = null
  await meanwhile(
    'answered_request',
    () => void (answer = send()),
    async () => {
      await by()
    },
  )
  return answer!
}

const letters: [string, (sender: Sender) => string][] = [
  ['LahetaViesti', (sender) => sendMessage(sender, item(person))],
  ['LisaaKohteita', (sender) => addItems(sender, item(person))],
]

describe.each(letters)('%s that was let in', (_name, write) => {
  test('is refused when its service was suspended or withdrawn meanwhile, and nothing is stored', async () => {
    for (const [name, code] of [
      ['suspend', 'SERVICE_SUSPENDED'],
      ['withdraw', 'SERVICE_WITHDRAWN'],
    ] as const) {
      const sender = await joinedService(gateway)
      const answer = await overtaken(
        () => askSigned(gateway, sender, write(sender)),
        () => move(gateway, sender, name, 'Selvitys kesken'),
      )
      expect(await outcomeOf(gateway, answer)).toEqual([405, code])
      expect(await rowsOf(gateway, 'item', sender.authorityId)).toBe(0)
    }
  })

  test('is judged by the side that its service has come to', async () => {
    const sender = await joinedService(gateway)
    const open = `update service set state = 'production' where authority_id = $1`
    const answer = await overtaken(
      () => askSigned(gateway, sender, write(sender)),
      () => gateway.db.query(open, [sender.authorityId]),
    )
    expect(answer.itemCodes.length > 0 ? answer.itemCodes : [answer.code]).toEqual([525])
    expect(await rowsOf(gateway, 'item', sender.authorityId)).toBe(0)
  })
})

test('a service that sends without a pause is suspended at once: what begins after the move is refused', async () => {
  const sender = await joinedService(gateway)
  let [isMoved, isOver] = [false, false]
  const before: (number | null)[] = []
  const after: (number | null)[] = []
  const clients = Array.from({ length: 6 }, async () => {
    while (!isOver) {
      const codes = isMoved ? after : before
      codes.push((await askSigned(gateway, sender, sendMessage(sender, item(person)))).code)
    }
  })
  await until(() => Promise.resolve(before.length > 20 ? true : null))
  await move(gateway, sender, 'suspend', 'Selvitys kesken')
  isMoved = true
  await until(() => Promise.resolve(after.length > 5 ? true : null))
  isOver = true
  await Promise.all(clients)
  expect(new Set(after)).toEqual(new Set([405]))
  expect(before.filter((code) => code === 202)).toHaveLength(await rowsOf(gateway, 'item', sender.authorityId))
})

describe('a change of a registration that was let in', () => {
  const changes: [string, (sender: Sender, other: Sender) => Promise<string> | string][] = [
    ['PaivitaYhteystiedot', (sender) => changeContacts(sender, { Yhteyshenkilot: contacts('Nimi="Yhteys"') })],
    ['PoistaVarmenne', (sender, { identity }) => retireCertificate(sender, identity.fingerprintSha256)],
    ['PeruRekisterointi', (sender) => withdraw(sender)],
    [
      'LisaaVarmenne',
      async (sender) => addCertificate(sender, { Varmenne: (await newIdentity()).certificateDer.toString('base64') }),
    ],
  ]
  async function withTwoKeys(): Promise<{ old: Sender; next: Sender }> {
    const old = await joinedService(gateway)
    const next = { ...old, identity: await newIdentity() }
    const Varmenne = next.identity.certificateDer.toString('base64')
    expect((await askJoining(gateway, old, addCertificate(old, { Varmenne }))).code).toBe(0)
    return { old, next }
  }
  const keysOf = ({ authorityId }: Sender) => rowsOf(gateway, 'service_certificate', authorityId)

  test.each(changes.slice(0, 3))('%s is refused when its key was retired meanwhile', async (_name, write) => {
    const { old, next } = await withTwoKeys()
    const content = await write(old, next)
    const key = { ...serviceId(old), serviceId: old.serviceId, fingerprint: old.identity.fingerprintSha256 }
    const answer = await overtaken(
      () => askJoining(gateway, old, content),
      () => certificates.removeRegistration(gateway.db, key),
    )
    expect(await outcomeOf(gateway, answer)).toEqual([406, 'CERTIFICATE_OTHER_SERVICE'])
    const registration = await askJoining(gateway, next, getRegistration(next))
    expect([stateIn(registration), await keysOf(next)]).toEqual(['TESTI', 1])
    expect(registration.body).not.toContain('Yhteys"')
  })

  test.each(changes)('%s is refused when its service was suspended meanwhile', async (_name, write) => {
    const { old, next } = await withTwoKeys()
    const content = await write(old, next)
    const answer = await overtaken(
      () => askJoining(gateway, old, content),
      () => move(gateway, old, 'suspend', 'Selvitys kesken'),
    )
    expect(await outcomeOf(gateway, answer)).toEqual([405, 'SERVICE_SUSPENDED'])
    expect([stateIn(await askJoining(gateway, next, getRegistration(next))), await keysOf(next)]).toEqual([
      'KESKEYTETTY',
      2,
    ])
  })
})
