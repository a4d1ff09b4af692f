import type { Cause, CauseId } from '../../trust/index.js'
import type { CauseText } from './text.js'
import { messageTexts } from './texts-of-messages.js'
import { partTexts } from './texts-of-parts.js'
import { signerTexts } from './texts-of-signers.js'

/** The catalogue, by ids that are stable, so that other languages can stand beside this one. */
export const causeTexts: Readonly<Record<CauseId, CauseText>> = { ...partTexts, ...signerTexts, ...messageTexts }

export interface ToldCause {
  readonly title: string
  readonly meaning: readonly string[]
  readonly todo: readonly string[]
}

/** The text of a cause with its facts put in; null of a cause that this version does not know. */
export function textOf(cause: Cause): ToldCause | null {
  const text = (causeTexts as Readonly<Record<string, CauseText | undefined>>)[cause.id]
  if (text === undefined) return null
  const { fact, says } = text.when ?? { fact: '', says: {} }
  const special = says[String(cause.facts[fact])]
  const lines = [...(special === undefined ? [] : [special]), ...text.meaning]
  return { title: text.title, meaning: lines.flatMap((line) => filled(line, cause)), todo: text.todo }
}

function filled(line: string, { facts }: Cause): string[] {
  const names = [...line.matchAll(/\{([A-Za-z]+)\}/g)].map(([, name]) => name!)
  const isTold = (name: string): boolean => {
    const value = facts[name]
    return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0)
  }
  // A line with several facts tells those that there are; one with none of them tells nothing.
  if (names.length > 0 && !names.some(isTold)) return []
  return [line.replace(/\{([A-Za-z]+)\}/g, (_whole, name: string) => (isTold(name) ? shownFact(facts[name]) : '-'))]
}

const shownFact = (value: Cause['facts'][string] | undefined): string =>
  Array.isArray(value) ? value.join(', ') : String(value)
