import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { accounts, mailboxOwners } from '../../src/store/index.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import { newPerson } from '../support/requests.js'

let gateway: TestGateway
beforeAll(async () => void (gateway = await startGateway()))
afterAll(() => gateway.close())

const contact = {
  ...({ state: 'active', language: 'sv' } as const),
  ...{ email: 'testi@example.fi', phone: '+358401234567' },
  ...{ wantsEmail: true, wantsSms: false },
}
const find = async (hash: Buffer) => {
  const found = await mailboxOwners.findMailbox(gateway.db, gateway.runtime.sealer, hash)
  if (found === null) return null
  const { state, language, wantsEmail, wantsSms } = found
  return { state, language, ...found.contact.reveal(), wantsEmail, wantsSms }
}

test('a contact is found as it was written, and is sealed in the database', async () => {
  const { db, runtime } = gateway
  const hash = runtime.sealer.hashId(await newPerson(gateway))
  expect(await mailboxOwners.changeMailbox(db, runtime.sealer, hash, contact)).toBe(true)
  expect(await find(hash)).toEqual(contact)
  expect(JSON.stringify(await mailboxOwners.findMailbox(db, runtime.sealer, hash))).not.toContain('example')
  const { rows } = await db.query<{ sealed: Buffer }>(
    'select sealed_contact as sealed from account where owner_hash = $1',
    [hash],
  )
  expect(rows[0]!.sealed.includes('example')).toBe(false)
  expect((await accounts.accountStates(db, [hash])).get(hash.toString('hex'))).toMatchObject({ hasContact: true })
})

test('a mailbox in the beginning has no contact, reads Finnish and wants no notices', async () => {
  const hash = gateway.runtime.sealer.hashId(await newPerson(gateway))
  expect(await find(hash)).toEqual({
    state: 'active',
    language: 'fi',
    email: null,
    phone: null,
    wantsEmail: false,
    wantsSms: false,
  })
})

test('a contact that is taken away is known no more', async () => {
  const { db, runtime } = gateway
  const hash = runtime.sealer.hashId(await newPerson(gateway))
  await mailboxOwners.changeMailbox(db, runtime.sealer, hash, contact)
  await mailboxOwners.changeMailbox(db, runtime.sealer, hash, {
    ...contact,
    email: null,
    phone: null,
    wantsEmail: false,
  })
  expect((await accounts.accountStates(db, [hash])).get(hash.toString('hex'))).toMatchObject({ hasContact: false })
})

test('nobody without a mailbox has a contact', async () => {
  const { db, runtime } = gateway
  const hash = runtime.sealer.hashId(await newPerson(gateway, 'none'))
  expect(await find(hash)).toBeNull()
  expect(await mailboxOwners.changeMailbox(db, runtime.sealer, hash, contact)).toBe(false)
})
