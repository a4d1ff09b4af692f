import type { CauseId } from '../../trust/index.js'

/**
 * What a cause means, and what to do, for people. `{name}` is a fact of the cause; a line whose facts are all missing is
 * left out.
 */
export interface CauseText {
  readonly title: string
  readonly meaning: readonly string[]
  readonly todo: readonly string[]
  /** a further line of `meaning` for each value of one fact */
  readonly when?: { readonly fact: string; readonly says: Readonly<Record<string, string>> }
}

export type CauseTexts = Readonly<Partial<Record<CauseId, CauseText>>>

export const NOTHING_BEHIND =
  'Make signing the last step before the bytes leave: no handler, proxy or logger behind it may parse and write the XML.'
