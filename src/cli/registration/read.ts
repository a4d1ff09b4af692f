import {
  missingFor,
  moves,
  movesFrom,
  needsOf,
  type MoveName,
  type Requirement,
  type ServiceState,
} from '../../registration/index.js'
import { operators } from '../../operations/index.js'
import { audit, deliveries, registrations, type Tx } from '../../store/index.js'
import { CommandError } from '../errors.js'
import { CLI, nameOf, serviceIdOf, type ServiceOptions } from '../options.js'
import { certificatesWithDays } from '../service/certificates.js'
import type { Session } from '../session.js'
import { explainMissing } from './missing.js'

/** Acts that are shown; all of them are in the table audit. */
const ACTS = 100

export type Facts = NonNullable<Awaited<ReturnType<typeof operators.findFacts>>>

/** @throws CommandError NOT_FOUND */
export async function readFacts(session: Session, options: ServiceOptions): Promise<Facts> {
  const key = serviceIdOf(options)
  const facts = await operators.findFacts(session, key)
  if (facts === null)
    throw new CommandError('NOT_FOUND', `There is no service ${nameOf(key)}. See: ${CLI} registration list`)
  return facts
}

/** A move that an operator can think of in the present state. */
export interface ThinkableMove {
  readonly move: MoveName
  readonly to: ServiceState | null
  readonly needsReason: boolean
  /** nothing is missing, and the service is registered for where it leads */
  readonly possible: boolean
  readonly lacks: readonly Requirement[]
}

function movesOf(facts: Facts, now: Date): ThinkableMove[] {
  const { state, suspendedFrom } = facts.registration
  return movesFrom(state, 'operator').map((move) => {
    const { to, needsReason } = moves[move]
    const needs = needsOf(move, facts.registration)
    const lacks = missingFor(needs, facts, now)
    const leadsAstray = (needs === 'production' || needs === 'opening') && facts.environment !== 'production'
    const possible = lacks.length === 0 && !leadsAstray
    return { move, to: to === 'before' ? suspendedFrom : to, needsReason, possible, lacks }
  })
}

/** Everything about a registration, with its contacts hidden. */
export async function readRegistration(session: Session, options: ServiceOptions) {
  const key = serviceIdOf(options)
  const now = session.clock.now()
  const facts = await readFacts(session, options)
  const { contacts, process, ...registration } = facts.registration
  const missing = registration.state === 'withdrawn' ? [] : operators.missingOf(facts, now)
  return {
    ...registration,
    contacts,
    certificates: await certificatesWithDays(session, key),
    process,
    files: await registrations.listFiles(session.db, key),
    missing: explainMissing(missing, key),
    moves: movesOf(facts, now),
    waitingDeliveries: await deliveries.countWaiting(session.db, key),
    history: await audit.listActs(session.db, key, { limit: ACTS }),
  }
}

export type ShownRegistration = Awaited<ReturnType<typeof readRegistration>>

/** Who looks at contacts stands in the audit before anything is shown. */
export const noteReveal = (tx: Tx, { key, actor }: { key: ReturnType<typeof serviceIdOf>; actor: string }) =>
  audit.insertAudit(tx, { actor, act: 'registration.revealed', subject: key })
