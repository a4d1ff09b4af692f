import type { XmlElement } from '../xml/index.js'
import { TrustError } from './errors.js'
import { DS, WSU } from './names.js'

/** What judging references needs to know of a document, from one walk over it. */
export interface DocumentIndex {
  readonly ids: ReadonlyMap<string, XmlElement>
  readonly signatures: readonly XmlElement[]
}

/**
 * Every Signature of a document, and every element by its id, over `wsu:Id`, `Id`, `ID` and `id` alike. A value that stands on two
 * elements is refused: which of them a signature means would be anybody's choice.
 * @throws TrustError SIGNATURE_POLICY
 */
export function indexDocument(root: XmlElement): DocumentIndex {
  const ids = new Map<string, XmlElement>()
  const signatures: XmlElement[] = []
  const walk = (element: XmlElement): void => {
    if (element.is(DS, 'Signature')) signatures.push(element)
    for (const a of element.attributes) {
      const isId =
        (a.local === 'Id' && (a.namespace === WSU || a.namespace === '')) ||
        (a.namespace === '' && (a.local === 'ID' || a.local === 'id'))
      if (!isId) continue
      const other = ids.get(a.value)
      if (other !== undefined && other !== element)
        throw new TrustError('SIGNATURE_POLICY', 'An id stands on more than one element')
      ids.set(a.value, element)
    }
    for (const child of element.children) if (typeof child === 'object' && 'children' in child) walk(child)
  }
  walk(root)
  return { ids, signatures }
}
