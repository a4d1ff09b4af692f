import { uuidv7 } from 'uuidv7'
import type { ItemOutcome } from '../message/index.js'
import { messages, type Tx } from '../store/index.js'
import type { Context, Submitted } from './context.js'
import type { Addressee, Wishes } from './recipient.js'
import { keyOf, storeMessage, type PreparedItem } from './store-item.js'

/** An item on its way to one recipient. */
export interface Parcel {
  readonly prepared: PreparedItem
  readonly addressee: Addressee
  readonly submitted: Submitted
}

/** The id of the message to be stored for each parcel whose reference was free; missing where it was taken. */
export type Claims = ReadonlyMap<Addressee, string>

/**
 * Claims the references of all parcels of a request at once, in the order of their keys: requests that share
 * references then wait for each other in one direction only, whatever order they name them in. The unique key decides,
 * so of any number of simultaneous callers exactly one gets a claim (design.md D8). A parcel without a reference cannot
 * be a duplicate (clients.md R22).
 */
export async function claimAll(tx: Tx, parcels: readonly Parcel[]): Promise<Claims> {
  const claims = new Map<Addressee, string>()
  // Ids are made in the order of the request, which is the order that lists show; claims go in the order of the keys.
  const ordered = parcels.map((parcel) => ({ parcel, messageId: uuidv7(), order: orderOf(parcel) }))
  ordered.sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0))
  for (const { parcel, messageId } of ordered) {
    const key = keyOfParcel(parcel)
    const { contentSha256 } = parcel.prepared
    if (key === null || (await messages.claimReference(tx, { ...key, messageId, contentSha256 }))) {
      claims.set(parcel.addressee, messageId)
    }
  }
  return claims
}

/** Gives a reference back that was claimed for a message that is not stored after all. */
export async function release(tx: Tx, parcel: Parcel): Promise<void> {
  const key = keyOfParcel(parcel)
  if (key !== null) await messages.releaseReference(tx, key)
}

/** The duplicate that a parcel is of an earlier message; null when there is none. */
export async function duplicateOf(tx: Tx, parcel: Parcel): Promise<ItemOutcome | null> {
  const key = keyOfParcel(parcel)
  const stored = key && (await messages.findClaim(tx, key))
  return stored && { kind: 'duplicate', sameContent: stored.equals(parcel.prepared.contentSha256) }
}

/** Stores the message of a parcel under its claim, or tells that somebody was first. */
export async function storeClaimed(
  tx: Tx,
  context: Pick<Context, 'sealer' | 'policy'>,
  claims: Claims,
  parcel: Parcel,
  wishes: Wishes,
): Promise<ItemOutcome> {
  const { prepared, addressee, submitted } = parcel
  const id = claims.get(addressee)
  if (id === undefined) return (await duplicateOf(tx, parcel)) ?? { kind: 'duplicate', sameContent: true }
  const number = await storeMessage(tx, context, { prepared, submitted, id, addressee, ...wishes })
  return { kind: wishes.visibleAtOnce ? 'stored' : 'queued', number }
}

function keyOfParcel({ prepared, addressee, submitted }: Parcel): messages.ReferenceKey | null {
  const { reference } = prepared.item
  return reference === null
    ? null
    : { bucket: prepared.bucket, service: keyOf(submitted), reference, recipientHash: addressee.hash }
}

const orderOf = ({ prepared, addressee }: Parcel): string =>
  JSON.stringify([prepared.bucket, prepared.item.reference, addressee.hash.toString('hex')])
