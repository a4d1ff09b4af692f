import type { Sensitive } from '../sensitive.js'

/** Personal identity code (SSN) or business id (CRN); other words are kept as the caller wrote them. */
export type IdType = string

export interface PostalAddress {
  readonly name: string
  readonly street: string
  readonly postalCode: string
  readonly city: string
  /** two letters, FI when not given */
  readonly country: string
}

/** The calling authority as it names itself; nothing of it is proven here. */
export interface Party {
  readonly authorityId: string | null
  /** null when not given: some clients rely on their authority having one service only */
  readonly serviceId: string | null
  readonly actingUserId: string | null
  readonly contact: Contact | null
  readonly address: PostalAddress | null
  /** the caller's name for this one call; echoed, repeated on retries, never an idempotency key */
  readonly exchangeId: string | null
  readonly exchangeVersion: string | null
  readonly certificateCommonName: string | null
}

export interface Contact {
  readonly name: string | null
  readonly email: string | null
  readonly phone: string | null
}

/** A recipient as written; `id` is echoed byte for byte. */
export interface Recipient {
  readonly id: string
  readonly idType: IdType | null
  readonly email: string | null
  readonly phone: string | null
  readonly address: PostalAddress | null
}

/** Reference to an earlier item; the new one joins its thread. */
export interface ThreadReference {
  readonly kind: 'mailboxItemId' | 'authorityItemId' | 'unknown'
  readonly id: string
}

export interface Attachment {
  /** as the caller wrote it; null when missing */
  readonly name: string | null
  readonly caption: string | null
  readonly url: string | null
  /** decoded bytes; null for a link; 'broken' when the text is not base64 */
  readonly content: Buffer | 'broken' | null
  /** the request's own bytes that `content` was decoded from, when they were left in place; evidence refers to them */
  readonly encoded: Buffer | null
  readonly storageId: string | null
  /** indicative only, never compared with the content */
  readonly statedSize: string | null
  readonly mediaType: string | null
}

/** What a recipient reads, and whatever else the request said of the item: kept sealed, shown only by an audited act. */
export interface ItemContent {
  readonly title: string | null
  readonly body: string | null
  readonly caseNumber: string | null
  readonly senderDisplayName: string | null
  readonly feeApplies: boolean
  readonly feeDescription: string | null
  readonly matterState: Readonly<Record<string, string>> | null
  readonly authorityEmail: string | null
  readonly smsText: string | null
  readonly emailSubject: string | null
  readonly emailBody: string | null
  readonly reachabilityPhone: string | null
  readonly reachabilityEmail: string | null
  readonly addAddressPage: boolean
  readonly allowRotateToPortrait: boolean
  readonly pages: { readonly first: string | null; readonly count: string | null } | null
}

/** One letter, decision or notice; may go to several recipients. */
export interface Item {
  readonly recipients: readonly Sensitive<Recipient>[]
  /** the authority's id of the item, white space trimmed, unique for all time within its service; null when missing */
  readonly reference: string | null
  /** the same as written, for the echo */
  readonly writtenReference: string | null
  readonly inReplyTo: ThreadReference | null
  readonly requiresAcknowledgement: boolean
  readonly forceReadReceipt: boolean
  /** null when missing or not readable: then the time of receipt counts */
  readonly sentAt: Date | null
  readonly messageKind: number | null
  readonly content: Sensitive<ItemContent>
  readonly attachments: readonly Sensitive<Attachment>[]
}

/** Paper part of sendMessage. */
export interface PrintWishes {
  /** paper also when the recipient has a mailbox */
  readonly alsoOnPaper: boolean
  /** false: do everything but print */
  readonly enabled: boolean
  readonly provider: string | null
  readonly colour: boolean
  readonly billing: Sensitive<Billing> | null
  /** print files on message level, up to schema 1.6 */
  readonly files: readonly Sensitive<Attachment>[]
}

export interface Billing {
  readonly id: string
  readonly password: string | null
  readonly costCentre: string | null
}

export interface QueryCustomers {
  readonly operation: 'queryCustomers'
  readonly query:
    | { readonly kind: 'listed'; readonly recipients: readonly Sensitive<Recipient>[] }
    | { readonly kind: 'all'; readonly from: Date | null; readonly to: Date | null }
}

export interface AddItems {
  readonly operation: 'addItems'
  readonly items: readonly Item[]
}

export interface SendMessage {
  readonly operation: 'sendMessage'
  readonly items: readonly Item[]
  readonly print: PrintWishes
}

export interface GetServiceStatus {
  readonly operation: 'getServiceStatus'
}

export type Command = QueryCustomers | AddItems | SendMessage | GetServiceStatus
export type Operation = Command['operation']
