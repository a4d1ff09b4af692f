/** Why a scanner gave no verdict. size-limit: it takes nothing as large as this, which no waiting mends. */
export type NoVerdict = 'refused' | 'closed' | 'timeout' | 'garbage' | 'error' | 'size-limit'

export type Verdict =
  | { readonly kind: 'clean' }
  /** `signature`: the scanner's name for it */
  | { readonly kind: 'found'; readonly signature: string }
  | { readonly kind: 'none'; readonly reason: NoVerdict }

/** Says what some bytes are. It never takes the lack of an answer for a good one. */
export interface Scanner {
  /**
   * Reads `bytes` to their end before it says that they are clean; what reading them throws is thrown on.
   * @param signal  ends it, without a verdict
   */
  scan(bytes: AsyncIterable<Buffer>, signal: AbortSignal): Promise<Verdict>
}
