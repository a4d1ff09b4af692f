import { listElements, parseMarkup } from './markup.mjs'

/** What is known to have confused somebody once; the rest of the vocabulary is taken from the honest requests. */
const NAMES = ['Id', 'ID', 'id', 'wsu:Id', 'xml:id', 'xmlns', 'xmlns:', 'xmlnsfoo', 'xml', 'xml:space', 'constructor']
const ATTRIBUTES = ['actor', 'mustUnderstand', 'encodingStyle', 'Type', 'URI', 'Algorithm', 'PrefixList', 'href']
const NAMESPACES = [
  'http://www.w3.org/XML/1998/namespace',
  'http://www.w3.org/2000/xmlns/',
  'http://www.w3.org/2003/05/soap-envelope',
]
const VALUES = [
  '',
  '#',
  '#default',
  '##',
  '#xpointer(/)',
  "#xpointer(id('_0'))",
  ...NAMESPACES,
  'http://schemas.xmlsoap.org/soap/actor/next',
  'http://www.w3.org/2000/09/xmldsig#hmac-sha1',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-md5',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
  'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256',
  'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
  'http://www.w3.org/2001/04/xmlenc#sha512',
  'http://www.w3.org/2001/04/xmldsig-more#sha384',
  'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
  'http://www.w3.org/2001/10/xml-exc-c14n#WithComments',
  'http://www.w3.org/2006/12/xml-c14n11',
  'http://www.w3.org/TR/1999/REC-xslt-19991116',
  'http://www.w3.org/TR/1999/REC-xpath-19991116',
  'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
  'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#STR-Transform',
  'constructor',
  '__proto__',
  '1',
  'true',
]
/** Texts that stand for themselves wherever they are put. */
const TOKENS = [
  '<!---->',
  '<!-- x -->',
  '<![CDATA[]]>',
  '<![CDATA[x]]>',
  ']]>',
  '<?x y?>',
  '<!DOCTYPE a [<!ENTITY b "c">]>',
  '<?xml version="1.0"?>',
  '<?xml version="1.0" encoding="ISO-8859-1"?>',
  '<?xml version="1.1"?>',
  '&#13;',
  '&#xD;',
  '&#10;',
  '&#9;',
  '&#0;',
  '&#x1;',
  '&#xFFFE;',
  '&#xD800;',
  '&#x10FFFF;',
  '&#128512;',
  '&amp;',
  '&lt;',
  '&gt;',
  '&quot;',
  '&b;',
  '&',
  '\r',
  '\r\n',
  '\t',
  '\u0000',
  '\u0001',
  '\u0085',
  '\u2028',
  '\ufeff',
  '\ufffe',
  'e\u0301',
  'Å',
  '\u{1f600}',
  ' xmlns=""',
  ' xmlns="urn:x"',
  ' xmlns:a="urn:x"',
  '=',
  '/>',
  '>',
  '<',
  '<a>',
  '</a>',
]

/** Names, attribute names and values, prefixes and namespaces of the documents, and the hostile ones above. */
export function wordsOf(documents) {
  const elements = documents.flatMap((text) => listElements(parseMarkup(text)).map(({ node }) => node))
  const attributes = elements.flatMap((node) => node.attributes)
  const declarations = attributes.filter(({ name }) => name.startsWith('xmlns'))
  return {
    names: unique(elements.map(({ name }) => name)),
    attributes: unique([...attributes.map(({ name }) => name), ...NAMES, ...ATTRIBUTES]),
    values: unique([...attributes.map(({ value }) => value).filter((value) => value.length < 200), ...VALUES]),
    prefixes: unique([...declarations.map(({ name }) => name.slice(6)), 'a', 'xml', 'xmlns', '']),
    namespaces: unique([...declarations.map(({ value }) => value), 'urn:x', '', ...NAMESPACES]),
    bindings: new Map(
      declarations.map(({ name, value }) => [name.slice(6), value]).filter(([prefix]) => prefix !== ''),
    ),
    tokens: TOKENS,
  }
}

const unique = (list) => [...new Set(list)]
