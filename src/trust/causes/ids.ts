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
  const standing: Standing[] = []
  collect(envelope.document.root, standing)
  const repeated = repetition(standing)
  if (repeated !== null) return repeated
  const { keyReference } = signature
  const asked = [
    ...signature.references.map(({ id }) => ({ id, of: 'Reference' })),
    ...(keyReference.kind === 'token' ? [{ id: keyReference.id, of: 'KeyInfo' }] : []),
  ]
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

function collect(element: XmlElement, found: Standing[]): void {
  for (const { prefix, local, namespace, value } of element.attributes) {
    const isId =
      (local === 'Id' && (namespace === WSU || namespace === '')) ||
      (namespace === '' && (local === 'ID' || local === 'id'))
    found.push({ element, prefix, local, isId, value })
  }
  for (const child of element.children) if (child instanceof XmlElement) collect(child, found)
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

/** Elements that have the id, but not where ids are looked for, or not letter by letter: element and attribute names only. */
function nearMisses(id: string, standing: readonly Standing[]): string[] {
  const bare = (text: string): string => text.trim().replace(/^#/, '').toLowerCase()
  const asked = bare(id)
  // White space around it is the one thing that can make a value much longer than the id it comes near to.
  const isNear = (value: string): boolean => value.length <= asked.length + MAX_AROUND && bare(value) === asked
  return standing
    .filter(({ prefix, local, value }) => (prefix !== '' || local !== 'URI') && isNear(value))
    .slice(0, MAX_NEAR)
    .map(({ element, prefix, local }) => short(`${element.local} (${prefix === '' ? local : `${prefix}:${local}`})`))
}
