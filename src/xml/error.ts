import { SenderError } from '../errors.js'

/**
 * Why a document was not read. XML_MALFORMED: not well-formed. XML_FORBIDDEN: well-formed, but holds what SOAP 1.1
 * forbids (DOCTYPE, processing instruction) or what canonicalisation cannot carry safely. XML_TOO_COMPLEX: over a
 * bound of `limits.ts`. XML_ENCODING: not UTF-8, UTF-16 with BOM, or a declared Latin-1/Windows-1252.
 */
export type XmlErrorCode = 'XML_MALFORMED' | 'XML_FORBIDDEN' | 'XML_TOO_COMPLEX' | 'XML_ENCODING'

/** A refused document; `line` and `column` count from 1 in the document as it was read. */
export class XmlError extends SenderError<XmlErrorCode> {
  readonly line: number | null
  readonly column: number | null
  constructor(code: XmlErrorCode, message: string, at?: { line: number; column: number }) {
    super(code, at ? `${message} (line ${at.line}, column ${at.column})` : message)
    this.line = at?.line ?? null
    this.column = at?.column ?? null
  }
}
