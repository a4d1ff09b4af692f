/** Bounds on a document, checked while it is read, so that an over-large one costs no more than its allowed part. */
export interface XmlLimits {
  readonly depth: number
  readonly elements: number
  /** attributes and namespace declarations of one element */
  readonly attributesPerElement: number
  /** attributes and namespace declarations of the whole document */
  readonly attributes: number
  /** namespace declarations in scope at one element */
  readonly namespacesInScope: number
  readonly comments: number
  /** CDATA sections */
  readonly sections: number
  /** character and entity references of the whole document */
  readonly references: number
  /** characters of one name, prefix included */
  readonly nameLength: number
  /** characters of one attribute value or namespace name, as written */
  readonly valueLength: number
}

/** For documents of our own making, whose size is what their readers asked for. */
export const unlimited: XmlLimits = {
  depth: Infinity,
  elements: Infinity,
  attributesPerElement: Infinity,
  attributes: Infinity,
  namespacesInScope: Infinity,
  comments: Infinity,
  sections: Infinity,
  references: Infinity,
  nameLength: Infinity,
  valueLength: Infinity,
}

/**
 * Ten times what the largest request of a real client needs (HaeAsiakkaita with 10,000 ids: 10,020 elements; etp writes
 * each letter outside ASCII as a reference: 50,000 in a text of a megabyte).
 */
export const defaultLimits: XmlLimits = {
  depth: 64,
  elements: 100_000,
  attributesPerElement: 64,
  attributes: 100_000,
  namespacesInScope: 128,
  comments: 1_000,
  sections: 10_000,
  references: 200_000,
  nameLength: 256,
  valueLength: 16_384,
}
