export type Operation = 'HaeAsiakkaita' | 'LisaaKohteita' | 'LahetaViesti' | 'HaeTilaTieto'
export type IdType = 'SSN' | 'CRN'

export interface Recipient {
  recipientId: string
  idType: IdType
}
export interface Attachment {
  name: string
  mime: string
  content: Buffer
  caption?: string
}
export interface Address {
  name: string
  street: string
  postcode: string
  city: string
  country: string
}

/** What an authority wants to say, before any client has put it in its own words. Unused parts are left out by a row. */
export interface ClientRequest extends Recipient {
  operation: Operation
  authorityId: string
  serviceId: string
  /** SanomaTunniste */
  exchangeId: string
  /** ViranomaisTunniste */
  reference: string
  title: string
  text: string
  attachments: Attachment[]
  address: Address
  sentAt: Date
  certificateName: string
  senderName: string
  /** Further ids for HaeAsiakkaita, or further Asiakas of the one Kohde; only the rows keha-hub and oph send them. */
  moreRecipients?: Recipient[]
  /** HaeAsiakkaita by joining time (`Kaikki`); only oph and keha-hub. */
  interval?: { from: Date; to: Date }
  acknowledge?: boolean
  readReceipt?: boolean
  relatesTo?: { id: string; type: 'AsiointitiliTunniste' | 'ViranomaisTunniste' }
  links?: { url: string; caption: string }[]
  notification?: { subject: string; text: string }
  contact?: { name: string; email: string; phone?: string }
  paper?: boolean
  sendToPrint?: boolean
  printingProvider?: string
  billing?: { id: string; password?: string; costCentre?: string }
  /** eveli: an empty LahetysPvm instead of a missing one. */
  emptySentAt?: boolean
  apiKey?: string
  /** Another path than the one of the real service. */
  path?: string
}

export type Layout = 'unsigned' | 'timestamp-only' | 'wss4j' | 'spring-ws' | 'node-soap-1.0' | 'node-soap-1.6'

/** Faults to plant; a tampered part is changed after signing. */
export interface Faults {
  createdAt?: Date
  expiresAt?: Date
  /** `true` changes the title, or white space where there is none; a function gets the markup inside Body. */
  tamperBody?: true | ((payload: string) => string)
  /** Moves Expires a day ahead. */
  tamperTimestamp?: boolean
  omitSignature?: boolean
  timestampOnly?: boolean
}
export interface SigningKey extends Faults {
  layout: Exclude<Layout, 'unsigned' | 'timestamp-only'>
  privateKeyPem: string
  certificatePem: string
  now: Date
}
export type Signing =
  | { layout: 'unsigned' }
  | ({ layout: 'timestamp-only'; now: Date } & Pick<Faults, 'createdAt' | 'expiresAt'>)
  | SigningKey

/** One HTTP POST as the client would send it. `headers` is complete but for Host and Content-Length. */
export interface BuiltRequest {
  path: string
  headers: Record<string, string>
  body: Buffer
  /** What really went out: a row may send another id than the one asked for, or none. */
  sent: { operation: Operation; exchangeId: string; reference: string | null; recipients: Recipient[] }
}

export interface AnswerItem extends Recipient {
  /** Tila of HaeAsiakkaita, KohteenTila of LisaaKohteita */
  state: number
  text?: string
  passive?: number
  reference?: string
  mailboxId?: string
}
/** What the client reads; null = it does not look there. */
export interface Answer {
  code: number | null
  text: string | null
  exchangeId: string | null
  items?: AnswerItem[]
  traceId?: string
}
export type Verdict = 'success' | 'already-done' | 'no-account' | 'failure'

/** Thrown by a reader when the real client could not have used the answer. */
export class Unreadable extends Error {}

export interface ClientVector {
  name: string
  operations: readonly Operation[]
  layouts: readonly Layout[]
  example(operation: Operation, party: Party, overrides?: Partial<ClientRequest>): ClientRequest
  build(request: ClientRequest, signing: Signing): BuiltRequest
  readAnswer(operation: Operation, body: Buffer, options?: ReadOptions): Answer
  judge(operation: Operation, answer: Answer, sent: BuiltRequest['sent']): Verdict
  demands: Demands
}
export interface Party {
  authorityId: string
  serviceId: string
}
export interface ReadOptions {
  /** Given, a client that validates answers (eveli) checks the signature against this certificate. */
  serverCertificatePem?: string
}
export interface Demands {
  /** HTTP status codes after which the client reads the body. */
  statuses(operation: Operation, status: number): boolean
  /** `required`: on the signed path the answer has to carry one Signature and no Timestamp. */
  signedAnswer: 'required' | 'ignored'
  note: string
}
