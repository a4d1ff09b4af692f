import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import {
  askJoining,
  askWhole,
  auditOf,
  changeContacts,
  contacts,
  getRegistration,
  issueCode,
  names,
  newApplicant,
  outcome,
  registerService,
  rowsOf,
  stateIn,
  textsAt,
  withdraw,
} from '../../support/joining.js'
import { signed, type Sender } from '../../support/requests.js'

/** Where an answer may be lost: the sandbox, and where codes are needed. */
describe.each(['free', 'code'] as const)('a registration whose answer was lost, where joining is %s,', (joining) => {
  let gateway: TestGateway

  beforeAll(async () => {
    gateway = await startGateway({ env: { ASTI_JOINING: joining } })
  })
  afterAll(() => gateway.close())

  const state = joining === 'free' ? 'TESTI' : 'LAHETETTY'

  async function newRegistration(): Promise<{ sender: Sender; content: string }> {
    const sender = await newApplicant()
    const code = joining === 'code' ? (await issueCode(gateway, sender)).code : undefined
    return { sender, content: registerService(sender, { Liittymiskoodi: code }) }
  }

  const everything = async ({ authorityId, ...sender }: Sender) => ({
    services: await rowsOf(gateway, 'service', authorityId),
    registrations: await rowsOf(gateway, 'registration', authorityId),
    certificates: await rowsOf(gateway, 'service_certificate', authorityId),
    audit: await auditOf(gateway, { ...sender, authorityId }),
  })

  test('is asked for again with a new signature: the registration as it is, and nothing is doubled', async () => {
    const { sender, content } = await newRegistration()
    const first = await askJoining(gateway, sender, content)
    const stored = await everything(sender)
    expect(stored).toMatchObject({ services: 1, registrations: 1, certificates: 1 })
    const again = await askJoining(gateway, sender, content)
    expect(again.traceId).not.toBe(first.traceId)
    expect([again.code, stateIn(again), again.body]).toEqual([0, state, first.body])
    expect(await everything(sender)).toEqual(stored)
    expect(await gateway.submission(again.traceId)).toMatchObject({ outcome: 'accepted' })
  })

  test('is asked for again with the same bytes: the same answer, noted as a repeat', async () => {
    const { sender, content } = await newRegistration()
    const bytes = signed(content, sender.identity)
    const first = await askWhole(gateway, bytes)
    const stored = await everything(sender)
    const again = await askWhole(gateway, bytes)
    expect(again.body).toBe(first.body)
    expect(await everything(sender)).toEqual(stored)
    expect(await gateway.submission(again.traceId)).toMatchObject({
      outcome: 'repeated',
      endpoint: 'joining',
      notes: { repeats: first.traceId },
    })
  })

  test('shows what is registered, not what the second request says', async () => {
    const { sender, content } = await newRegistration()
    await askJoining(gateway, sender, content)
    const other = registerService(sender, { PalvelunNimi: names('Toinen nimi'), Ymparisto: 'TUOTANTO' })
    const again = await askJoining(gateway, sender, other)
    expect([again.code, ...textsAt(again.result, 'Rekisterointi/Ymparisto')]).toEqual([0, 'TESTI'])
    expect(textsAt(again.result, 'Rekisterointi/PalvelunNimi/Fi')).toEqual(['Testikunnan päätökset'])
  })

  test('is asked for again while it is still being made: both get the one registration', async () => {
    const { sender, content } = await newRegistration()
    const answers = await Promise.all(Array.from({ length: 20 }, () => askJoining(gateway, sender, content)))
    expect(answers.map((answer) => [answer.code, stateIn(answer)])).toEqual(Array(20).fill([0, state]))
    expect(await everything(sender)).toMatchObject({ services: 1, registrations: 1, certificates: 1 })
    const acts = (await auditOf(gateway, sender)).map(({ act }) => act)
    expect(acts.filter((act) => act === 'service.registered')).toHaveLength(1)
  })

  test('is told its old answer again by a repeat after it has changed, and its present one by a question', async () => {
    const { sender, content } = await newRegistration()
    const bytes = signed(content, sender.identity)
    const first = await askWhole(gateway, bytes)
    const people = contacts('Nimi="Uusi Yhteys"')
    await askJoining(gateway, sender, changeContacts(sender, { Yhteyshenkilot: people }))
    expect((await askWhole(gateway, bytes)).body).toBe(first.body)
    expect((await askJoining(gateway, sender, getRegistration(sender))).body).toContain('Uusi Yhteys')
  })

  test('does not come back once the service is withdrawn', async () => {
    const { sender, content } = await newRegistration()
    await askJoining(gateway, sender, content)
    expect(stateIn(await askJoining(gateway, sender, withdraw(sender)))).toBe('PERUTTU')
    expect(await outcome(gateway, sender, content)).toEqual([405, 'SERVICE_WITHDRAWN'])
    expect(stateIn(await askJoining(gateway, sender, getRegistration(sender)))).toBe('PERUTTU')
  })
})
