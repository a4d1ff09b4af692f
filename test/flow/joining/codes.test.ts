import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { operators } from '../../../src/operations/index.js'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import {
  actingOn,
  addCertificate,
  askJoining,
  auditOf,
  fingerprintsIn,
  getRegistration,
  issueCode,
  move,
  newApplicant,
  newIdentity,
  outcome,
  outcomeOf,
  registerService,
  rowsOf,
  serviceId,
  stateIn,
  textsAt,
  type JoiningReply,
} from '../../support/joining.js'
import { askSigned, item, newPerson, sendMessage, type Sender } from '../../support/requests.js'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startGateway({ env: { ASTI_JOINING: 'code' } })
})
afterAll(() => gateway.close())

const withCode = (sender: Sender, code: string, more: Record<string, string> = {}): string =>
  registerService(sender, { Liittymiskoodi: code, ...more })

const usedCodes = async (authorityId: string): Promise<number> => {
  const { rows } = await gateway.db.query<{ n: number }>(
    'select count(*)::int as n from joining_code where authority_id = $1 and used_at is not null',
    [authorityId],
  )
  return rows[0]!.n
}

describe('a registration is refused, and leaves nothing but its row in the message log,', () => {
  const refused = async (sender: Sender, content: string): Promise<void> => {
    const before = await rowsOf(gateway, 'service', sender.authorityId)
    const answer = await askJoining(gateway, sender, content)
    expect(await outcomeOf(gateway, answer)).toEqual([403, 'JOINING_CODE_INVALID'])
    expect(await gateway.submission(answer.traceId)).toMatchObject({
      endpoint: 'joining',
      operation: 'registerService',
      outcome: 'refused',
      authorityId: sender.authorityId,
      serviceId: sender.serviceId,
      fingerprint: sender.identity.fingerprintSha256,
    })
    expect(await rowsOf(gateway, 'service', sender.authorityId)).toBe(before)
    const { rows } = await gateway.db.query(`select from authority where id = $1`, [sender.authorityId])
    expect(rows).toHaveLength(before)
  }

  test('without a code', async () => {
    const sender = await newApplicant()
    await refused(sender, registerService(sender))
  })

  test('with a code that nobody has issued', async () => {
    const sender = await newApplicant()
    await issueCode(gateway, sender)
    await refused(sender, withCode(sender, 'ABCDE-FGHJK-MNPQR-STVWX-YZ012'))
  })

  test('with a code that was used before', async () => {
    const first = await newApplicant()
    const { code } = await issueCode(gateway, first, { serviceId: null })
    expect(stateIn(await askJoining(gateway, first, withCode(first, code)))).toBe('LAHETETTY')
    const second = await newApplicant({ authorityId: first.authorityId })
    await refused(second, withCode(second, code))
  })

  test('with a code that has expired', async () => {
    const sender = await newApplicant()
    const { code } = await issueCode(gateway, sender)
    await gateway.db.query(`update joining_code set expires_at = now() - interval '1 s' where authority_id = $1`, [
      sender.authorityId,
    ])
    await refused(sender, withCode(sender, code))
  })

  test('with a code that an operator has taken back', async () => {
    const sender = await newApplicant()
    const { code, name } = await issueCode(gateway, sender)
    expect(await operators.revokeJoiningCode(gateway, { name, actor: 'test' })).toBe(1)
    await refused(sender, withCode(sender, code))
  })

  test('with a code of another authority, another service, the other environment or another purpose', async () => {
    const sender = await newApplicant()
    const others = [
      await issueCode(gateway, await newApplicant(sender), { authorityId: 'toinen_kunta_ws', serviceId: null }),
      await issueCode(gateway, sender, { serviceId: 'toinen_palvelu' }),
      await issueCode(gateway, sender, { environment: 'production' }),
      await issueCode(gateway, sender, { purpose: 'certificate' }),
    ]
    for (const { code } of others) await refused(sender, withCode(sender, code))
    expect(await usedCodes(sender.authorityId)).toBe(0)
  })
})

test('with its code a service is handed in, and sends from when an operator has opened it for tests', async () => {
  const sender = await newApplicant()
  const person = await newPerson(gateway)
  const { code } = await issueCode(gateway, sender, { environment: 'test' })
  const registered = await askJoining(gateway, sender, withCode(sender, code))
  expect([registered.code, stateIn(registered)]).toEqual([0, 'LAHETETTY'])
  const { rows } = await gateway.db.query<{ used_by: string }>(
    'select used_by from joining_code where authority_id = $1',
    [sender.authorityId],
  )
  expect(rows).toEqual([{ used_by: registered.traceId }])

  const early = await askSigned(gateway, sender, sendMessage(sender, item(person)))
  expect(await outcomeOf(gateway, early)).toEqual([405, 'SERVICE_NOT_OPEN'])
  expect(await rowsOf(gateway, 'item', sender.authorityId)).toBe(0)
  expect(stateIn(await askJoining(gateway, sender, getRegistration(sender)))).toBe('LAHETETTY')

  await move(gateway, sender, 'open-test')
  expect((await askSigned(gateway, sender, sendMessage(sender, item(person)))).code).toBe(202)
  expect(
    (await auditOf(gateway, sender)).map(({ actor, act, subject }) => [actor, act, subject['to'] ?? null]),
  ).toEqual([
    ['test', 'code.issued', null],
    [`authority:${sender.authorityId}/${sender.serviceId}`, 'service.registered', null],
    [`authority:${sender.authorityId}/${sender.serviceId}`, 'service.moved', 'submitted'],
    ['test', 'service.moved', 'test'],
  ])
})

test('a code is taken as people write it: in small letters, without hyphens, with O for zero and l for one', async () => {
  const sender = await newApplicant()
  const { code } = await issueCode(gateway, sender)
  const written = code.replaceAll('-', ' ').toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l')
  expect(stateIn(await askJoining(gateway, sender, withCode(sender, written)))).toBe('LAHETETTY')
})

test('a draft that an operator has prepared is completed by the registration with a code', async () => {
  const sender = await newApplicant()
  const { authorityId, serviceId: id } = sender
  const about = { name: 'Luonnos', authorityName: 'Luonnoskunta', environment: 'test' as const }
  await operators.createDraft(actingOn(gateway), { service: { authorityId, id }, actor: 'test', ...about })
  expect(await outcome(gateway, sender, registerService(sender))).toEqual([403, 'JOINING_CODE_INVALID'])
  const { code } = await issueCode(gateway, sender)
  expect(stateIn(await askJoining(gateway, sender, withCode(sender, code)))).toBe('LAHETETTY')
  expect(await rowsOf(gateway, 'service', authorityId)).toBe(1)
})

test('a registration that was given back is handed in again by its own key, and for the other side with another code only', async () => {
  const sender = await newApplicant()
  const { code } = await issueCode(gateway, sender)
  await askJoining(gateway, sender, withCode(sender, code))
  await move(gateway, sender, 'return', 'Yhteyshenkilö puuttuu')
  const asked = await askJoining(gateway, sender, getRegistration(sender))
  expect(stateIn(asked)).toBe('LUONNOS')
  const bare = await askJoining(gateway, sender, registerService(sender, { Ymparisto: 'TUOTANTO' }))
  expect(bare.code).toBe(403)
  const same = await askJoining(gateway, sender, registerService(sender))
  expect([same.code, stateIn(same)]).toEqual([0, 'LAHETETTY'])
  await move(gateway, sender, 'return', 'Ympäristö on väärä')
  const other = await issueCode(gateway, sender, { environment: 'production' })
  const payload = registerService(sender, { Ymparisto: 'TUOTANTO', Liittymiskoodi: other.code })
  const again = await askJoining(gateway, sender, payload)
  expect([again.code, stateIn(again)]).toEqual([0, 'LAHETETTY'])
  expect(again.body).toContain('>TUOTANTO<')
})

describe('a registration that was given back and comes again with a code and another key', () => {
  /** Somebody who got hold of a code was there first, and an operator turned it away. */
  async function turnedAway(): Promise<{ first: Sender; second: Sender }> {
    const first = await newApplicant()
    await askJoining(gateway, first, withCode(first, (await issueCode(gateway, first)).code))
    await move(gateway, first, 'return', 'Väärä hakija')
    return { first, second: { ...first, identity: await newIdentity() } }
  }

  test('has that key and no other: who was turned away can do nothing any more', async () => {
    const { first, second } = await turnedAway()
    const { code } = await issueCode(gateway, second)
    const answer = await askJoining(gateway, second, withCode(second, code))
    expect([stateIn(answer), fingerprintsIn(answer)]).toEqual(['LAHETETTY', [second.identity.fingerprintSha256]])
    expect(await outcome(gateway, first, getRegistration(first))).toEqual([406, 'CERTIFICATE_UNTRUSTED'])
    expect(await outcome(gateway, first, registerService(first))).toEqual([409, 'SERVICE_EXISTS'])
    const retired = (await auditOf(gateway, first)).filter(({ act }) => act === 'service.certificate-retired')
    const fingerprints = {
      fingerprint: first.identity.fingerprintSha256,
      replacedBy: second.identity.fingerprintSha256,
    }
    expect(retired.map(({ subject }) => subject)).toEqual([
      { ...serviceId(first), ...fingerprints, traceId: answer.traceId },
    ])
  })

  test('keeps its own key while nobody has come with a code, and with a code that is no good', async () => {
    const { first, second } = await turnedAway()
    expect(await outcome(gateway, second, withCode(second, 'ABCDE-FGHJK-MNPQR-STVWX-YZ012'))).toEqual([
      403,
      'JOINING_CODE_INVALID',
    ])
    const again = await askJoining(gateway, first, registerService(first))
    expect([stateIn(again), fingerprintsIn(again)]).toEqual(['LAHETETTY', [first.identity.fingerprintSha256]])
  })
})

describe('a draft for production', () => {
  async function prepared(): Promise<Sender> {
    const sender = await newApplicant()
    const about = { name: 'Luonnos', authorityName: 'Luonnoskunta', environment: 'production' as const }
    await operators.createDraft(actingOn(gateway), { service: serviceId(sender), actor: 'test', ...about })
    return sender
  }
  const certificateCode = async (sender: Sender) => (await issueCode(gateway, sender, { purpose: 'certificate' })).code

  test('takes no key that comes with a code for a certificate, neither when it is handed in', async () => {
    const sender = await prepared()
    const code = await certificateCode(sender)
    const add = addCertificate(sender, { Liittymiskoodi: code })
    const production = registerService(sender, { Ymparisto: 'TUOTANTO' })
    expect(await outcome(gateway, sender, add)).toEqual([405, 'SERVICE_NOT_OPEN'])
    expect(await outcome(gateway, sender, production)).toEqual([403, 'JOINING_CODE_INVALID'])
    await move(gateway, sender, 'submit')
    expect(await outcome(gateway, sender, add)).toEqual([405, 'SERVICE_NOT_OPEN'])
    expect(await rowsOf(gateway, 'service_certificate', sender.authorityId)).toBe(0)
    expect(await usedCodes(sender.authorityId)).toBe(0)
  })

  test('that an operator has handed in is registered with a code by the first key, and by no second one', async () => {
    const sender = await prepared()
    await move(gateway, sender, 'submit')
    const production = { Ymparisto: 'TUOTANTO' }
    expect(await outcome(gateway, sender, registerService(sender, production))).toEqual([403, 'JOINING_CODE_INVALID'])
    const { code } = await issueCode(gateway, sender)
    const answer = await askJoining(gateway, sender, withCode(sender, code, production))
    expect([answer.code, stateIn(answer)]).toEqual([0, 'LAHETETTY'])
    expect(fingerprintsIn(answer)).toEqual([sender.identity.fingerprintSha256])
    const late = { ...sender, identity: await newIdentity() }
    const { code: another } = await issueCode(gateway, sender)
    expect(await outcome(gateway, late, withCode(late, another, production))).toEqual([409, 'SERVICE_EXISTS'])
  })
})

describe('operations that a service may call', () => {
  const operations = (...names: string[]): Record<string, string> => ({
    Operaatiot: names.map((name) => `<Operaatio>${name}</Operaatio>`).join(''),
  })
  const given = (answer: JoiningReply): string[] => textsAt(answer.result, 'Rekisterointi/Operaatiot/Operaatio')
  async function registered(wished: Record<string, string>): Promise<Sender> {
    const sender = await newApplicant()
    const { code } = await issueCode(gateway, sender)
    await askJoining(gateway, sender, withCode(sender, code, wished))
    await move(gateway, sender, 'return', 'Täydennettävää')
    return sender
  }
  const restrict = (sender: Sender, ...names: string[]) =>
    operators.changeServiceSettings(actingOn(gateway), {
      service: serviceId(sender),
      actor: 'test',
      settings: { operations: names },
    })

  test('are narrowed, and never widened, by handing in again after an operator has restricted them', async () => {
    const sender = await registered({})
    await restrict(sender, 'sendMessage', 'getServiceStatus')
    const everything = operations('LahetaViesti', 'LisaaKohteita', 'HaeAsiakkaita', 'HaeTilaTieto')
    const first = await askJoining(gateway, sender, registerService(sender, everything))
    expect(given(first)).toEqual(['LahetaViesti', 'HaeTilaTieto'])
    await move(gateway, sender, 'return', 'Täydennettävää')
    const second = await askJoining(gateway, sender, registerService(sender, operations('HaeTilaTieto')))
    expect(given(second)).toEqual(['HaeTilaTieto'])
    await move(gateway, sender, 'return', 'Täydennettävää')
    for (const wished of [operations('LisaaKohteita'), {}]) {
      expect(given(await askJoining(gateway, sender, registerService(sender, wished)))).toEqual(['HaeTilaTieto'])
      await move(gateway, sender, 'return', 'Täydennettävää')
    }
  })

  test('are what a new service asks for', async () => {
    const sender = await registered(operations('LisaaKohteita'))
    expect(given(await askJoining(gateway, sender, getRegistration(sender)))).toEqual(['LisaaKohteita'])
  })
})

test('of twenty simultaneous registrations of different services with one code exactly one gets through', async () => {
  const first = await newApplicant()
  const { code } = await issueCode(gateway, first, { serviceId: null })
  const services = Array.from({ length: 20 }, (_, i) => ({ ...first, serviceId: `${first.authorityId}_${i}` }))
  const outcomes = await Promise.all(services.map((one) => outcome(gateway, one, withCode(one, code))))
  expect(outcomes.filter(([status]) => status === 0)).toHaveLength(1)
  expect(outcomes.filter(([, reason]) => reason === 'JOINING_CODE_INVALID')).toHaveLength(19)
  expect(await rowsOf(gateway, 'service', first.authorityId)).toBe(1)
  expect(await rowsOf(gateway, 'service_certificate', first.authorityId)).toBe(1)
})

test('of twenty simultaneous registrations of one service with twenty codes and keys exactly one gets through', async () => {
  const first = await newApplicant()
  const rivals = await Promise.all(
    Array.from({ length: 20 }, async () => ({
      rival: { ...first, identity: await newIdentity() },
      code: (await issueCode(gateway, first)).code,
    })),
  )
  const outcomes = await Promise.all(rivals.map(({ rival, code }) => outcome(gateway, rival, withCode(rival, code))))
  expect(outcomes.filter(([status]) => status === 0)).toHaveLength(1)
  expect(outcomes.filter(([, reason]) => reason === 'SERVICE_EXISTS')).toHaveLength(19)
  expect(await rowsOf(gateway, 'service_certificate', first.authorityId)).toBe(1)
  expect(await usedCodes(first.authorityId)).toBe(1)
})
