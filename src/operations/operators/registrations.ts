import { createHash } from 'node:crypto'
import {
  checkPart,
  checkSettings,
  missingFor,
  moves,
  needsOf,
  RegistrationError,
  type Answers,
  type Environment,
  type MoveName,
  type ProcessPart,
  type Requirement,
  type ServiceSettings,
  type SettingName,
} from '../../registration/index.js'
import { audit, registrations, services, type Tx } from '../../store/index.js'
import type { Context } from '../context.js'
import { findFacts } from '../joining/view.js'
import { impossible, makeMove } from '../standing.js'

type Acting = Pick<Context, 'db' | 'sealer' | 'clock' | 'canSign'>

/** An operator's act on a service; `actor` is for the audit. */
export interface Act {
  readonly service: services.ServiceId
  readonly actor: string
}

/** What became of an act: done, or what is still missing for it. */
export type Acted = { readonly kind: 'done' } | { readonly kind: 'missing'; readonly missing: readonly Requirement[] }

const DONE: Acted = { kind: 'done' }

/**
 * Moves a service to another state. What the move needs is judged in the same transaction, by what is there now.
 * @throws RegistrationError MOVE_NOT_POSSIBLE
 */
export function moveService(
  context: Acting,
  { service: key, actor, move, reason }: Act & { readonly move: MoveName; readonly reason: string | null },
): Promise<Acted> {
  return acting(context, key, async (tx, service) => {
    const needs = needsOf(move, service)
    if ((needs === 'production' || needs === 'opening') && service.environment !== 'production')
      throw impossible('The service is registered for test only; change its environment first')
    if (needs !== 'nothing') {
      const facts = (await findFacts({ ...context, db: tx }, key))!
      const missing = missingFor(needs, facts, context.clock.now())
      if (missing.length > 0 && moves[move].from.includes(service.state as never)) return { kind: 'missing', missing }
    }
    await makeMove(tx, service, { move, by: 'operator', actor, reason })
    return DONE
  })
}

/**
 * Prepares a service that an authority is going to register: a draft, which a request with a joining code completes.
 * @throws RegistrationError MOVE_NOT_POSSIBLE when the service is there already
 */
export function createDraft(
  { db }: Acting,
  {
    service: key,
    actor,
    ...about
  }: Act & { readonly name: string; readonly authorityName: string; readonly environment: Environment },
): Promise<void> {
  return db.withTransaction(async (tx) => {
    await services.lockAuthority(tx, key.authorityId, about.authorityName)
    if ((await services.lockService(tx, key)) !== null)
      throw impossible(`The service ${key.authorityId} / ${key.id} is there already`)
    await services.addService(tx, { ...key, ...about, state: 'draft' })
    const subject = { ...key, environment: about.environment }
    await audit.insertAudit(tx, { actor, act: 'service.drafted', subject })
  })
}

/**
 * Approves what is registered, for production. Two different operators have to.
 * @param operator  proven by a personal key
 * @param looked    the revision that the operator has looked at: no other one is approved
 * @returns what was approved, and the operators who have approved it, the new one among them
 * @throws RegistrationError MOVE_NOT_POSSIBLE
 */
export function approveRegistration(
  context: Acting,
  { service: key, actor, operator, revision: looked }: Act & { readonly operator: string; readonly revision: number },
): Promise<{ readonly revision: number; readonly approvals: readonly string[] }> {
  return acting(context, key, async (tx, service) => {
    if (service.environment !== 'production') throw impossible('The service is registered for test only')
    // A suspended one too: what changed while it was in production is approved before it comes back there.
    if (!['test', 'accepted', 'suspended'].includes(service.state))
      throw impossible(`A service in the state ${service.state} cannot be approved`)
    const { revision } = (await registrations.findRegistration(tx, context.sealer, key))!
    if (revision !== looked)
      throw impossible(`The registration is not revision ${looked} any more, but ${revision}. Look at it again.`)
    if (await registrations.addApproval(tx, key, { revision, operator })) {
      const subject = { ...key, operator, revision }
      await audit.insertAudit(tx, { actor, act: 'registration.approved', subject })
    }
    const { approvals } = (await registrations.findRegistration(tx, context.sealer, key))!
    return { revision, approvals }
  })
}

/**
 * Writes a part of the joining process, or forgets it (null). Approvals of what was there before count no more.
 * @param value  as somebody wrote it; checked here
 * @throws RegistrationError PROCESS_INVALID
 */
export async function recordPart(
  context: Acting,
  { service: key, actor, part, value }: Act & { readonly part: ProcessPart; readonly value: unknown },
): Promise<void> {
  const checked = value === null ? null : checkPart(part, value)
  const stated = part === 'conformance' && checked !== null ? { ...checked, statedBy: actor } : checked
  return acting(context, key, async (tx) => {
    await refuseUnknownFiles(tx, key, checked)
    await registrations.setPart(tx, key, part, stated)
    await audit.insertAudit(tx, { actor, act: 'registration.recorded', subject: { ...key, part } })
  })
}

/** Evidence is a file of this very registration. */
async function refuseUnknownFiles(tx: Tx, key: services.ServiceId, part: object | null): Promise<void> {
  const named = evidenceOf(part)
  if (named.length === 0) return
  const known = new Set((await registrations.listFiles(tx, key)).map(({ id }) => id))
  if (named.some((id) => !known.has(id)))
    throw new RegistrationError('PROCESS_INVALID', 'evidence names a file that is not attached to this registration')
}

function evidenceOf(part: object | null): readonly string[] {
  const { evidence = [], answers = [] } = (part ?? {}) as Partial<Answers> & { readonly evidence?: readonly string[] }
  return [...evidence, ...answers.flatMap((answer) => answer.evidence ?? [])]
}

/** Keeps a file that answers refer to as evidence. @returns its id */
export function attachFile(
  context: Acting,
  { service: key, actor, name, content }: Act & { readonly name: string; readonly content: Buffer },
): Promise<string> {
  const sha256 = createHash('sha256').update(content).digest()
  return acting(context, key, async (tx) => {
    const fileId = await registrations.insertFile(tx, context.sealer, key, { name, sha256, content })
    await audit.insertAudit(tx, { actor, act: 'registration.file-attached', subject: { ...key, fileId } })
    return fileId
  })
}

/**
 * Changes settings of a service; what is not named stays. In force from the next request on, on every process.
 * @param settings  as somebody wrote them; checked here; null clears a setting
 * @throws RegistrationError SETTINGS_INVALID
 */
export async function changeServiceSettings(
  context: Acting,
  { service: key, actor, settings }: Act & { readonly settings: Readonly<Record<string, unknown>> },
): Promise<{ before: ServiceSettings; after: ServiceSettings }> {
  const cleared = Object.keys(settings).filter((name) => settings[name] === null)
  const given = checkSettings(Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null)))
  checkSettings(Object.fromEntries(cleared.map((name) => [name, undefined])))
  return acting(context, key, async (tx, { settings: before }) => {
    await services.changeSettings(tx, key, given, cleared as SettingName[])
    const names = Object.keys(settings)
    await audit.insertAudit(tx, {
      actor,
      act: 'service.settings-changed',
      subject: { ...key, ...changed(before, given, names) },
    })
    return { before, after: (await services.lockService(tx, key))!.settings }
  })
}

/** Says for what a service is registered; approvals count no more. Once it is in production, that cannot be changed. */
export function changeEnvironment(
  context: Acting,
  { service: key, actor, environment }: Act & { readonly environment: Environment },
): Promise<void> {
  return acting(context, key, async (tx, service) => {
    if (service.environment === environment) return
    if (!['draft', 'submitted', 'test'].includes(service.state))
      throw impossible(`A service in the state ${service.state} keeps its environment; take it back to test first`)
    await services.setEnvironment(tx, key, environment)
    await registrations.raiseRevision(tx, key)
    const subject = { ...key, before: service.environment, environment }
    await audit.insertAudit(tx, { actor, act: 'service.environment-changed', subject })
  })
}

/** A secret is named, never shown. */
function changed(before: ServiceSettings, given: ServiceSettings, names: readonly string[]): object {
  const shown = (settings: ServiceSettings): object =>
    Object.fromEntries(
      names.map((name) => {
        const value = settings[name as SettingName] ?? null
        return [name, name === 'billing' && value !== null ? '[hidden]' : value]
      }),
    )
  return { before: shown(before), after: shown(given) }
}

function acting<T>(
  { db }: Acting,
  key: services.ServiceId,
  act: (tx: Tx, service: NonNullable<Awaited<ReturnType<typeof services.lockService>>>) => Promise<T>,
): Promise<T> {
  return db.withTransaction(async (tx) => {
    const service = await services.lockService(tx, key)
    if (service === null) throw impossible(`There is no service ${key.authorityId} / ${key.id}`)
    return act(tx, service)
  })
}
