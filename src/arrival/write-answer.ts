import type { AnswerDocument } from '../contract/index.js'
import { signEnvelope, type AnswerAlgorithms } from '../trust/index.js'
import type { ExchangeContext } from './context.js'
import type { Exchange } from './exchange.js'

const MODERN = {
  signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
}

/** The caller's own, unless they are made with SHA-1 and that is refused: then nobody gets our name under it. */
function algorithmsFor({ trust }: ExchangeContext, { algorithms, service }: Exchange): AnswerAlgorithms {
  if (algorithms === null) return MODERN
  const isOld = Object.values(algorithms).some((uri) => uri.endsWith('sha1'))
  return isOld && (trust.sha1 === 'refused' || service?.settings.sha1 === 'refused') ? MODERN : algorithms
}

/** How long an answer says that it is fresh; as most clients say of their requests. */
const LIFETIME_MS = 300_000

/** Answers on the signed endpoint are signed, in the caller's own algorithms, 406 too: some clients read no others (wss.md §5, §8). */
export function writeAnswer(context: ExchangeContext, exchange: Exchange, answer: AnswerDocument): string {
  const wanted = exchange.service?.settings.responseSecurity ?? context.responseSecurity
  if (exchange.endpoint === 'non-signed' || wanted === 'none') return answer.write()
  const signer = context.signer(exchange.service?.settings.signingKey ?? 'current')
  const timestamp =
    wanted === 'signature+timestamp' ? { createdAt: context.clock.now(), lifetimeMs: LIFETIME_MS } : null
  try {
    return signEnvelope((security) => answer.write(security), signer, {
      algorithms: algorithmsFor(context, exchange),
      timestamp,
    })
  } catch (err) {
    // What it tells is committed: an answer without a signature is true, one that claims failure would not be.
    context.log.error({ event: 'answer.not-signed', traceId: exchange.traceId, err })
    return answer.write()
  }
}
