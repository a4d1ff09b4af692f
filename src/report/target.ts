import { X509Certificate } from 'node:crypto'
import type { PushHead, PushOperation, PushVerdict } from '../contract/index.js'
import { judgePushAnswer } from '../contract/index.js'
import type { ReturnChannel } from '../registration/index.js'
import { charsetOf, type Signer } from '../trust/index.js'
import { createGuard, type ResolveAll } from './guard.js'
import { post } from './post.js'
import { callSoap } from './soap-client.js'

/** What calling depends on besides the service's own settings. */
export interface Calling {
  /** our networks that return channels may be in */
  readonly networks: readonly string[]
  /** shown to servers that ask who is calling; null shows nothing */
  readonly identity: () => { readonly key: string; readonly cert: string } | null
  readonly now: () => Date
  /** the system's resolver when missing */
  readonly lookup?: ResolveAll
}

export interface Push {
  readonly operation: PushOperation
  readonly head: Omit<PushHead, 'generation' | 'commonName'>
  readonly encode: (head: PushHead) => string
}

/** A verdict, and what the carrier said besides. */
export interface Called extends PushVerdict {
  readonly httpStatus: number
  readonly retryAfterMs: number | null
}

/**
 * Makes one request at an authority's return channel and reads its answer.
 * @throws TargetForbidden, AnswerTooLarge; whatever breaks a connection
 */
export async function callTarget(
  { networks, identity, now, lookup }: Calling,
  channel: ReturnChannel,
  signer: Signer,
  { operation, head, encode }: Push,
  signal: AbortSignal,
): Promise<Called> {
  const { generation, signature: hash = 'sha256' } = channel
  const guard = createGuard({ allowed: networks, only: channel.networks, ...(lookup !== undefined && { lookup }) })
  const url = guard.check(channel.url)
  const isSigned = hash !== 'none'
  const answer = await callSoap({
    ...{ generation, operation, url: channel.url, withRoutingHeader: channel.routingHeader === true },
    payload: encode({ ...head, generation, commonName: isSigned ? commonNameOf(signer) : null }),
    signing: isSigned ? { signer, hash, now: now() } : null,
    send: (body, headers) =>
      post(url, { headers, body, lookup: guard.lookup, ca: channel.ca, identity: identity(), signal }),
  })
  const { httpStatus, retryAfterMs, body } = answer
  const verdict = judgePushAnswer(operation, { httpStatus, charset: charsetOf(answer.contentType), body })
  return { ...verdict, httpStatus, retryAfterMs }
}

/** The name that the authority finds in the certificate (paluukanava.md §6); null when it has none. */
function commonNameOf({ certificate }: Signer): string | null {
  const { CN: name } = new X509Certificate(certificate).toLegacyObject().subject as { CN?: string | string[] }
  return (Array.isArray(name) ? name[0] : name) ?? null
}
