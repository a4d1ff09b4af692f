import { NOTHING_BEHIND, type CauseTexts } from './text.js'

/** Signed parts that are not what was signed. */
export const partTexts = {
  'reindented-after-signing': {
    title: 'White space between elements was changed after signing.',
    meaning: ['The signed form was {signed}; what arrived is {arrived}.', 'It was indented by: {indent}, {lineEnd}.'],
    todo: [
      NOTHING_BEHIND,
      'CXF: no "indent" or pretty-printing out-interceptor behind WSS4JOutInterceptor. Spring-WS: no formatting Transformer.',
      '.NET: load and keep the document with PreserveWhitespace = true. node-soap, zeep: send the signed string as it is.',
    ],
  },
  'line-endings-changed': {
    title: 'Line ends in texts were changed after signing.',
    meaning: ['The signed line ends were {signed}; what arrived is {arrived}.'],
    todo: [
      'Turn CRLF into LF in all texts before signing: XML cannot carry a CR that is not written as &#xD;.',
      'node-soap, .NET: texts from forms and Windows files have CRLF. Normalise them where they enter.',
      NOTHING_BEHIND,
    ],
  },
  'namespace-declaration-moved': {
    title: 'Namespace declarations stood elsewhere when the part was signed.',
    meaning: [
      'Prefixes: {prefixes}. Signed: {signed}. Arrived: {arrived}.',
      'Prefixes of a PrefixList are part of what is signed wherever they are declared, used or not.',
    ],
    todo: [
      NOTHING_BEHIND,
      'WSS4J (CXF, Spring-WS): set addInclusivePrefixes to false, and declarations matter only where they are used.',
      'DOM clients: create elements with createElementNS, never with createElement, so that what is signed is what is written.',
    ],
  },
  'wrong-canonicalisation': {
    title: 'The client digested another canonical form than its SignedInfo says.',
    meaning: ['What it really did: {done}.', 'Its PrefixList would have been: {prefixList}.'],
    todo: [
      'Canonicalise with http://www.w3.org/2001/10/xml-exc-c14n#, and with the very PrefixList that is written in SignedInfo.',
      "Use the library's own signing (WSS4J, SignedXml, xmlsec) instead of digesting strings.",
    ],
  },
  'byte-order-mark': {
    title: 'A byte order mark (U+FEFF) stands where none may.',
    meaning: ['Signed: {signed}.', 'Found {count}, at: {at}.'],
    todo: [
      'Read files and templates as UTF-8 without a byte order mark before their text is put into the message.',
      '.NET: new UTF8Encoding(false). PowerShell: -Encoding utf8NoBOM. Java: strip U+FEFF after reading.',
    ],
  },
  'text-encoding-changed': {
    title: 'Characters in texts were changed after signing.',
    meaning: ['What was signed: {signed}.', 'Characters that were lost on the way (U+FFFD): {count}.'],
    todo: [
      'Handle the message as bytes from signing to sending; name one character set, UTF-8, wherever it is turned into text.',
      'Do not escape, trim or normalise texts after signing. Java: getBytes(StandardCharsets.UTF_8), never getBytes().',
    ],
  },
  'digest-of-other-part': {
    title: 'The digest belongs to something else than the element that the reference names.',
    meaning: ['It is the digest of: {digestOf}.'],
    todo: ['Digest the whole element with the id, its own tags included: <Body> itself, not what stands in it.'],
  },
  'digest-mislabelled': {
    title: 'The digest is right, and is not what SignedInfo says it is.',
    meaning: ['DigestMethod says {stated}; it was made with {used}.', 'It is written as: {writtenAs}.'],
    todo: ['Name in DigestMethod the hash that is used, and write its octets in base64.'],
  },
  'signed-before-change': {
    title: 'A part is not what was signed; what changed it could not be found out.',
    meaning: [
      'Key, certificate and SignedInfo are right: the signature is genuine.',
      'None of the usual changes (white space, line ends, namespaces, character sets, canonicalisation) explains the digest.',
    ],
    todo: [
      NOTHING_BEHIND,
      'Save the bytes that are sent (a proxy, or the log of the HTTP client) and run explain on the file with --canonical.',
      "Compare with the signer's own canonical form; WSS4J and .NET write it to their debug log.",
    ],
  },
} as const satisfies CauseTexts
