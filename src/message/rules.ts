import { isForeignTo } from './identity.js'
import { mediaTypeOf } from './media-types.js'
import type { ItemFault, ItemOutcome } from './outcomes.js'
import type { Attachment, Billing, Item, Recipient } from './types.js'

export interface ItemPolicy {
  readonly maxAttachmentBytes: number
  readonly attachmentTypes: readonly string[]
  /** files and links of one item, print files among them */
  readonly maxAttachmentsPerItem: number
  readonly referenceMissing: 'accept' | 'refuse'
}

const invalid = (reason: ItemFault): ItemOutcome => ({ kind: 'invalid', reason })

/**
 * What is wrong with an item whoever receives it; null when nothing is. Lengths: viranomaispalvelut.md §6.
 * @param types  what its files are taken as, in their order; print files, if there are any, follow
 */
export function faultOfItem(item: Item, types: readonly TypeTaken[], policy: ItemPolicy): ItemOutcome | null {
  const content = item.content.reveal()
  if (item.reference === null && policy.referenceMissing === 'refuse') return invalid('referenceMissing')
  if ((item.reference?.length ?? 0) > 255) return invalid('referenceTooLong')
  if ((content.title?.length ?? 0) > 400) return invalid('titleTooLong')
  if (content.title === null && content.body === null) return invalid('textMissing')
  if (types.length > policy.maxAttachmentsPerItem) return invalid('tooManyAttachments')
  for (const [i, attachment] of item.attachments.entries()) {
    const fault = faultOfAttachment(attachment.reveal(), types[i] ?? null, policy)
    if (fault !== null) return fault
  }
  return null
}

/** @param environment  where the sending service acts: artificial persons on the test side, real ones on the other */
export function faultOfRecipient({ id }: Recipient, environment: 'test' | 'production'): ItemOutcome | null {
  const length = id.trim().length
  if (length === 0 || length > 20) return invalid('recipientIdInvalid')
  if (!isForeignTo(environment, id)) return null
  return invalid(environment === 'test' ? 'recipientNotArtificial' : 'recipientArtificial')
}

/** The type that a file is taken as; null when it is not what it is called. */
export type TypeTaken = string | null

/** A file has content or a link, never both; its stated size proves nothing (R24), and its name and type not much. */
export function faultOfAttachment(a: Attachment, taken: TypeTaken, policy: ItemPolicy): ItemOutcome | null {
  if (a.content === 'broken') return invalid('attachmentNotBase64')
  if (a.content !== null && a.url !== null) return invalid('attachmentAmbiguous')
  if (a.content === null)
    return a.url !== null ? null : a.storageId !== null ? { kind: 'notFetchable' } : invalid('attachmentEmpty')
  if (a.content.length > policy.maxAttachmentBytes) return { kind: 'tooLarge' }
  const isAccepted = (type: TypeTaken): boolean => type !== null && policy.attachmentTypes.includes(type)
  return isAccepted(mediaTypeOf(a.mediaType, a.name)) && isAccepted(taken) ? null : { kind: 'typeNotAllowed' }
}

/** The printing provider's form of billing data (viranomaispalvelut.md §5.3). */
export function isValidBilling({ id, password, costCentre }: Billing): boolean {
  return (
    id.length === 6 && (password === null || password.length === 4) && (costCentre === null || costCentre.length <= 15)
  )
}
