import type { XmlElement } from '../xml/index.js'
import { TrustError } from './errors.js'
import { WSU } from './names.js'

/**
 * Every element of a document by its id, over `wsu:Id`, `Id`, `ID` and `id` alike. A value that stands on two
 * elements is refused: which of them a signature means would be anybody's choice.
 * @throws TrustError SIGNATURE_POLICY
 */
export function indexIds(root: XmlElement): ReadonlyMap<string, XmlElement> {
  const found = new Map<string, XmlElement>()
  const walk = (element: XmlElement): void => {
    for (const a of element.attributes) {
      const isId =
        (a.local === 'Id' && (a.namespace === WSU || a.namespace === '')) ||
        (a.namespace === '' && (a.local === 'ID' || a.local === 'id'))
      if (!isId) continue
      const other = found.get(a.value)
      if (other !== undefined && other !== element)
        throw new TrustError('SIGNATURE_POLICY', 'An id stands on more than one element')
      found.set(a.value, element)
    }
    for (const child of element.children) if (typeof child === 'object' && 'children' in child) walk(child)
  }
  walk(root)
  return found
}
