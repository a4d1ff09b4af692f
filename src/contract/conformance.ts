import type { XmlDocument, XmlElement } from '../xml/index.js'
import type { ContractName } from './names.js'
import { schemaOf } from './published.js'
import { readSchema, type SchemaElement } from './schema.js'

/**
 * Where an accepted request deviates from the schema: advice for its vendor, never a reason to refuse (design.md D6).
 * `path` holds names of the schema only, `*` for any other, `line` counts from 1.
 */
export interface ConformanceNote {
  readonly kind: 'unknownElement' | 'unknownAttribute' | 'removedElement' | 'outOfOrder' | 'missing'
  readonly path: string
  readonly line: number
}

/** Deviations counted by kind, and the first of them in detail. */
export interface Conformance {
  readonly counts: Readonly<Partial<Record<ConformanceNote['kind'], number>>>
  readonly first: readonly ConformanceNote[]
}

const MAX_NOTES = 20
/** A list of ten thousand customers deviates ten thousand times in the same way. */
const MAX_ELEMENTS = 2_000

/** Elements of older schema generations that the newest has not; clients still send them (viranomaispalvelut.md §6). */
const REMOVED = new Set([
  'Maksullisuus',
  'MaksamisKuvausTeksti',
  'SmsLisatieto',
  'TavoitettavuusTietoSMS',
  'Tiedostot',
  'Sivut',
  'LahetaOC',
])

const schemas = { authority: readSchema(schemaOf('authority')), joining: readSchema(schemaOf('joining')) }

/** Compares a request with the published schema of its contract; null when it fits. */
export const conformanceOf = (document: XmlDocument, payload: XmlElement, contract: ContractName): Conformance | null =>
  conformanceBy(schemas[contract], document, payload)

/** The same with another schema. */
export function conformanceBy(
  schema: ReadonlyMap<string, SchemaElement>,
  document: XmlDocument,
  payload: XmlElement,
): Conformance | null {
  const walk = new Walk(document)
  const element = schema.get(payload.local)
  if (element !== undefined) walk.compare(payload, element, payload.local)
  return walk.result()
}

class Walk {
  readonly #document: XmlDocument
  readonly #counts: Partial<Record<ConformanceNote['kind'], number>> = {}
  readonly #first: ConformanceNote[] = []
  #seen = 0

  constructor(document: XmlDocument) {
    this.#document = document
  }

  result(): Conformance | null {
    return this.#first.length === 0 ? null : { counts: this.#counts, first: this.#first }
  }

  compare(element: XmlElement, declared: SchemaElement, path: string): void {
    if (declared.type === null || ++this.#seen > MAX_ELEMENTS) return
    const { elements, attributes } = declared.type
    for (const a of element.attributes) {
      if (a.namespace === '' && a.local !== 'Id' && !attributes.includes(a.local))
        this.#note('unknownAttribute', `${path}/@*`, element)
    }
    let furthest = 0
    const found = new Set<string>()
    for (const child of element.elements()) {
      const at =
        child.namespace === element.namespace ? elements.findIndex((candidate) => candidate.name === child.local) : -1
      // A name that the schema does not have is the caller's own words and could be anything, also about a person.
      if (at < 0) {
        const removed = REMOVED.has(child.local)
        this.#note(removed ? 'removedElement' : 'unknownElement', `${path}/${removed ? child.local : '*'}`, child)
        continue
      }
      const childPath = `${path}/${child.local}`
      if (at < furthest) this.#note('outOfOrder', childPath, child)
      furthest = Math.max(furthest, at)
      found.add(child.local)
      this.compare(child, elements[at]!, childPath)
    }
    for (const { name, required } of elements)
      if (required && !found.has(name)) this.#note('missing', `${path}/${name}`, element)
  }

  #note(kind: ConformanceNote['kind'], path: string, at: XmlElement): void {
    this.#counts[kind] = (this.#counts[kind] ?? 0) + 1
    // Finding a line costs a walk over the text, so only for what is kept.
    if (this.#first.length < MAX_NOTES)
      this.#first.push({ kind, path, line: this.#document.positionOf(at.offset).line })
  }
}
