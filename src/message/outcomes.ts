/**
 * What became of one item for one recipient. `stored` and `queued` are in the database; nothing else is.
 * The wire code of each is contract/'s business.
 */
export type ItemOutcome =
  | { readonly kind: 'stored'; readonly number: string }
  | { readonly kind: 'queued'; readonly number: string }
  /** `sameContent` is false when the caller used one reference for two different letters */
  | { readonly kind: 'duplicate'; readonly sameContent: boolean }
  | { readonly kind: 'referenceNotFound' }
  | { readonly kind: 'noAccount' }
  | { readonly kind: 'invalid'; readonly reason: ItemFault }
  | { readonly kind: 'typeNotAllowed' }
  | { readonly kind: 'tooLarge' }
  | { readonly kind: 'notFetchable' }

/** Faults in the data of an item. */
export type ItemFault =
  | 'recipientMissing'
  | 'recipientIdInvalid'
  | 'recipientNotArtificial'
  | 'recipientArtificial'
  | 'referenceMissing'
  | 'referenceTooLong'
  | 'titleTooLong'
  | 'textMissing'
  | 'billingInvalid'
  | 'addressIncomplete'
  | 'nothingPrintable'
  | 'pdfEncrypted'
  | 'pageRangeUnsupported'
  | 'tooManyAttachments'
  | 'attachmentEmpty'
  | 'attachmentAmbiguous'
  | 'attachmentNotBase64'

export const isStored = (outcome: ItemOutcome): outcome is Extract<ItemOutcome, { number: string }> =>
  outcome.kind === 'stored' || outcome.kind === 'queued'
