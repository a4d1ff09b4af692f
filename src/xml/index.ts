/**
 * XML as the gateway knows it: bytes are read once, strictly, into a small tree, and canonicalised from that tree.
 * What is digested and what is understood are the same objects (design.md D3–D5; ADR 0001). No other parser sees a request.
 */
export { canonicalize, canonicalString, type CanonicalSink } from './c14n.js'
export { toUtf8 } from './encoding.js'
export { XmlError, type XmlErrorCode } from './error.js'
export { escapeXml } from './escape.js'
export { defaultLimits, unlimited, type XmlLimits } from './limits.js'
export { readXml, type XmlDocument } from './reader.js'
export { LiftedText, XmlElement, type XmlText } from './tree.js'
