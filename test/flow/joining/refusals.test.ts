import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import {
  addCertificate,
  askJoining,
  askWhole,
  changeContacts,
  contacts,
  fingerprintsIn,
  getRegistration,
  joinedService,
  JOINING_NS,
  JOINING_PATH,
  newApplicant,
  newIdentity,
  outcome,
  outcomeOf,
  registerService,
  retireCertificate,
  rowsOf,
  stateIn,
  statusBy,
  withdraw,
} from '../../support/joining.js'
import { makeIdentity, type Identity } from '../../support/keys.js'
import { issue } from '../../support/pki.js'
import {
  addItems,
  askSigned,
  faultOf,
  getStatus,
  item,
  newPerson,
  newSender,
  NS,
  post,
  queryCustomers,
  sendMessage,
  signed,
  SIGNED_PATH,
  unsigned,
  type Sender,
} from '../../support/requests.js'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())

const base64 = ({ certificateDer }: Identity): string => certificateDer.toString('base64')

/** A registration that is refused leaves no service behind, nor an authority. */
async function refused(sender: Sender, content: string, code: number, reason: string): Promise<void> {
  const authorities = async (): Promise<unknown> =>
    (await gateway.db.query<{ n: number }>('select count(*)::int as n from authority')).rows[0]
  const before = [await rowsOf(gateway, 'service', sender.authorityId), await authorities()]
  expect(await outcome(gateway, sender, content)).toEqual([code, reason])
  expect([await rowsOf(gateway, 'service', sender.authorityId), await authorities()]).toEqual(before)
}

describe('a registration contradicts what is registered:', () => {
  test('the service has another key already', async () => {
    const first = await joinedService(gateway)
    const rival = { ...first, identity: await newIdentity() }
    await refused(rival, registerService(rival), 409, 'SERVICE_EXISTS')
    expect(fingerprintsIn(await askJoining(gateway, first, getRegistration(first)))).toEqual([
      first.identity.fingerprintSha256,
    ])
  })

  test('the service was withdrawn, whoever asks', async () => {
    const first = await joinedService(gateway)
    await askJoining(gateway, first, withdraw(first))
    await refused(first, registerService(first), 405, 'SERVICE_WITHDRAWN')
    const rival = { ...first, identity: await newIdentity() }
    await refused(rival, registerService(rival), 405, 'SERVICE_WITHDRAWN')
  })

  test('the certificate is registered for another authority', async () => {
    const { identity } = await joinedService(gateway)
    const second = await newApplicant({ identity })
    await refused(second, registerService(second), 409, 'CERTIFICATE_TAKEN')
  })

  test('the certificate in the request is not the one that signed it', async () => {
    const sender = await newApplicant()
    const other = registerService(sender, { Varmenne: base64(await newIdentity()) })
    await refused(sender, other, 409, 'CERTIFICATE_CONFLICT')
    const own = registerService(sender, { Varmenne: base64(sender.identity) })
    expect(stateIn(await askJoining(gateway, sender, own))).toBe('TESTI')
  })
})

test('of twenty simultaneous registrations of different authorities with one key exactly one gets through', async () => {
  const identity = await newIdentity()
  const rivals = await Promise.all(Array.from({ length: 20 }, () => newApplicant({ identity })))
  const outcomes = await Promise.all(rivals.map((rival) => outcome(gateway, rival, registerService(rival))))
  expect(outcomes.filter(([code]) => code === 0)).toHaveLength(1)
  expect(outcomes.filter(([, reason]) => reason === 'CERTIFICATE_TAKEN')).toHaveLength(19)
})

describe('in the sandbox an authority that exists', () => {
  test('gets no service of a stranger who has no code', async () => {
    const first = await joinedService(gateway)
    const stranger = await newApplicant({ authorityId: first.authorityId })
    await refused(stranger, registerService(stranger), 403, 'JOINING_CODE_INVALID')
  })

  test('gets another service by one of its own certificates', async () => {
    const first = await joinedService(gateway)
    const second = await newApplicant(first)
    expect(stateIn(await askJoining(gateway, second, registerService(second)))).toBe('TESTI')
    expect((await askSigned(gateway, second, getStatus(second))).code).toBe(0)
    expect((await askSigned(gateway, first, getStatus(first))).code).toBe(0)
  })

  test('of twenty strangers who register a service of one new authority at once lets one in', async () => {
    const first = await newApplicant()
    const rivals = await Promise.all(Array.from({ length: 20 }, () => newApplicant({ authorityId: first.authorityId })))
    const outcomes = await Promise.all(rivals.map((rival) => outcome(gateway, rival, registerService(rival))))
    expect(outcomes.filter(([code]) => code === 0)).toHaveLength(1)
    expect(outcomes.filter(([, reason]) => reason === 'JOINING_CODE_INVALID')).toHaveLength(19)
  })
})

describe('nobody registers with', () => {
  const day = (n: number): Date => new Date(Date.now() + n * 24 * 3600_000)
  const cases: [string, () => Promise<Identity>, string][] = [
    ['a key of 1024 bits', () => makeIdentity({ commonName: 'weak', keyType: 'rsa1024' }), 'CERTIFICATE_WEAK'],
    ['a key of exponent 3', () => makeIdentity({ commonName: 'three', keyType: 'rsa2048-e3' }), 'CERTIFICATE_WEAK'],
    [
      'a certificate that has expired',
      () => makeIdentity({ commonName: 'old', notAfter: day(-1) }),
      'CERTIFICATE_EXPIRED',
    ],
    ['a certificate of next week', () => makeIdentity({ commonName: 'new', notBefore: day(7) }), 'CERTIFICATE_EXPIRED'],
    ['a key for encryption', () => issue({ name: 'cipher', usage: ['keyEncipherment'] }), 'CERTIFICATE_USAGE'],
  ]
  test.each(cases)('%s', async (_name, make, reason) => {
    const sender = await newApplicant({ identity: await make() })
    await refused(sender, registerService(sender), 406, reason)
  })

  test("somebody else's certificate", async () => {
    const [own, other] = [await newIdentity(), await newIdentity()]
    const sender = await newApplicant({ identity: { ...own, certificatePem: other.certificatePem } })
    await refused(sender, registerService(sender), 406, 'SIGNATURE_INVALID')
  })

  test('something that is no certificate', async () => {
    const identity = await newIdentity()
    const garbage = `-----BEGIN CERTIFICATE-----\n${Buffer.alloc(900, 7).toString('base64')}\n-----END CERTIFICATE-----\n`
    const sender = await newApplicant({ identity: { ...identity, certificatePem: garbage } })
    await refused(sender, registerService(sender), 406, 'CERTIFICATE_UNREADABLE')
  })
})

describe('on the joining endpoint a request is refused', () => {
  test('that is not signed, whatever it asks for', async () => {
    const sender = await joinedService(gateway)
    const newcomer = await newApplicant()
    for (const content of [registerService(newcomer), getRegistration(sender), withdraw(sender)]) {
      const answer = await askWhole(gateway, unsigned(content))
      expect(await outcomeOf(gateway, answer)).toEqual([406, 'SIGNATURE_MISSING'])
    }
    expect(await rowsOf(gateway, 'service', newcomer.authorityId)).toBe(0)
    expect(stateIn(await askJoining(gateway, sender, getRegistration(sender)))).toBe('TESTI')
  })

  test('that was changed after signing', async () => {
    const sender = await newApplicant()
    const answer = await askJoining(gateway, sender, registerService(sender), { tamperBody: true })
    expect(await outcomeOf(gateway, answer)).toEqual([406, 'BODY_CHANGED'])
  })

  test('that was signed long ago', async () => {
    const sender = await newApplicant()
    const createdAt = new Date(Date.now() - 3_600_000)
    const answer = await askJoining(gateway, sender, registerService(sender), { createdAt })
    expect(await outcomeOf(gateway, answer)).toEqual([406, 'TIMESTAMP_EXPIRED'])
  })
})

describe('an operation is unknown', () => {
  const unknown = async (path: string, content: string, sender: Sender): Promise<void> => {
    const wire = await post(gateway, signed(content, sender.identity), { path })
    expect([wire.status, faultOf(wire)]).toEqual([500, { faultCode: 'Client', code: 'OPERATION_UNKNOWN' }])
    const row = await gateway.submission(String(wire.headers['x-trace-id']))
    expect(row).toMatchObject({ outcome: 'refused', code: 'OPERATION_UNKNOWN', statusCode: null })
  }

  test('on the joining endpoint when it is one of the old contract', async () => {
    const sender = await joinedService(gateway)
    for (const content of [getStatus(sender), sendMessage(sender, item(await newPerson(gateway)))])
      await unknown(JOINING_PATH, content, sender)
    await unknown(JOINING_PATH, getStatus(sender).replace(NS.asi, JOINING_NS), sender)
    expect(await rowsOf(gateway, 'item', sender.authorityId)).toBe(0)
  })

  test('on the old endpoints when it is one of the joining contract', async () => {
    const sender = await joinedService(gateway)
    for (const path of [SIGNED_PATH, `${SIGNED_PATH}NonSigned`]) {
      await unknown(path, getRegistration(sender), sender)
      await unknown(path, registerService(await newApplicant(sender)), sender)
      await unknown(path, getRegistration(sender).replace(JOINING_NS, NS.asi), sender)
    }
    expect(await rowsOf(gateway, 'service', sender.authorityId)).toBe(1)
  })
})

describe('a key that nobody has registered', () => {
  test('is good for no other operation of the joining contract', async () => {
    const sender = await joinedService(gateway)
    const stranger = { ...sender, identity: await newIdentity() }
    const contents = [
      getRegistration(sender),
      changeContacts(sender, { Yhteyshenkilot: contacts('Nimi="Vieras"') }),
      retireCertificate(sender, sender.identity.fingerprintSha256),
      withdraw(sender),
      statusBy(sender, 'SanomaTunniste', 'sanoma-1'),
    ]
    for (const content of contents)
      expect(await outcome(gateway, stranger, content)).toEqual([406, 'CERTIFICATE_UNTRUSTED'])
    expect(await outcome(gateway, stranger, addCertificate(sender))).toEqual([403, 'JOINING_CODE_INVALID'])
    const registration = await askJoining(gateway, sender, getRegistration(sender))
    expect([stateIn(registration), fingerprintsIn(registration)]).toEqual([
      'TESTI',
      [sender.identity.fingerprintSha256],
    ])
  })

  test('is good for no operation of the old contract', async () => {
    const sender = await newSender(gateway)
    const stranger = { ...sender, identity: await newIdentity() }
    const person = await newPerson(gateway)
    const contents = [
      getStatus(sender),
      queryCustomers(sender, person),
      addItems(sender, item(person)),
      sendMessage(sender, item(person)),
    ]
    for (const content of contents) {
      const answer = await askSigned(gateway, stranger, content)
      expect(await outcomeOf(gateway, answer)).toEqual([406, 'CERTIFICATE_UNTRUSTED'])
    }
  })

  test('is told nothing about whether an authority or a service exists', async () => {
    const known = await joinedService(gateway)
    const identity = await newIdentity()
    const nobody = await newApplicant({ identity })
    const [about, aboutNobody] = await Promise.all(
      [known, nobody].map((party) => askJoining(gateway, { identity }, addCertificate(party))),
    )
    const plain = (body: string): string => body.replace(/Trace ID: [\w-]+/, '')
    expect(plain(about!.body)).toBe(plain(aboutNobody!.body))
  })
})

test('a registered key speaks for its own authority and service only', async () => {
  const [one, two] = [await joinedService(gateway), await joinedService(gateway)]
  const sister = await newApplicant({ authorityId: one.authorityId })
  await gateway.register({ ...sister, certificatePem: sister.identity.certificatePem })
  const by = { identity: one.identity }
  expect(await outcome(gateway, by, getRegistration(two))).toEqual([403, 'AUTHORITY_MISMATCH'])
  expect(await outcome(gateway, by, getRegistration(sister))).toEqual([406, 'CERTIFICATE_OTHER_SERVICE'])
  expect(await outcome(gateway, by, getRegistration(await newApplicant(one)))).toEqual([404, 'SERVICE_UNKNOWN'])
})
