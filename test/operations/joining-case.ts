import { randomBytes, randomUUID } from 'node:crypto'
import { operators, type Context } from '../../src/operations/index.js'
import {
  processParts,
  questionSet,
  templateOf,
  type JoiningProcess,
  type MoveName,
  type ProcessPart,
  type Requirement,
  type ServiceState,
} from '../../src/registration/index.js'
import { registrations, services } from '../../src/store/index.js'
import { readCertificate } from '../../src/trust/index.js'
import type { TestGateway } from '../support/gateway.js'
import { issue, type Issued, type IssueOptions } from '../support/pki.js'

/** Everything here happens on this day, whatever day it is where the tests run. */
export const NOW = new Date('2026-11-23T10:00:00Z')
export const DAY_MS = 24 * 60 * 60 * 1000
export const daysFromNow = (days: number): Date => new Date(NOW.getTime() + days * DAY_MS)

/** Complete, and holding for some time. */
const parts: { readonly [Part in ProcessPart]: (fileId: string) => NonNullable<JoiningProcess[Part]> } = {
  agreement: () => ({
    reference: 'KSY-1',
    signedOn: '2026-10-01',
    validFrom: '2026-10-01',
    validTo: '2026-12-20',
  }),
  deploymentPlan: () => ({
    tasks: [
      { id: 'network', title: 'Verkko', responsible: 'Aino', dueOn: '2026-11-01', doneOn: '2026-11-05' },
      { id: 'start', title: 'Alku', responsible: 'Eino', dueOn: '2026-12-10' },
    ],
  }),
  selfAudit: (fileId) => ({ ...answered('selfAudit', fileId), expiresOn: '2026-12-15' }),
  security: (fileId) => answered('security', fileId),
  testAgreement: () => ({
    scheduleFrom: '2026-10-01',
    scheduleTo: '2026-11-30',
    material: ['aineisto'],
    testers: [{ name: 'Testi Tekijä' }],
  }),
  testReport: () => ({ on: '2026-11-20', result: 'passed-with-remarks', summary: 'Toimii.' }),
  conformance: () => ({ passed: true, on: '2026-11-21', statement: 'Ajettu.' }),
  productionDate: () => ({ announcedOn: '2026-11-23' }),
}

/** The newest questions, each with an answer that will do. */
function answered(part: 'selfAudit' | 'security', fileId: string): NonNullable<JoiningProcess['security']> {
  const { set, version } = templateOf(part) as NonNullable<JoiningProcess['security']>
  const values = { 'yes-no': 'yes', text: 'Näin on.', date: '2026-11-01' } as const
  const answers = questionSet(set, version)!.questions.map(({ id, answer, evidence }) => ({
    id,
    value: values[answer],
    ...(evidence === 'required' && { evidence: [fileId] }),
  }))
  return { set, version, answeredOn: '2026-11-01', answers }
}

/** Days from now. */
interface Validity {
  readonly from?: number
  readonly to?: number
}

/** Keys take long to make, and certificates differ without. */
let key: Promise<Issued> | null = null

/** A service that is registered for production, with the acts of operators on it. */
export class JoiningCase {
  readonly key: services.ServiceId
  readonly #gateway: TestGateway
  #fileId = ''
  /** what installations with CAs say of certificates; the gateway's own word otherwise */
  judge: Context['canSign'] | null = null

  constructor(gateway: TestGateway, authorityId = `kunta_${randomUUID().slice(0, 8)}_ws`) {
    this.key = { authorityId, id: `${authorityId}_${randomUUID().slice(0, 4)}` }
    this.#gateway = gateway
  }

  get db() {
    return this.#gateway.db
  }

  context(now = NOW) {
    const { sealer, canSign } = this.#gateway.runtime
    return { db: this.db, sealer, canSign: this.judge ?? canSign, clock: { now: () => now } }
  }

  /** All that it takes but approvals. */
  static async complete(gateway: TestGateway, authorityId?: string): Promise<JoiningCase> {
    const one = new JoiningCase(gateway, authorityId)
    await one.start()
    for (const part of processParts) await one.record(part)
    return one
  }

  async start(environment: 'test' | 'production' = 'production'): Promise<void> {
    await services.addService(this.db, { ...this.key, name: 'Päätökset', environment, state: 'test' })
    await this.apply()
    await this.addCertificate()
    const file = { name: 'todiste.pdf', content: randomBytes(10) }
    this.#fileId = await operators.attachFile(this.context(), { ...this.#act, ...file })
  }

  get #act() {
    return { service: this.key, actor: 'test' }
  }

  /** What a request of the authority writes. */
  async apply(): Promise<void> {
    const names = { fi: 'Nimi', sv: null, en: null }
    const application = {
      businessId: '9000001-1',
      authorityNames: names,
      serviceNames: names,
      wishes: {} as never,
      contacts: [{ name: 'Testi Tekijä', email: null, phone: null, role: 'technical' as const }],
    }
    const { sealer } = this.#gateway.runtime
    await this.db.withTransaction((tx) => registrations.putApplication(tx, sealer, this.key, application))
  }

  async addCertificate({ from = -10, to = 400, ...options }: Validity & Partial<IssueOptions> = {}): Promise<string> {
    const validity = { notBefore: daysFromNow(from), notAfter: daysFromNow(to) }
    key ??= issue({ name: 'avain' })
    const { certificateDer } = await issue({ name: randomUUID(), keyOf: await key, ...validity, ...options })
    const certificate = readCertificate(certificateDer)
    await services.addCertificate(this.db, this.key, certificate)
    return certificate.fingerprint
  }

  record<Part extends ProcessPart>(part: Part, changes: Partial<JoiningProcess[Part]> | null = {}): Promise<void> {
    const value = changes === null ? null : { ...parts[part](this.#fileId), ...changes }
    return operators.recordPart(this.context(), { ...this.#act, part, value })
  }

  /** @returns who has approved after each of them */
  async approve(...names: string[]): Promise<(readonly string[])[]> {
    const approvals = []
    for (const operator of names) {
      const { revision } = await this.registration()
      approvals.push((await this.approveRevision(operator, revision)).approvals)
    }
    return approvals
  }

  /** The approval of somebody who has looked at a revision. */
  approveRevision(operator: string, revision: number): ReturnType<typeof operators.approveRegistration> {
    const act = { ...this.#act, actor: `cli:${operator}`, operator, revision }
    return operators.approveRegistration(this.context(), act)
  }

  /** What a move finds missing; it is made when that is nothing. */
  async move(move: MoveName, { reason = null as string | null, now = NOW } = {}): Promise<readonly Requirement[]> {
    const acted = await operators.moveService(this.context(now), { ...this.#act, actor: 'aino', move, reason })
    return acted.kind === 'missing' ? acted.missing : []
  }

  /** Its row, as it is. */
  async standing(): Promise<{ state: ServiceState; suspendedFrom: ServiceState | null; reason: string | null }> {
    const { state, suspendedFrom, reason } = await this.registration()
    return { state, suspendedFrom, reason }
  }

  async registration(): Promise<registrations.Registration> {
    return (await registrations.findRegistration(this.db, this.#gateway.runtime.sealer, this.key))!
  }

  async audited(...acts: string[]) {
    const { rows } = await this.db.query<{ actor: string; act: string; subject: Record<string, unknown> }>(
      `select actor, act, subject from audit
       where subject ->> 'authorityId' = $1 and subject ->> 'id' = $2 and act = any ($3) order by id`,
      [this.key.authorityId, this.key.id, acts],
    )
    return rows
  }
}

/** People who may approve, under names that nobody had. */
export async function newOperators(gateway: TestGateway, count: number): Promise<string[]> {
  const names = Array.from({ length: count }, () => `op-${randomUUID().slice(0, 8)}`)
  for (const name of names) await operators.addOperator(gateway, { name, actor: 'root' })
  return names
}
