import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { ServiceState } from '../../../src/registration/index.js'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import {
  askJoining,
  changeContacts,
  contacts,
  fingerprintsIn,
  getRegistration,
  joinedService,
  move,
  newApplicant,
  registerService,
  stateIn,
  textsAt,
  type JoiningReply,
} from '../../support/joining.js'
import type { Sender } from '../../support/requests.js'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())

const about = (answer: JoiningReply, path: string): string[] => textsAt(answer.result, `Rekisterointi/${path}`)
const asked = (sender: Sender): Promise<JoiningReply> => askJoining(gateway, sender, getRegistration(sender))

describe('HaeRekisterointi', () => {
  const states: [ServiceState, string][] = [
    ['draft', 'LUONNOS'],
    ['submitted', 'LAHETETTY'],
    ['test', 'TESTI'],
    ['accepted', 'HYVAKSYTTY'],
    ['production', 'TUOTANTO'],
    ['withdrawn', 'PERUTTU'],
  ]
  test.each(states)('tells the state %s as %s', async (state, word) => {
    const sender = await newApplicant()
    await gateway.register({ ...sender, certificatePem: sender.identity.certificatePem, state })
    const answer = await asked(sender)
    expect([answer.code, stateIn(answer), fingerprintsIn(answer)]).toEqual([
      0,
      word,
      [sender.identity.fingerprintSha256],
    ])
  })

  test('tells a suspension with its reason, and the reason why it ended', async () => {
    const sender = await joinedService(gateway)
    await move(gateway, sender, 'suspend', 'Avain epäilty vuotaneeksi')
    const suspended = await asked(sender)
    expect([stateIn(suspended), ...about(suspended, 'Syy')]).toEqual(['KESKEYTETTY', 'Avain epäilty vuotaneeksi'])
    await move(gateway, sender, 'resume', 'Selvitetty')
    const resumed = await asked(sender)
    expect([stateIn(resumed), ...about(resumed, 'Syy')]).toEqual(['TESTI', 'Selvitetty'])
  })

  test('lists by code and in words what is missing for what the service was registered for', async () => {
    const forTest = await joinedService(gateway)
    expect(about(await asked(forTest), 'Puuttuu/Vaatimus/Koodi')).toEqual([])
    const forProduction = await newApplicant()
    const content = registerService(forProduction, { Ymparisto: 'TUOTANTO' })
    const answer = await askJoining(gateway, forProduction, content)
    expect(stateIn(answer)).toBe('TESTI')
    const missing = about(answer, 'Puuttuu/Vaatimus/Koodi')
    for (const code of ['agreement-missing', 'self-audit-missing', 'approval-first-missing', 'approval-second-missing'])
      expect(missing).toContain(code)
    expect(about(answer, 'Puuttuu/Vaatimus/Kuvaus/Fi')).toHaveLength(missing.length)
  })

  test('lists contacts and business id as missing of a service that has none', async () => {
    const sender = await newApplicant()
    await gateway.register({ ...sender, certificatePem: sender.identity.certificatePem })
    const before = about(await asked(sender), 'Puuttuu/Vaatimus/Koodi')
    await askJoining(gateway, sender, changeContacts(sender, { Yhteyshenkilot: contacts('Nimi="Yhteys"') }))
    const after = about(await asked(sender), 'Puuttuu/Vaatimus/Koodi')
    expect([before, after]).toEqual([['business-id-missing', 'contacts-missing'], ['business-id-missing']])
  })
})
