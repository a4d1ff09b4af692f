export interface Sms {
  /** E.164, `+358401234567` */
  readonly to: string
  readonly text: string
  /** ours; the provider keeps it with the SMS */
  readonly reference: string
}

/** What a provider said. `code` is a word of ours; `detail` has numbers and the provider's own codes, no texts. */
export type SmsAnswer =
  | { readonly kind: 'taken'; readonly detail: object }
  | { readonly kind: 'refused'; readonly code: string; readonly detail: object }
  | { readonly kind: 'unreachable'; readonly code: string; readonly retryAfterMs?: number; readonly detail: object }

/** A company that sends SMS. Another one is another file beside sinch.ts. */
export interface SmsProvider {
  /** One call, never repeated by itself. @throws what the signal says when it is aborted */
  send(sms: Sms, signal: AbortSignal): Promise<SmsAnswer>
  /**
   * Whether it has taken an SMS under this reference since then; the way to know after a call whose answer was lost.
   * @throws what the signal says when it is aborted
   */
  find(reference: string, since: Date, signal: AbortSignal): Promise<'taken' | 'unknown' | SmsAnswer>
}
