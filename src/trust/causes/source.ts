import { readXml, unlimited, XmlElement } from '../../xml/index.js'
import { canonicalWithin } from './canonical-text.js'

const OPEN = '\ue000'
const CLOSE = '\ue001'

/**
 * The canonical form with the comments that our reader left out. The document is read once more, its comments turned
 * into marked texts; only to find a cause, never to decide anything.
 */
export function withComments(
  utf8: Buffer,
  element: XmlElement,
  { prefixes, limit }: { prefixes: readonly string[]; limit: number },
): string | null {
  if (!utf8.includes('<!--') || utf8.length > limit) return null
  const text = utf8.toString('utf8')
  const start = text.search(/<[^!?\s]/)
  const end = text.lastIndexOf('</')
  if (start < 0 || text.includes(OPEN)) return null
  const marked = text
    .slice(start, end)
    .replace(/<!\[CDATA\[[^]*?\]\]>|<!--([^]*?)-->/g, (whole, comment?: string) =>
      comment === undefined ? whole : `${OPEN}<![CDATA[${comment}]]>${CLOSE}`,
    )
  const { root } = readXml(Buffer.from(marked + text.slice(end)), unlimited)
  const same = pathOf(element).reduce<XmlElement | undefined>((at, index) => at?.elements()[index], root)
  const canonical = same === undefined ? null : canonicalWithin(same, prefixes, limit)
  return (
    canonical?.replace(/\ue000([^\ue001]*)\ue001/g, (_whole, comment: string) => `<!--${unescaped(comment)}-->`) ?? null
  )
}

/** Places among the child elements from the root down. */
function pathOf(element: XmlElement): number[] {
  const { parent } = element
  return parent === null ? [] : [...pathOf(parent), parent.elements().indexOf(element)]
}

const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&#xD;', '\r').replaceAll('&amp;', '&')

/** An element as it stands in the message, character by character; null when it cannot be told where it begins and ends. */
export function asWritten(utf8: Buffer, { name }: XmlElement, limit: number): string | null {
  if (utf8.length > limit) return null
  const text = utf8.toString('utf8')
  const start = new RegExp(`<${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}[\\s/>]`).exec(text)?.index
  const last = text.lastIndexOf(`</${name}`)
  const end = text.indexOf('>', last) + 1
  return start === undefined || last < start || end === 0 ? null : text.slice(start, end)
}
