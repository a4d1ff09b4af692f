import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sandboxFiles } from '../../../src/sandbox/index.js'
import { checkSignedAnswer } from '../../support/clients/index.js'
import { cloneDatabase, startGateway, testDataDir, type TestGateway } from '../../support/gateway.js'
import {
  addItems,
  ask,
  askSigned,
  getStatus,
  item,
  newPerson,
  newReference,
  newSender,
  queryCustomers,
  sendMessage,
  stored,
  type Sender,
} from '../../support/requests.js'

/** Stands between a gateway and its PostgreSQL on a unix socket, and can be cut and mended. */
class Cable {
  readonly dir = mkdtempSync(join(tmpdir(), 'asti-cable-'))
  readonly #target: string
  readonly #open = new Set<Socket>()
  #server: Server | null = null
  constructor(databaseUrl: string) {
    this.#target = join(new URL(databaseUrl).searchParams.get('host')!, '.s.PGSQL.5432')
  }

  mend(): Promise<void> {
    this.#server = createServer((near) => {
      const far = connect(this.#target)
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#open.add(one)
        one.pipe(other)
        one.on('error', () => other.destroy())
        one.on('close', () => this.#open.delete(one) && other.destroy())
      }
    })
    return new Promise((resolve) => this.#server!.listen(join(this.dir, '.s.PGSQL.5432'), resolve))
  }

  cut(): Promise<void> {
    for (const socket of this.#open) socket.destroy()
    return new Promise((resolve) => this.#server!.close(() => resolve()))
  }

  url(databaseUrl: string): string {
    const url = new URL(databaseUrl)
    url.searchParams.set('host', this.dir)
    return url.href
  }
}

const requests = (from: Sender, to: string): [string, () => string, number][] => [
  ['LahetaViesti', () => sendMessage(from, item(to)), 202],
  ['LisaaKohteita', () => addItems(from, item(to)), 0],
  ['HaeAsiakkaita', () => queryCustomers(from, to), 0],
  ['HaeTilaTieto', () => getStatus(from), 0],
]

describe('453', () => {
  let database: Awaited<ReturnType<typeof cloneDatabase>>
  let cable: Cable
  let gateway: TestGateway
  beforeAll(async () => {
    database = await cloneDatabase()
    cable = new Cable(database.url)
    await cable.mend()
    gateway = await startGateway({ databaseUrl: cable.url(database.url), env: { ASTI_NON_SIGNED: 'anyone' } })
  })
  afterAll(async () => {
    await gateway.close()
    await cable.cut()
    rmSync(cable.dir, { recursive: true })
    await database.drop()
  })

  test('453: each operation says so while the database cannot be reached, and works again after', async () => {
    const sender = await newSender(gateway)
    const person = await newPerson(gateway)
    const serverCertificate = readFileSync(sandboxFiles(testDataDir).signingCertificateFile, 'utf8')
    await cable.cut()
    try {
      for (const [, write] of requests(sender, person)) {
        const [plain, signed] = [await ask(gateway, write()), await askSigned(gateway, sender, write())]
        expect([plain.code, signed.code]).toEqual([453, 453])
        expect([plain.exchangeId, signed.exchangeId]).toEqual(['sanoma-1', 'sanoma-1'])
        checkSignedAnswer(signed.body, serverCertificate)
      }
      expect((await fetch(`${gateway.origin}/health/ready`)).status).toBe(503)
    } finally {
      await cable.mend()
    }
    for (const [, write, success] of requests(sender, person)) expect((await ask(gateway, write())).code).toBe(success)
    expect(await gateway.count('message')).toBe(2)
  })

  test('453: a connection that breaks while a letter is being stored; the same letter is taken or known afterwards', async () => {
    const sender = await newSender(gateway)
    const person = await newPerson(gateway)
    const letter = sendMessage(sender, item(person, { ViranomaisTunniste: newReference() }))
    // Holds the storing up where it claims the reference, until the cable is cut.
    const lock = await gateway.runtime.db.withConnection(async (client) => {
      await client.query('begin')
      await client.query('lock table message_key in exclusive mode')
      const waiting = ask(gateway, letter)
      for (let held = 0; held === 0;) {
        const { rows } = await gateway.db.query<{ n: number }>(
          'select count(*)::int as n from pg_locks where not granted',
        )
        held = rows[0]!.n
      }
      client.on('error', () => undefined)
      await cable.cut()
      await cable.mend()
      return waiting
    })
    expect(lock.code).toBe(453)
    const again = await ask(gateway, letter)
    expect(again.code).toBe(202)
    expect(await stored(gateway, again)).toHaveLength(1)
  })
})

describe('450 and 550', () => {
  test('a fault of the gateway itself, here a lost table, is 550 to LahetaViesti and 450 to the others', async () => {
    const gateway = await startGateway({ env: { ASTI_NON_SIGNED: 'anyone' } })
    try {
      const sender = await newSender(gateway)
      const person = await newPerson(gateway)
      await gateway.db.query('alter table account rename to account_lost')
      await gateway.db.query('alter table message_key rename to message_key_lost')
      const codes: number[] = []
      for (const [name, write] of requests(sender, person).slice(0, 3)) {
        const answer = await ask(gateway, write())
        codes.push(answer.code!)
        expect([name, answer.exchangeId]).toEqual([name, 'sanoma-1'])
        expect(answer.body.toString()).not.toMatch(/message_key|account|relation/)
        const statusCode = answer.code
        expect(await gateway.submission(answer.traceId)).toMatchObject({
          code: 'INTERNAL',
          outcome: 'refused',
          statusCode,
        })
      }
      expect(codes).toEqual([550, 450, 450])
      expect(await gateway.count('message')).toBe(0)
    } finally {
      await gateway.close()
    }
  })

  test('450: HaeTilaTieto says so when its own record cannot be written', async () => {
    const gateway = await startGateway({ env: { ASTI_NON_SIGNED: 'anyone' } })
    try {
      const sender = await newSender(gateway)
      await gateway.db.query('alter table submission add column lost integer not null')
      expect((await ask(gateway, getStatus(sender))).code).toBe(450)
    } finally {
      await gateway.close()
    }
  })
})
