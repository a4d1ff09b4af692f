import { X509Certificate } from 'node:crypto'
import type { PushHead, PushOperation, PushVerdict } from '../contract/index.js'
import { judgePushAnswer } from '../contract/index.js'
import type { Environment, ReturnChannel } from '../registration/index.js'
import { charsetOf, type Signer } from '../trust/index.js'
import { createGuard, type ResolveAll } from './guard.js'
import { post } from './post.js'
import { callSoap } from './soap-client.js'

/** What calling depends on besides the service's own settings. */
export interface Calling {
  /** a sandbox calls without TLS, and its networks are open to every service */
  readonly mode: 'production' | 'sandbox'
  /** our networks that return channels may be in; in production only those of services whose settings name theirs */
  readonly networks: readonly string[]
  /** shown to servers that ask who is calling; null shows nothing */
  readonly identity: () => { readonly key: string; readonly cert: string } | null
  readonly now: () => Date
  /** the system's resolver when missing */
  readonly lookup?: ResolveAll
}

export interface Push {
  readonly operation: PushOperation
  /** whose messages it is about: artificial persons' on the test side */
  readonly environment: Environment
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
  calling: Calling,
  channel: ReturnChannel,
  signer: Signer,
  push: Push,
  signal: AbortSignal,
): Promise<Called> {
  const { identity, now } = calling
  const { operation, head, encode } = push
  const { generation, signature: hash = 'sha256' } = channel
  const guard = guardOf(calling, channel, push)
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

/** An authority chooses its address by itself: what it opens among our networks is what an operator has named for it. */
function guardOf({ mode, networks, lookup }: Calling, { url, networks: only }: ReturnChannel, { environment }: Push) {
  const isSandbox = mode === 'sandbox'
  const isHttp = URL.canParse(url) && new URL(url).protocol === 'http:'
  return createGuard({
    allowed: isSandbox || only !== undefined ? networks : [],
    only,
    isPlain: !isSandbox && environment === 'production' && isHttp,
    ...(lookup !== undefined && { lookup }),
  })
}

/** The name that the authority finds in the certificate (paluukanava.md §6); null when it has none. */
function commonNameOf({ certificate }: Signer): string | null {
  const { CN: name } = new X509Certificate(certificate).toLegacyObject().subject as { CN?: string | string[] }
  return (Array.isArray(name) ? name[0] : name) ?? null
}
