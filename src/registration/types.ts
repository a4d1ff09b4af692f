import type { Recipient, StateCode } from '../message/index.js'
import type { Sensitive } from '../sensitive.js'
import type { Requirement } from './requirements.js'
import type { Environment, ServiceState } from './states.js'
import type { ReturnChannel } from './return-channel.js'

/** A name in the country's languages; Finnish always, the others when there are any. */
export interface Names {
  readonly fi: string
  readonly sv: string | null
  readonly en: string | null
}

export type ContactRole = 'administration' | 'technical' | 'security'

/** Somebody at the authority to turn to. */
export interface RegisteredContact {
  readonly name: string
  readonly email: string | null
  readonly phone: string | null
  readonly role: ContactRole
}

/** What an authority asks for when it registers; decides nothing until an operator has set it. */
export interface Wishes {
  /** our names of the operations; null: all */
  readonly operations: readonly string[] | null
  readonly electronic: boolean
  readonly paper: boolean
  readonly verifiable: boolean
  readonly messagesPerYear: number | null
  readonly messagesInPeakHour: number | null
}

/** A service as its authority registers it. */
export interface Application {
  readonly businessId: string
  readonly authorityNames: Names
  readonly serviceNames: Names
  readonly contacts: Sensitive<readonly RegisteredContact[]>
  readonly environment: Environment
  readonly wishes: Wishes
  readonly returnChannel: ReturnChannel | null
}

/** Ids by which an authority asks after its messages. */
export type MessageQuery =
  | { readonly by: 'reference' | 'number' | 'exchangeId'; readonly ids: readonly string[] }
  | { readonly by: 'changes'; readonly cursor: string | null; readonly from: Date | null; readonly limit: number }

export interface RegisterService {
  readonly operation: 'registerService'
  readonly joiningCode: Sensitive<string> | null
  readonly application: Application
  /** DER, when the request names it besides signing with it */
  readonly certificate: Buffer | null
}

export interface GetRegistration {
  readonly operation: 'getRegistration'
}

/** null: stays as it is */
export interface ChangeContacts {
  readonly operation: 'changeContacts'
  readonly contacts: Sensitive<readonly RegisteredContact[]> | null
  readonly returnChannel: ReturnChannel | 'none' | null
}

export interface AddCertificate {
  readonly operation: 'addCertificate'
  readonly joiningCode: Sensitive<string> | null
  /** DER; null: the one that signed */
  readonly certificate: Buffer | null
}

export interface RetireCertificate {
  readonly operation: 'retireCertificate'
  /** SHA-256 of the DER, lower-case hex */
  readonly fingerprint: string
}

export interface WithdrawRegistration {
  readonly operation: 'withdrawRegistration'
  readonly reason: string | null
}

export interface FetchMessageStatus {
  readonly operation: 'fetchMessageStatus'
  readonly query: MessageQuery
}

export type JoiningCommand =
  | RegisterService
  | GetRegistration
  | ChangeContacts
  | AddCertificate
  | RetireCertificate
  | WithdrawRegistration
  | FetchMessageStatus

export type JoiningOperation = JoiningCommand['operation']

/** A certificate that is registered for a service. */
export interface RegisteredKey {
  /** SHA-256 of the DER, lower-case hex */
  readonly fingerprint: string
  readonly subject: string
  readonly notBefore: Date
  readonly notAfter: Date
}

/** A registration as its authority may see it. */
export interface RegistrationView {
  readonly state: ServiceState
  readonly stateAt: Date
  /** why it got into its state, when somebody said so */
  readonly reason: string | null
  readonly environment: Environment
  readonly businessId: string | null
  readonly authorityNames: Names
  readonly serviceNames: Names
  readonly contacts: Sensitive<readonly RegisteredContact[]>
  /** our names of the operations that it may call */
  readonly operations: readonly string[]
  readonly wishes: Wishes
  readonly returnChannel: ReturnChannel | null
  readonly certificates: readonly RegisteredKey[]
  /** YYYY-MM-DD */
  readonly productionDate: string | null
  readonly missing: readonly Requirement[]
}

/** Where a message stands, for one recipient. */
export interface MessageStatus {
  readonly number: string
  readonly reference: string | null
  readonly exchangeId: string | null
  readonly traceId: string
  readonly recipient: Sensitive<Pick<Recipient, 'id' | 'idType'>>
  readonly receivedAt: Date
  readonly state: StateCode
  readonly stateAt: Date
  /** oldest first; `isNew` when asked by changes: whether the change belongs to this page */
  readonly history: readonly { readonly state: StateCode; readonly at: Date; readonly isNew: boolean | null }[]
}

export interface MessageStatuses {
  readonly messages: readonly MessageStatus[]
  /** ids that mean none of the caller's messages, as asked */
  readonly unknown: readonly string[]
  /** where to go on, when asked by changes */
  readonly cursor: string | null
  /** whether there is more already, when asked by changes; or more than one answer holds */
  readonly hasMore: boolean | null
}
