import { attachmentTypes } from '../attachment-types.js'
import type { Setting } from '../setting.js'

export const contract = [
  {
    env: 'ASTI_RESPONSE_SECURITY',
    key: 'responseSecurity',
    group: 'Contract',
    kind: 'choice',
    values: ['signature', 'signature+timestamp', 'none'],
    default: 'signature',
    description: 'What is signed in answers: the Body, a Timestamp too, or nothing; a service may have its own setting',
  },
  {
    env: 'ASTI_NON_SIGNED',
    key: 'nonSigned',
    group: 'Contract',
    kind: 'choice',
    values: ['off', 'proven', 'anyone'],
    sandboxValues: ['anyone'],
    default: 'off',
    description:
      'Who may use the unsigned endpoint: services whose connection proves who calls, or anyone (sandbox only)',
  },
  {
    env: 'ASTI_ENVIRONMENTS',
    key: 'environments',
    group: 'Contract',
    kind: 'choice',
    values: ['both', 'test', 'production'],
    default: 'test',
    productionDefault: 'both',
    description: 'Which services are served: those that act in test, those in production, or both',
  },
  {
    env: 'ASTI_JOINING',
    key: 'joining',
    group: 'Contract',
    kind: 'choice',
    values: ['code', 'free'],
    sandboxValues: ['free'],
    default: 'free',
    productionDefault: 'code',
    description: 'Who may register a service over SOAP: holders of a joining code, or anybody (sandbox only)',
  },
  {
    env: 'ASTI_REFERENCE_MISSING',
    key: 'referenceMissing',
    group: 'Contract',
    kind: 'choice',
    values: ['accept', 'refuse'],
    default: 'accept',
    description:
      "What happens to an item without the authority's own reference; accepted ones cannot be told from a repeat",
  },
  {
    env: 'ASTI_UNKNOWN_THREAD',
    key: 'unknownThread',
    group: 'Contract',
    kind: 'choice',
    values: ['refuse', 'ignore'],
    default: 'refuse',
    description: 'What happens to an item that answers a message the gateway does not know',
  },
  {
    env: 'ASTI_ATTACHMENT_TYPES',
    key: 'attachmentTypes',
    group: 'Contract',
    kind: 'mediaTypes',
    default: attachmentTypes,
    description: 'File types that are accepted; text/url is a link',
  },
] as const satisfies readonly Setting[]
