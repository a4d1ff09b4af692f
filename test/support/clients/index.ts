/**
 * Requests as the known authority clients really send them, and readers as strict as those clients (clients.md §2–§4).
 * Independent of the gateway: XML is read and canonicalised with libxml2, signatures are made with node:crypto. Loop over
 * `clients`, `build` in each of its `layouts`, post with `postAsClient`, read with `readAnswer`, conclude with `judge`.
 */
export { clients, clientNamed } from './table.js'
export { postAsClient } from './post.js'
export { artificialBusinessId, artificialIdentityCode, examplePdf, exampleRequest } from './examples.js'
export { readByNamespace } from './readers/by-namespace.js'
export { readByPrefixedPath } from './readers/prefixed-path.js'
export { readThreeChildren } from './readers/three-children.js'
export { checkSignedAnswer } from './readers/signed-answer.js'
export { checkWireRules, type Expected, type WireAnswer } from './readers/wire-rules.js'
export { verifySigned, type Verified } from './wss/verify.js'
export { DUPLICATE_SENTENCE } from './verdicts.js'
export { INTERNAL_PATH, NS, SIGNED_PATH, UNSIGNED_PATH } from './namespaces.js'
export { Unreadable } from './types.js'
export type * from './types.js'
