import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { services } from '../../../src/store/index.js'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import {
  addCertificate,
  askJoining,
  auditOf,
  changeContacts,
  contacts,
  elementsAt,
  fingerprintsIn,
  getRegistration,
  issueCode,
  joinedService,
  newApplicant,
  newIdentity,
  outcome,
  outcomeOf,
  registerService,
  retireCertificate,
  rowsOf,
  stateIn,
  statusBy,
  statusChanges,
  textsAt,
  withdraw,
  type JoiningReply,
} from '../../support/joining.js'
import { makeIdentity } from '../../support/keys.js'
import { issue } from '../../support/pki.js'
import {
  addItems,
  askSigned,
  getStatus,
  item,
  newPerson,
  queryCustomers,
  sendMessage,
  xml,
  type Sender,
} from '../../support/requests.js'

let gateway: TestGateway

beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway.close())

const about = (answer: JoiningReply, path: string): string[] => textsAt(answer.result, `Rekisterointi/${path}`)
const peopleIn = (answer: JoiningReply): Record<string, string>[] =>
  elementsAt(answer.result, 'Rekisterointi/Yhteyshenkilot/Yhteyshenkilo').map(({ attributes }) => attributes)
const asked = (sender: Sender): Promise<JoiningReply> => askJoining(gateway, sender, getRegistration(sender))

describe('PaivitaYhteystiedot', () => {
  test('replaces all contacts and leaves the return channel as it is', async () => {
    const sender = await joinedService(gateway)
    const channel = xml({ Osoite: 'https://kunta.example/paluu', Sukupolvi: 'UUSI' })
    expect((await askJoining(gateway, sender, changeContacts(sender, { Paluukanava: channel }))).code).toBe(0)
    const people = contacts(
      'Nimi="Uusi Yksi" Rooli="TIETOTURVA" Matkapuhelin="+358 40 0000000"',
      'Nimi="Uusi Kaksi" Sahkoposti="kaksi@kunta.example"',
    )
    await askJoining(gateway, sender, changeContacts(sender, { Yhteyshenkilot: people }))
    const answer = await asked(sender)
    expect(peopleIn(answer)).toEqual([
      { Nimi: 'Uusi Yksi', Matkapuhelin: '+358 40 0000000', Rooli: 'TIETOTURVA' },
      { Nimi: 'Uusi Kaksi', Sahkoposti: 'kaksi@kunta.example', Rooli: 'TEKNIIKKA' },
    ])
    expect(about(answer, 'Paluukanava/Osoite')).toEqual(['https://kunta.example/paluu'])
    expect(about(answer, 'Paluukanava/Sukupolvi')).toEqual(['UUSI'])
  })

  test('replaces the return channel, and takes it away, and leaves the contacts as they are', async () => {
    const sender = await joinedService(gateway)
    const before = peopleIn(await asked(sender))
    const set = changeContacts(sender, { Paluukanava: xml({ Osoite: 'http://kunta.example:8080/a?b=c' }) })
    const answer = await askJoining(gateway, sender, set)
    expect([about(answer, 'Paluukanava/Osoite'), about(answer, 'Paluukanava/Sukupolvi')]).toEqual([
      ['http://kunta.example:8080/a?b=c'],
      ['VANHA'],
    ])
    const taken = await askJoining(gateway, sender, changeContacts(sender, { PoistaPaluukanava: 'true' }))
    expect([about(taken, 'Paluukanava/Osoite'), peopleIn(taken)]).toEqual([[], before])
  })

  test('replaces the address of a return channel, and leaves what the operator agreed besides', async () => {
    const sender = await joinedService(gateway)
    const agreed = { url: 'https://vanha.example', generation: 'old', signature: 'sha1', batchSize: 20 } as const
    const key = { authorityId: sender.authorityId, id: sender.serviceId }
    await services.changeSettings(gateway.db, key, { returnChannel: agreed })
    const set = changeContacts(sender, { Paluukanava: xml({ Osoite: 'https://uusi.example', Sukupolvi: 'UUSI' }) })
    expect((await askJoining(gateway, sender, set)).code).toBe(0)
    const [service] = await services.servicesOf(gateway.db, sender.authorityId)
    expect(service!.settings.returnChannel).toEqual({ ...agreed, url: 'https://uusi.example', generation: 'new' })
  })

  test('is refused when it changes nothing or contradicts itself, and is noted with what it changed', async () => {
    const sender = await joinedService(gateway)
    const channel = xml({ Osoite: 'https://kunta.example' })
    for (const fields of [
      {},
      { PoistaPaluukanava: 'false' },
      { PoistaPaluukanava: 'true', Paluukanava: channel },
      { Paluukanava: xml({ Osoite: 'ftp://kunta.example' }) },
      { Yhteyshenkilot: contacts('Sahkoposti="nimeton@kunta.example"') },
    ])
      expect(await outcome(gateway, sender, changeContacts(sender, fields))).toEqual([400, 'REQUEST_INVALID'])
    await askJoining(gateway, sender, changeContacts(sender, { Paluukanava: channel }))
    const changes = (await auditOf(gateway, sender)).filter(({ act }) => act === 'service.contacts-changed')
    expect(changes.map(({ subject }) => [subject['contacts'], subject['returnChannel']])).toEqual([[false, true]])
  })
})

describe('PoistaVarmenne', () => {
  const withTwoKeys = async (): Promise<{ old: Sender; next: Sender }> => {
    const old = await joinedService(gateway)
    const next = { ...old, identity: await newIdentity() }
    const added = await askJoining(
      gateway,
      old,
      addCertificate(old, { Varmenne: next.identity.certificateDer.toString('base64') }),
    )
    expect(fingerprintsIn(added).sort()).toEqual([old, next].map((one) => one.identity.fingerprintSha256).sort())
    return { old, next }
  }

  test('takes the old certificate away, from then on its key signs nothing', async () => {
    const { old, next } = await withTwoKeys()
    const answer = await askJoining(gateway, next, retireCertificate(next, old.identity.fingerprintSha256))
    expect([answer.code, fingerprintsIn(answer)]).toEqual([0, [next.identity.fingerprintSha256]])
    expect(await outcome(gateway, old, getRegistration(old))).toEqual([406, 'CERTIFICATE_UNTRUSTED'])
    expect(await outcomeOf(gateway, await askSigned(gateway, old, getStatus(old)))).toEqual([
      406,
      'CERTIFICATE_UNTRUSTED',
    ])
    expect((await askSigned(gateway, next, getStatus(next))).code).toBe(0)
  })

  test('takes also the one that signs, while another valid one remains', async () => {
    const { old, next } = await withTwoKeys()
    const answer = await askJoining(gateway, old, retireCertificate(old, old.identity.fingerprintSha256))
    expect([answer.code, fingerprintsIn(answer)]).toEqual([0, [next.identity.fingerprintSha256]])
    expect(await outcome(gateway, old, getRegistration(old))).toEqual([406, 'CERTIFICATE_UNTRUSTED'])
    expect((await asked(next)).code).toBe(0)
  })

  test('reads a fingerprint with colons and in capitals', async () => {
    const { old, next } = await withTwoKeys()
    const written = old.identity.fingerprintSha256.toUpperCase().replace(/..(?!$)/g, '$&:')
    const answer = await askJoining(gateway, next, retireCertificate(next, written))
    expect(fingerprintsIn(answer)).toEqual([next.identity.fingerprintSha256])
  })

  test('is refused for a certificate that the service does not have, also for one of another service', async () => {
    const [sender, other] = [await joinedService(gateway), await joinedService(gateway)]
    for (const fingerprint of ['0'.repeat(64), other.identity.fingerprintSha256])
      expect(await outcome(gateway, sender, retireCertificate(sender, fingerprint))).toEqual([
        404,
        'CERTIFICATE_NOT_REGISTERED',
      ])
    expect(await outcome(gateway, sender, retireCertificate(sender, 'abc'))).toEqual([400, 'REQUEST_INVALID'])
    expect((await asked(other)).code).toBe(0)
  })

  test('is refused for the last valid one, an expired one beside it is none', async () => {
    const sender = await joinedService(gateway)
    const own = sender.identity.fingerprintSha256
    expect(await outcome(gateway, sender, retireCertificate(sender, own))).toEqual([409, 'CERTIFICATE_LAST'])
    const expired = await makeIdentity({ commonName: 'expired', notAfter: new Date(Date.now() - 86_400_000) })
    await gateway.register({ ...sender, certificatePem: expired.certificatePem })
    expect(await outcome(gateway, sender, retireCertificate(sender, own))).toEqual([409, 'CERTIFICATE_LAST'])
    const answer = await askJoining(gateway, sender, retireCertificate(sender, expired.fingerprintSha256))
    expect(fingerprintsIn(answer)).toEqual([own])
  })

  test('is refused when the other one is revoked, as far as CAs are asked', async () => {
    const { old, next } = await withTwoKeys()
    const { old: third, next: fourth } = await withTwoKeys()
    const dir = mkdtempSync(join(tmpdir(), 'asti-retire-'))
    writeFileSync(join(dir, 'ca.pem'), (await issue({ name: 'Juuri', ca: true })).certificatePem)
    const env = { ASTI_CA_FILES: join(dir, 'ca.pem'), ASTI_REVOCATION: 'prefer' }
    const asking = await startGateway({ env, databaseUrl: gateway.databaseUrl })
    for (const { identity } of [old, third])
      await gateway.db.query(
        `insert into certificate_status (fingerprint, state, source, revoked_at, checked_at, next_check_at)
         values ($1, 'revoked', 'ocsp', now(), now(), now() + interval '1 h')`,
        [Buffer.from(identity.fingerprintSha256, 'hex')],
      )
    const own = retireCertificate(next, next.identity.fingerprintSha256)
    expect(await outcome(asking, next, own)).toEqual([409, 'CERTIFICATE_LAST'])
    const answer = await askJoining(asking, next, retireCertificate(next, old.identity.fingerprintSha256))
    expect(fingerprintsIn(answer)).toEqual([next.identity.fingerprintSha256])
    // Where no CA is configured, what one said in other days is nothing: the other key signs.
    const fourths = retireCertificate(fourth, fourth.identity.fingerprintSha256)
    expect(await outcome(gateway, fourth, fourths)).toEqual([0, null])
    expect((await asked(third)).code).toBe(0)
    await asking.close()
    rmSync(dir, { recursive: true })
  })

  test('of two that retire each other at the same moment leaves one', async () => {
    const { old, next } = await withTwoKeys()
    const outcomes = await Promise.all([
      outcome(gateway, old, retireCertificate(old, next.identity.fingerprintSha256)),
      outcome(gateway, next, retireCertificate(next, old.identity.fingerprintSha256)),
    ])
    expect(outcomes.filter(([code]) => code === 0)).toHaveLength(1)
    expect(await rowsOf(gateway, 'service_certificate', old.authorityId)).toBe(1)
  })
})

describe('PeruRekisterointi', () => {
  test('ends the service for good: only its registration can be asked for any more', async () => {
    const sender = await joinedService(gateway)
    const person = await newPerson(gateway)
    expect((await askSigned(gateway, sender, sendMessage(sender, item(person)))).code).toBe(202)
    const answer = await askJoining(gateway, sender, withdraw(sender, 'Järjestelmä poistuu käytöstä'))
    expect([answer.code, stateIn(answer), ...about(answer, 'Syy')]).toEqual([
      0,
      'PERUTTU',
      'Järjestelmä poistuu käytöstä',
    ])

    const ended = [405, 'SERVICE_WITHDRAWN']
    for (const content of [
      getStatus(sender),
      queryCustomers(sender, person),
      addItems(sender, item(person)),
      sendMessage(sender, item(person)),
    ])
      expect(await outcomeOf(gateway, await askSigned(gateway, sender, content))).toEqual(ended)
    for (const content of [
      statusBy(sender, 'SanomaTunniste', 'sanoma-1'),
      statusChanges(sender),
      changeContacts(sender, { PoistaPaluukanava: 'true' }),
      addCertificate(sender, { Varmenne: (await newIdentity()).certificateDer.toString('base64') }),
      retireCertificate(sender, sender.identity.fingerprintSha256),
      withdraw(sender),
      registerService(sender),
    ])
      expect(await outcome(gateway, sender, content)).toEqual(ended)

    const still = await asked(sender)
    expect([stateIn(still), ...about(still, 'Syy'), ...about(still, 'Puuttuu/Vaatimus/Koodi')]).toEqual([
      'PERUTTU',
      'Järjestelmä poistuu käytöstä',
    ])
    // What was taken before is still delivered.
    expect(await rowsOf(gateway, 'delivery', sender.authorityId)).toBe(1)
  })

  test('holds against a joining code too', async () => {
    const sender = await joinedService(gateway)
    await askJoining(gateway, sender, withdraw(sender))
    const { code } = await issueCode(gateway, sender)
    expect(await outcome(gateway, sender, registerService(sender, { Liittymiskoodi: code }))).toEqual([
      405,
      'SERVICE_WITHDRAWN',
    ])
    const rollover = await issueCode(gateway, sender, { purpose: 'certificate' })
    const next = { ...sender, identity: await newIdentity() }
    expect(await outcome(gateway, next, addCertificate(next, { Liittymiskoodi: rollover.code }))).toEqual([
      405,
      'SERVICE_WITHDRAWN',
    ])
  })

  test('needs no reason, and can be asked for before the service was opened', async () => {
    const strict = await startGateway({ env: { ASTI_JOINING: 'code' } })
    const sender = await newApplicant()
    const { code } = await issueCode(strict, sender)
    await askJoining(strict, sender, registerService(sender, { Liittymiskoodi: code }))
    const answer = await askJoining(strict, sender, withdraw(sender))
    expect([stateIn(answer), about(answer, 'Syy')]).toEqual(['PERUTTU', []])
    const moves = (await auditOf(strict, sender)).filter(({ act }) => act === 'service.moved')
    expect(moves.at(-1)).toMatchObject({
      actor: `authority:${sender.authorityId}/${sender.serviceId}`,
      subject: { move: 'withdraw', from: 'submitted', to: 'withdrawn', traceId: answer.traceId },
    })
    await strict.close()
  })
})
