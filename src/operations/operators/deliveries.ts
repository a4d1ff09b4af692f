import { isFailure, states, type StateCode } from '../../message/index.js'
import {
  audit,
  deliveries,
  outbox,
  pauses,
  redelivery,
  services,
  transitions,
  type Database,
  type Tx,
} from '../../store/index.js'
import { DeliveryError } from './errors.js'

interface Acting {
  readonly db: Database
}

interface Act {
  readonly actor: string
  /** why; kept with the audit */
  readonly reason: string
}

/** Rows of one transaction: small enough that a worker never waits long. */
const CHUNK = 200

/**
 * Sends deliveries again that were given up, are waiting for their next attempt, or were cancelled. The set is given by
 * ids, so what is given up meanwhile is not in it.
 * @param onProgress  told after each part, which is committed then
 * @returns how many, and how many were left because their message has failed: its authority sends it again
 */
export async function resend(
  { db }: Acting,
  { actor, reason, ids }: Act & { ids: readonly string[] },
  onProgress: (done: number) => void = () => undefined,
): Promise<{ resent: number; left: number }> {
  let [resent, left] = [0, 0]
  for (let at = 0; at < ids.length; at += CHUNK) {
    const part = ids.slice(at, at + CHUNK)
    // Counted when it is committed: the transaction may be repeated.
    const made = await db.withTransaction(async (tx) => {
      const held = await redelivery.hold(tx, part)
      const useful = held.filter(
        ({ state, messageState, purpose }) =>
          ['dead', 'scheduled', 'cancelled'].includes(state) &&
          !(purpose === 'message' && messageState !== null && isFailure(messageState as StateCode)),
      )
      await redelivery.makeReady(tx, useful)
      for (const one of useful) await note(tx, 'delivery.resent', one, { actor, reason })
      return useful.length
    })
    resent += made
    left += part.length - made
    onProgress(Math.min(at + CHUNK, ids.length))
  }
  if (resent > 0) await outbox.ring(db)
  return { resent, left }
}

/**
 * Takes a delivery back before it has left, or closes one that was given up. When it was the last way of its message
 * that could still do something, the message ends here: one that arrived by another way is there, one that did not has
 * failed. Nobody would ever get it, and its authority has to know.
 * @throws DeliveryError DELIVERY_UNKNOWN, DELIVERY_UNDER_WAY, DELIVERY_FINISHED
 */
export async function cancel({ db }: Acting, { id, ...act }: Act & { id: string }): Promise<{ failed: boolean }> {
  return db.withTransaction(async (tx) => {
    const [held] = await redelivery.hold(tx, [id])
    if (held === undefined) throw new DeliveryError('DELIVERY_UNKNOWN', 'There is no such delivery.')
    if (held.state === 'leased')
      throw new DeliveryError('DELIVERY_UNDER_WAY', 'A worker has it in hand. Try again in some seconds.')
    if (held.state === 'delivered' || held.state === 'cancelled')
      throw new DeliveryError('DELIVERY_FINISHED', `It is ${held.state} already.`)
    await redelivery.end(tx, [held], 'CANCELLED')
    const failed = held.purpose === 'message' && (await settle(tx, held))
    await note(tx, 'delivery.cancelled', held, act)
    return { failed }
  })
}

/** @returns whether the message has failed */
async function settle(tx: Tx, held: redelivery.Held): Promise<boolean> {
  const ways = await deliveries.waysOf(tx, held)
  if (ways.open || ways.dead) return false
  const moved = await transitions.moveMessage(tx, held, ways.delivered ? states.visible : states.failed, 'operator')
  return moved && !ways.delivered
}

/**
 * Stops a channel, a service, or a channel of a service: what they have in the queue stays there as it is.
 * @returns false when it is stopped already
 */
export const pause = ({ db }: Acting, { scope, actor, reason }: Act & { scope: pauses.PauseScope }): Promise<boolean> =>
  db.withTransaction(async (tx) => {
    await refuseUnknown(tx, scope)
    const isNew = await pauses.insertPause(tx, scope, { reason, createdBy: actor })
    if (isNew) await audit.insertAudit(tx, { actor, act: 'delivery.paused', subject: subjectOf(scope, reason) })
    return isNew
  })

/** @returns false when it was not stopped */
export async function resume(
  { db }: Acting,
  { scope, actor, reason }: Act & { scope: pauses.PauseScope },
): Promise<boolean> {
  const was = await db.withTransaction(async (tx) => {
    const deleted = await pauses.deletePause(tx, scope)
    if (deleted) await audit.insertAudit(tx, { actor, act: 'delivery.resumed', subject: subjectOf(scope, reason) })
    return deleted
  })
  if (was) await outbox.ring(db)
  return was
}

async function refuseUnknown(tx: Tx, { service }: pauses.PauseScope): Promise<void> {
  if (service === null) return
  const known = await services.servicesOf(tx, service.authorityId)
  if (!known.some(({ id }) => id === service.serviceId))
    throw new DeliveryError('DELIVERY_UNKNOWN', 'There is no such service.')
}

const subjectOf = ({ channel, service }: pauses.PauseScope, reason: string): object => ({
  channel,
  authorityId: service?.authorityId ?? null,
  id: service?.serviceId ?? null,
  reason,
})

const note = (tx: Tx, act: string, held: redelivery.Held, { actor, reason }: Act): Promise<void> =>
  audit.insertAudit(tx, {
    actor,
    act,
    subject: {
      deliveryId: held.id,
      messageId: held.messageId,
      channel: held.channel,
      authorityId: held.authorityId,
      id: held.serviceId,
      reason,
    },
  })
