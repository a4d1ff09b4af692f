import { XmlElement } from '../../xml/index.js'
import type { Cause } from '../errors.js'
import type { Examined } from '../examined.js'
import { WSU } from '../names.js'
import { short } from '../report-facts.js'

interface Standing {
  readonly element: XmlElement
  readonly attribute: string
  readonly isId: boolean
  readonly value: string
}

const MAX_NEAR = 5

/** Why the references do not mean what they should: an id that is nowhere, twice, or on another element. */
export function findIdCause(examined: Examined, signed: readonly string[]): Cause | null {
  const { envelope, signature, header } = examined
  if (signature === undefined || header === undefined) return null
  const standing = [...attributesOf(envelope.document.root)]
  const repeated = repetition(standing)
  if (repeated !== null) return repeated
  const { keyReference } = signature
  const asked = [
    ...signature.references.map(({ id }) => ({ id, of: 'Reference' })),
    ...(keyReference.kind === 'token' ? [{ id: keyReference.id, of: 'KeyInfo' }] : []),
  ]
  for (const { id, of } of asked) {
    if (standing.some((one) => one.isId && one.value === id)) continue
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

function* attributesOf(element: XmlElement): Generator<Standing> {
  for (const { prefix, local, namespace, value } of element.attributes) {
    const isId =
      (local === 'Id' && (namespace === WSU || namespace === '')) ||
      (namespace === '' && (local === 'ID' || local === 'id'))
    yield { element, attribute: prefix === '' ? local : `${prefix}:${local}`, isId, value }
  }
  for (const child of element.children) if (child instanceof XmlElement) yield* attributesOf(child)
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
  return standing
    .filter(({ attribute, value }) => attribute !== 'URI' && bare(value) === bare(id))
    .slice(0, MAX_NEAR)
    .map(({ element, attribute }) => short(`${element.local} (${attribute})`))
}
