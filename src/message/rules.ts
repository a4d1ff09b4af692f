import { isForeignTo } from './identity.js'
import { mediaTypeOf } from './media-types.js'
import type { ItemFault, ItemOutcome } from './outcomes.js'
import type { Attachment, Billing, Item, Recipient } from './types.js'

export interface ItemPolicy {
  readonly maxAttachmentBytes: number
  readonly attachmentTypes: readonly string[]
  readonly referenceMissing: 'accept' | 'refuse'
}

const invalid = (reason: ItemFault): ItemOutcome => ({ kind: 'invalid', reason })

/** What is wrong with an item whoever receives it; null when nothing is. Lengths: viranomaispalvelut.md §6. */
export function faultOfItem(item: Item, policy: ItemPolicy): ItemOutcome | null {
  const content = item.content.reveal()
  if (item.reference === null && policy.referenceMissing === 'refuse') return invalid('referenceMissing')
  if ((item.reference?.length ?? 0) > 255) return invalid('referenceTooLong')
  if ((content.title?.length ?? 0) > 400) return invalid('titleTooLong')
  if (content.title === null && content.body === null) return invalid('textMissing')
  for (const attachment of item.attachments) {
    const fault = faultOfAttachment(attachment.reveal(), policy)
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

/** A file has content or a link, never both; its stated size proves nothing (R24). */
export function faultOfAttachment(a: Attachment, policy: ItemPolicy): ItemOutcome | null {
  if (a.content === 'broken') return invalid('attachmentNotBase64')
  if (a.content !== null && a.url !== null) return invalid('attachmentAmbiguous')
  if (a.content === null)
    return a.url !== null ? null : a.storageId !== null ? { kind: 'notFetchable' } : invalid('attachmentEmpty')
  if (a.content.length > policy.maxAttachmentBytes) return { kind: 'tooLarge' }
  return policy.attachmentTypes.includes(mediaTypeOf(a.mediaType, a.name)) ? null : { kind: 'typeNotAllowed' }
}

/** The printing provider's form of billing data (viranomaispalvelut.md §5.3). */
export function isValidBilling({ id, password, costCentre }: Billing): boolean {
  return (
    id.length === 6 && (password === null || password.length === 4) && (costCentre === null || costCentre.length <= 15)
  )
}
