import { XmlElement } from '../../xml/index.js'
import type { Cause } from '../errors.js'
import type { Examined } from '../examined.js'
import { WSU } from '../names.js'
import { short } from '../report-facts.js'

interface Standing {
  readonly element: XmlElement
  readonly prefix: string
  readonly local: string
  readonly isId: boolean
  readonly value: string
}

const MAX_NEAR = 5
const MAX_AROUND = 20

/** Why the references do not mean what they should: an id that is nowhere, twice, or on another element. */
export function findIdCause(examined: Examined, signed: readonly string[]): Cause | null {
  const { envelope, signature, header } = examined
  if (signature === undefined || header === undefined) return null
  const { keyReference } = signature
  const asked = [
    ...signature.references.map(({ id }) => ({ id, of: 'Reference' })),
    ...(keyReference.kind === 'token' ? [{ id: keyReference.id, of: 'KeyInfo' }] : []),
  ]
  const standing: Standing[] = []
  collect(envelope.document.root, isNearTo(asked.map(({ id }) => id)), standing)
  const repeated = repetition(standing)
  if (repeated !== null) return repeated
  const ids = new Set(standing.filter(({ isId }) => isId).map(({ value }) => value))
  for (const { id, of } of asked) {
    if (ids.has(id)) continue
    return { id: 'id-not-found', certainty: 'proven', facts: { id: short(id), of, near: nearMisses(id, standing) } }
  }
  if (header.token === null && keyReference.kind === 'token')
    return { id: 'header-shape', certainty: 'proven', facts: { missing: 'BinarySecurityToken' } }
  const bodyIds = standing.filter(({ element, isId }) => isId && element === envelope.body).map(({ value }) => value)
  const isBodySigned = signature.references.some(({ id }) => bodyIds.includes(id))
  return isBodySigned
    ? null
    : { id: 'body-unsigned', certainty: 'proven', facts: { signed, bodyHasId: bodyIds.length > 0 } }
}

/** Ids of a document, and attributes whose value is nearly one that is asked for. */
function collect(element: XmlElement, isNear: (value: string) => boolean, found: Standing[]): void {
  for (const { prefix, local, namespace, value } of element.attributes) {
    const isId =
      (local === 'Id' && (namespace === WSU || namespace === '')) ||
      (namespace === '' && (local === 'ID' || local === 'id'))
    if (isId || isNear(value)) found.push({ element, prefix, local, isId, value })
  }
  for (const child of element.children) if (child instanceof XmlElement) collect(child, isNear, found)
}

function repetition(standing: readonly Standing[]): Cause | null {
  const seen = new Map<string, XmlElement>()
  for (const { isId, value, element } of standing) {
    if (!isId) continue
    const other = seen.get(value)
    if (other !== undefined && other !== element)
      return {
        id: 'id-repeated',
        certainty: 'proven',
        facts: { id: short(value), elements: [short(other.local), short(element.local)] },
      }
    seen.set(value, element)
  }
  return null
}

const bare = (text: string): string => text.trim().replace(/^#/, '').toLowerCase()

/** The same but for case, a hash sign and white space around it, which alone could make it much longer. */
function isNearTo(ids: readonly string[]): (value: string) => boolean {
  const asked = new Set(ids.map(bare))
  const longest = Math.max(...ids.map(({ length }) => length)) + MAX_AROUND
  return (value) => value.length <= longest && asked.has(bare(value))
}

/** Elements that have the id, but not where ids are looked for, or not letter by letter: element and attribute names only. */
const nearMisses = (id: string, standing: readonly Standing[]): string[] =>
  standing
    .filter(({ prefix, local, value }) => (prefix !== '' || local !== 'URI') && bare(value) === bare(id))
    .slice(0, MAX_NEAR)
    .map(({ element, prefix, local }) => short(`${element.local} (${prefix === '' ? local : `${prefix}:${local}`})`))
