import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import {
  addCertificate,
  askJoining,
  auditOf,
  fingerprintsIn,
  getRegistration,
  issueCode,
  joinedService,
  move,
  newIdentity,
  outcome,
  outcomeOf,
  retireCertificate,
  rowsOf,
  stateIn,
  until,
} from '../../support/joining.js'
import { makeIdentity, type Identity } from '../../support/keys.js'
import { askSigned, item, newPerson, newReference, sendMessage, type Sender } from '../../support/requests.js'

let gateway: TestGateway
let person: string

beforeAll(async () => {
  gateway = await startGateway()
  person = await newPerson(gateway)
})
afterAll(() => gateway.close())

const base64 = ({ certificateDer }: Identity): string => certificateDer.toString('base64')
const fingerprints = (...senders: Sender[]): string[] =>
  senders.map(({ identity }) => identity.fingerprintSha256).sort()
const withKey = async (sender: Sender, identity?: Identity): Promise<Sender> => ({
  ...sender,
  identity: identity ?? (await newIdentity()),
})

/** Clients that send letter after letter, each with a key that is in force by the time it is signed. */
class Traffic {
  readonly #keys: { readonly sender: Sender; inHand: number; sent: number }[] = []
  #stopped = false
  readonly codes: (number | null)[] = []
  readonly references: string[] = []

  /** From now on letters are signed with this key too. */
  use(sender: Sender): void {
    this.#keys.push({ sender, inHand: 0, sent: 0 })
  }

  /** Signs no more letters with the oldest key, and waits until those with it are answered. */
  async leaveOldest(): Promise<void> {
    const oldest = this.#keys.shift()!
    await until(() => Promise.resolve(oldest.inHand === 0 ? true : null))
  }

  /** Waits until so many more letters are answered, with every key that is in use. */
  async more(count: number): Promise<void> {
    const goal = this.codes.length + count
    const fresh = this.#keys.map((key) => ({ key, sent: key.sent }))
    await until(() =>
      Promise.resolve(this.codes.length >= goal && fresh.every(({ key, sent }) => key.sent > sent + 1) ? true : null),
    )
  }

  async runUntilStopped(clients: number): Promise<void> {
    await Promise.all(Array.from({ length: clients }, (_, i) => this.#client(i)))
  }

  stop(): void {
    this.#stopped = true
  }

  async #client(first: number): Promise<void> {
    for (let turn = first; !this.#stopped; turn++) {
      const key = this.#keys[turn % this.#keys.length]!
      const reference = newReference()
      this.references.push(reference)
      key.inHand++
      const { code } = await askSigned(
        gateway,
        key.sender,
        sendMessage(key.sender, item(person, { ViranomaisTunniste: reference })),
      )
      key.inHand--
      key.sent++
      this.codes.push(code)
    }
  }
}

test('a certificate is replaced under load without a single letter refused or lost', async () => {
  const old = await joinedService(gateway)
  const next = await withKey(old)
  const traffic = new Traffic()
  traffic.use(old)
  const running = traffic.runUntilStopped(6)
  await traffic.more(20)
  expect((await askJoining(gateway, old, addCertificate(old, { Varmenne: base64(next.identity) }))).code).toBe(0)
  traffic.use(next)
  await traffic.more(40)
  await traffic.leaveOldest()
  expect((await askJoining(gateway, next, retireCertificate(next, old.identity.fingerprintSha256))).code).toBe(0)
  await traffic.more(20)
  traffic.stop()
  await running
  expect(traffic.codes.filter((code) => code !== 202)).toEqual([])
  const { rows } = await gateway.db.query<{ reference: string }>('select reference from item where authority_id = $1', [
    old.authorityId,
  ])
  expect(rows.map(({ reference }) => reference).sort()).toEqual([...traffic.references].sort())
  const { rows: used } = await gateway.db.query<{ keys: number }>(
    `select count(distinct fingerprint)::int as keys from submission where authority_id = $1 and operation = 'sendMessage'`,
    [old.authorityId],
  )
  expect(used[0]!.keys).toBe(2)
  const late = await askSigned(gateway, old, sendMessage(old, item(person)))
  expect(await outcomeOf(gateway, late)).toEqual([406, 'CERTIFICATE_UNTRUSTED'])
  expect((await auditOf(gateway, old)).map(({ act }) => act).slice(-2)).toEqual([
    'service.certificate-added',
    'service.certificate-retired',
  ])
})

describe('LisaaVarmenne with the new key itself and a code', () => {
  test('adds it, also to a suspended service, which stays suspended', async () => {
    const old = await joinedService(gateway)
    const next = await withKey(old)
    await move(gateway, old, 'suspend', 'Avain kadonnut')
    const { code } = await issueCode(gateway, old, { purpose: 'certificate' })
    const answer = await askJoining(gateway, next, addCertificate(next, { Liittymiskoodi: code }))
    expect([answer.code, stateIn(answer), fingerprintsIn(answer).sort()]).toEqual([
      0,
      'KESKEYTETTY',
      fingerprints(old, next),
    ])
    const letter = sendMessage(next, item(person))
    expect(await outcomeOf(gateway, await askSigned(gateway, next, letter))).toEqual([405, 'SERVICE_SUSPENDED'])
    await move(gateway, old, 'resume', 'Uusi avain')
    expect((await askSigned(gateway, next, letter)).code).toBe(202)
    expect((await auditOf(gateway, old)).find(({ act }) => act === 'service.certificate-added')).toMatchObject({
      subject: { fingerprint: next.identity.fingerprintSha256, withCode: true, traceId: answer.traceId },
    })
  })

  test('takes the certificate from the request as well, when it is the one that signs', async () => {
    const old = await joinedService(gateway)
    const [next, other] = [await withKey(old), await newIdentity()]
    const { code } = await issueCode(gateway, old, { purpose: 'certificate' })
    const add = (identity: Identity): string =>
      addCertificate(next, { Liittymiskoodi: code, Varmenne: base64(identity) })
    expect(await outcome(gateway, next, add(other))).toEqual([409, 'CERTIFICATE_CONFLICT'])
    expect(await outcome(gateway, next, add(next.identity))).toEqual([0, null])
  })

  test('needs a code that is meant for it, and each code once', async () => {
    const old = await joinedService(gateway)
    const [next, later] = [await withKey(old), await withKey(old)]
    const refused = [403, 'JOINING_CODE_INVALID']
    const { code: wrong } = await issueCode(gateway, old)
    const { code: others } = await issueCode(gateway, await joinedService(gateway), { purpose: 'certificate' })
    const { code } = await issueCode(gateway, old, { purpose: 'certificate', serviceId: null })
    for (const Liittymiskoodi of [undefined, wrong, others])
      expect(await outcome(gateway, next, addCertificate(next, { Liittymiskoodi }))).toEqual(refused)
    expect(await outcome(gateway, next, addCertificate(next, { Liittymiskoodi: code }))).toEqual([0, null])
    expect(await outcome(gateway, later, addCertificate(later, { Liittymiskoodi: code }))).toEqual(refused)
    expect(await rowsOf(gateway, 'service_certificate', old.authorityId)).toBe(2)
  })

  test('whose answer was lost can be asked for again with the same key', async () => {
    const old = await joinedService(gateway)
    const next = await withKey(old)
    const { code } = await issueCode(gateway, old, { purpose: 'certificate' })
    const content = addCertificate(next, { Liittymiskoodi: code })
    const answers = await Promise.all(Array.from({ length: 10 }, () => askJoining(gateway, next, content)))
    answers.push(await askJoining(gateway, next, content))
    expect(answers.map((answer) => [answer.code, fingerprintsIn(answer).length])).toEqual(Array(11).fill([0, 2]))
    const added = (await auditOf(gateway, old)).filter(({ act }) => act === 'service.certificate-added')
    expect(added).toHaveLength(1)
  })
})

describe('LisaaVarmenne is refused', () => {
  test('for a certificate of another authority', async () => {
    const [sender, other] = [await joinedService(gateway), await joinedService(gateway)]
    const content = addCertificate(sender, { Varmenne: base64(other.identity) })
    expect(await outcome(gateway, sender, content)).toEqual([409, 'CERTIFICATE_TAKEN'])
    const registration = await askJoining(gateway, sender, getRegistration(sender))
    expect(fingerprintsIn(registration)).toEqual([sender.identity.fingerprintSha256])
  })

  test('without PalveluTunnus, also for a registered key whose authority has one service only', async () => {
    const sender = await joinedService(gateway)
    const identity = await newIdentity()
    const content = addCertificate({ ...sender, serviceId: '' }, { Varmenne: base64(identity) })
    expect(await outcome(gateway, sender, content)).toEqual([400, 'REQUEST_INVALID'])
    expect(await rowsOf(gateway, 'service_certificate', sender.authorityId)).toBe(1)
  })

  test('for one that could not sign, or is none', async () => {
    const sender = await joinedService(gateway)
    const unfit = [
      await makeIdentity({ commonName: 'weak', keyType: 'rsa1024' }),
      await makeIdentity({ commonName: 'old', notAfter: new Date(Date.now() - 86_400_000) }),
    ].map(base64)
    const huge = Buffer.alloc(16 * 1024 + 1).toString('base64')
    for (const Varmenne of [...unfit, 'AAAA', '!!!', huge])
      expect(await outcome(gateway, sender, addCertificate(sender, { Varmenne }))).toEqual([400, 'REQUEST_INVALID'])
    expect(await rowsOf(gateway, 'service_certificate', sender.authorityId)).toBe(1)
  })
})

test('a service has twenty certificates at most, and another one when one of them is retired', async () => {
  const sender = await joinedService(gateway)
  const add = (identity: Identity) => outcome(gateway, sender, addCertificate(sender, { Varmenne: base64(identity) }))
  const more = await Promise.all(Array.from({ length: 20 }, () => newIdentity()))
  const last = more.pop()!
  for (const identity of more) expect(await add(identity)).toEqual([0, null])
  expect(await add(last)).toEqual([409, 'CERTIFICATE_LIMIT'])
  expect(await add(more[0]!)).toEqual([0, null])
  const next = { ...sender, identity: last }
  const { code } = await issueCode(gateway, sender, { purpose: 'certificate' })
  const byCode = addCertificate(next, { Liittymiskoodi: code })
  expect(await outcome(gateway, next, byCode)).toEqual([409, 'CERTIFICATE_LIMIT'])
  await askJoining(gateway, sender, retireCertificate(sender, more[0]!.fingerprintSha256))
  expect(await outcome(gateway, next, byCode)).toEqual([0, null])
  expect(await rowsOf(gateway, 'service_certificate', sender.authorityId)).toBe(20)
})

test('a certificate that is there already is added once', async () => {
  const sender = await joinedService(gateway)
  for (const fields of [{}, { Varmenne: base64(sender.identity) }]) {
    const answer = await askJoining(gateway, sender, addCertificate(sender, fields))
    expect([answer.code, fingerprintsIn(answer)]).toEqual([0, fingerprints(sender)])
  }
  expect((await auditOf(gateway, sender)).map(({ act }) => act)).not.toContain('service.certificate-added')
})

test('a key that two services of one authority share is retired for each of them by itself', async () => {
  const one = await joinedService(gateway)
  const two = await joinedService(gateway, one)
  const next = await withKey(one)
  await askJoining(gateway, one, addCertificate(one, { Varmenne: base64(next.identity) }))
  await askJoining(gateway, one, retireCertificate(one, one.identity.fingerprintSha256))
  expect(await outcome(gateway, one, getRegistration(one))).toEqual([406, 'CERTIFICATE_OTHER_SERVICE'])
  expect(await outcome(gateway, two, getRegistration(two))).toEqual([0, null])
  expect(await outcome(gateway, next, getRegistration(next))).toEqual([0, null])
})
