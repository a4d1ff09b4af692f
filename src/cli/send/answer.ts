import { CommandError } from '../errors.js'
import type { LetterOperation } from './letter.js'

export interface Answer {
  readonly accepted: boolean
  /** TilaKoodi, null for a SOAP Fault */
  readonly code: number | null
  /** without the trace id */
  readonly text: string
  readonly traceId: string | null
  /** what became of each recipient; only LisaaKohteita tells */
  readonly items: readonly AnswerItem[]
}

export interface AnswerItem {
  /** KohteenTila */
  readonly code: number
  readonly text: string
  /** AsiointitiliTunniste, null when nothing was stored */
  readonly number: string | null
}

type Tree = Readonly<Record<string, unknown>>

/**
 * Takes node-soap's result or error apart.
 * @throws CommandError ANSWER_UNREADABLE
 * Source: viranomaispalvelut.md §4.3, §5.2, §7; clients.md R7 (the trace id ends the text)
 */
export function readAnswer(
  operation: LetterOperation,
  outcome: { result: unknown } | { error: unknown },
  headers: Readonly<Record<string, unknown>> | undefined,
): Answer {
  const headerId = typeof headers?.['x-trace-id'] === 'string' ? headers['x-trace-id'] : null
  if ('error' in outcome) return readFault(outcome.error, headerId)
  const result = branch(outcome.result, `${operation}Result`)
  const status = branch(result, 'TilaKoodi')
  const code = Number(status['TilaKoodi'])
  if (!Number.isInteger(code)) throw unreadable()
  const items = operation === 'LisaaKohteita' ? readItems(result) : []
  const itemsStored = items.length > 0 && items.every((item) => item.code === 200 || item.code === 202)
  return {
    accepted: operation === 'LahetaViesti' ? code === 202 : code === 0 && itemsStored,
    code,
    ...splitText(wordsOf(status['TilaKoodiKuvaus']), headerId),
    items,
  }
}

function readItems(result: Tree): AnswerItem[] {
  const kohteet = list(branch(result, 'Kohteet')['Kohde'])
  return kohteet.flatMap((kohde) =>
    list((kohde as Tree)['Asiakas']).map((asiakas) => {
      const { KohteenTila, KohteenTilaKuvaus, AsiointitiliTunniste } = asiakas as Record<string, string | undefined>
      return {
        code: Number(KohteenTila),
        text: KohteenTilaKuvaus ?? '',
        number: AsiointitiliTunniste ?? null,
      }
    }),
  )
}

function readFault(error: unknown, headerId: string | null): Answer {
  const fault = branch(branch(branch((error as { root?: unknown } | null)?.root, 'Envelope'), 'Body'), 'Fault')
  const text = fault['faultstring']
  if (text === undefined) throw unreadable(error)
  return { accepted: false, code: null, ...splitText(wordsOf(text), headerId), items: [] }
}

/** An element with attributes is read as an object. */
function wordsOf(text: unknown): string {
  const words = typeof text === 'object' ? (text as { $value?: unknown } | null)?.$value : text
  return typeof words === 'string' ? words : ''
}

function splitText(text: string, headerId: string | null): { text: string; traceId: string | null } {
  const [, words, id] = /^(.*?)\s*Trace ID: (\S+)$/s.exec(text) ?? [null, text, headerId]
  return { text: words, traceId: id ?? null }
}

const branch = (tree: unknown, name: string): Tree => (((tree ?? {}) as Tree)[name] as Tree | null | undefined) ?? {}

const list = (value: unknown): unknown[] => (value === undefined || value === null ? [] : [value].flat())

const unreadable = (cause?: unknown): CommandError =>
  new CommandError('ANSWER_UNREADABLE', 'The endpoint answered with something that is no answer of this interface.', {
    cause,
  })
