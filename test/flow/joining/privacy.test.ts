import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { evidence, registrations } from '../../../src/store/index.js'
import { artificialIdentityCode } from '../../support/clients/index.js'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import {
  askJoining,
  askWhole,
  changeContacts,
  contacts,
  getRegistration,
  issueCode,
  JOINING_PATH,
  newApplicant,
  newIdentity,
  registerService,
  serviceId,
  stateIn,
  statusBy,
  withdraw,
} from '../../support/joining.js'
import { askSigned, getStatus, post, queryCustomers, signed, type Sender } from '../../support/requests.js'

const citizen = artificialIdentityCode(77)
const name = 'Yksityinen Nimenkantaja'
const email = 'nimenkantaja.7731@kunta.example'
const phone = '+358407731555'
const laterName = 'Toinen Nimenkantajatar'
const secrets = [citizen, name, email, phone, laterName, 'Nimenkantaja', '407731555']

let gateway: TestGateway
let sender: Sender
let codes: string[]
let original: string
let traceId: string

/** Everything that an authority may do with the joining contract, rightly and wrongly. */
beforeAll(async () => {
  gateway = await startGateway({ env: { ASTI_JOINING: 'code', LOG_LEVEL: 'debug' } })
  sender = await newApplicant()
  const issued = [await issueCode(gateway, sender), await issueCode(gateway, sender, { purpose: 'certificate' })]
  codes = issued.map(({ code }) => code)
  const people = contacts(`Nimi="${name}" Sahkoposti="${email}" Matkapuhelin="${phone}"`)
  const content = registerService(sender, { Liittymiskoodi: codes[0], Yhteyshenkilot: people })
  original = signed(content, sender.identity)
  const registered = await askWhole(gateway, original)
  expect(stateIn(registered)).toBe('LAHETETTY')
  traceId = registered.traceId
  await askWhole(gateway, original)
  await askJoining(gateway, sender, getRegistration(sender))
  const later = contacts(`Nimi="${laterName}" Sahkoposti="${email}"`)
  await askJoining(gateway, sender, changeContacts(sender, { Yhteyshenkilot: later }))
  await askSigned(gateway, sender, queryCustomers(sender, citizen))
  await askJoining(gateway, sender, statusBy(sender, 'ViranomaisTunniste', 'ei-ole'))
  await refusals(people)
  await askJoining(gateway, sender, withdraw(sender, `Asiakkaan ${citizen} tietoja on vuotanut`))
})
afterAll(() => gateway.close())

async function refusals(people: string): Promise<void> {
  const rival = { ...sender, identity: await newIdentity() }
  const spoilt: Record<string, string | undefined>[] = [
    { Liittymiskoodi: codes[1] },
    { Liittymiskoodi: `${codes[0]!} ${codes[1]!}` },
    { YTunnus: citizen },
    { Ymparisto: `${name} ${citizen}` },
    { Operaatiot: `<Operaatio>${name} ${citizen}</Operaatio>` },
    { ViranomaisenNimi: people },
    { Yhteyshenkilot: contacts(`Nimi="${name}" Sahkoposti="${phone}"`) },
    { Yhteyshenkilot: contacts(`Nimi="${name}" Rooli="${citizen}"`) },
    { Yhteyshenkilot: contacts(`Nimi="${name}&#10;${citizen}"`) },
    { Paluukanava: `<Osoite>${citizen}</Osoite>` },
    { Varmenne: `${citizen}!${name}` },
  ]
  for (const fields of spoilt) {
    const content = registerService(rival, { Liittymiskoodi: codes[0], Yhteyshenkilot: people, ...fields })
    expect((await askJoining(gateway, rival, content)).code).not.toBe(0)
  }
  const usual = registerService(rival, { Liittymiskoodi: codes[0], Yhteyshenkilot: people })
  expect((await askJoining(gateway, rival, usual, { tamperBody: true })).code).toBe(406)
  expect((await askSigned(gateway, rival, getStatus(sender))).code).toBe(406)
  for (const [from, to] of [
    ['</', `</x${citizen}><`],
    ['<Yhteyshenkilo ', '<Nimenkantaja '],
    ['RekisteroiPalvelu', 'RekisteroiNimenkantaja'],
  ] as const)
    await post(gateway, signed(usual, rival.identity).replaceAll(from, to), { path: JOINING_PATH })
}

test('no contact, no joining code and no identity code is in the log, whatever happens to a request', () => {
  const log = gateway.logged()
  expect(log).toContain('"registerService"')
  for (const secret of [...secrets, ...codes]) expect(log.includes(secret)).toBe(false)
})

test('none of them is in plain text in any row of any table', async () => {
  const { rows: tables } = await gateway.db.query<{ name: string }>(
    `select format('%I', tablename) as name from pg_tables where schemaname = 'public'`,
  )
  const found: string[] = []
  const seen = new Map<string, number>()
  for (const table of tables) {
    const { rows } = await gateway.db.query<Record<string, unknown>>(`select * from ${table.name}`)
    seen.set(table.name, rows.length)
    for (const row of rows)
      for (const [column, value] of Object.entries(row)) {
        const text = Buffer.isBuffer(value) ? value.toString('latin1') : JSON.stringify(value)
        const index = [...secrets, ...codes].findIndex((secret) => text.includes(secret))
        if (index >= 0) found.push(`${table.name}.${column} holds secret ${index}`)
      }
  }
  expect(found).toEqual([])
  for (const table of ['registration', 'audit', 'joining_code']) expect(seen.get(table)).toBeGreaterThan(0)
})

test('a code is in the database as a hash only, and the audit names it by the beginning of that', async () => {
  const { rows } = await gateway.db.query<{ hash: string }>(
    `select encode(hash, 'hex') as hash from joining_code where authority_id = $1`,
    [sender.authorityId],
  )
  const { rows: audited } = await gateway.db.query<{ code: string }>(
    `select subject ->> 'code' as code from audit where act = 'code.issued' and subject ->> 'authorityId' = $1`,
    [sender.authorityId],
  )
  expect(audited.map(({ code }) => code).sort()).toEqual(rows.map(({ hash }) => hash.slice(0, 12)).sort())
})

test('the original registration comes back byte for byte for whoever holds the keys', async () => {
  const kept = await evidence.readEvidence(gateway.db, gateway.runtime.sealer, traceId)
  expect(kept?.equals(Buffer.from(original))).toBe(true)
  const registration = await registrations.findRegistration(gateway.db, gateway.runtime.sealer, serviceId(sender))
  expect(registration!.contacts.reveal()).toEqual([{ name: laterName, email, phone: null, role: 'technical' }])
  expect(JSON.stringify(registration)).not.toContain('Nimenkantaja')
})

test('every request has its row in the message log, by the joining door', async () => {
  const { rows } = await gateway.db.query<{ outcome: string; count: number }>(
    `select outcome, count(*)::int from submission where endpoint = 'joining' group by outcome`,
  )
  const counts = Object.fromEntries(rows.map(({ outcome, count }) => [outcome, count]))
  expect(counts).toEqual({ accepted: 5, repeated: 1, refused: 15 })
})
