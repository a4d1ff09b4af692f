import { ParseOption, XmlC14NMode, XmlDocument, XmlElement } from 'libxml2-wasm'

/**
 * Exclusive canonical form of the first element that an XPath finds, by libxml2: the independent judge of our own
 * canonicalisation. An empty list of prefixes is passed as no list.
 */
export function libxml2Canonical(
  xml: string | Buffer,
  xpath: string,
  inclusivePrefixes: readonly string[] = [],
): string {
  // Namespace names that are no URIs are none of canonicalisation's business; what is malformed still throws.
  const options = { option: ParseOption.XML_PARSE_HUGE | ParseOption.XML_PARSE_NOERROR }
  const document = typeof xml === 'string' ? XmlDocument.fromString(xml, options) : XmlDocument.fromBuffer(xml, options)
  try {
    const node = document.get(xpath)
    if (!(node instanceof XmlElement)) throw new Error('the XPath finds no element')
    return node.canonicalizeToString({
      mode: XmlC14NMode.XML_C14N_EXCLUSIVE_1_0,
      withComments: false,
      ...(inclusivePrefixes.length > 0 ? { inclusiveNamespacePrefixes: [...inclusivePrefixes] } : {}),
    })
  } finally {
    document.dispose()
  }
}
