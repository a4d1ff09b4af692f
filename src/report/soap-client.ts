import type { IHttpClient } from 'soap'
import {
  encodeRoutingHeader,
  pushDescription,
  pushNames,
  type Generation,
  type PushOperation,
} from '../contract/index.js'
import { signEnvelope, signingAlgorithms, type SecurityParts, type Signer } from '../trust/index.js'

/** How a request is signed; null leaves it as it is. */
export type Signing = { readonly signer: Signer; readonly hash: 'sha256' | 'sha1'; readonly now: Date } | null

export interface SoapCall<Answer> {
  readonly generation: Generation
  readonly operation: PushOperation
  /** the element of the Body */
  readonly payload: string
  readonly url: string
  /** names the address in a header too */
  readonly withRoutingHeader: boolean
  readonly signing: Signing
  /** carries the envelope over */
  readonly send: (envelope: string, headers: Readonly<Record<string, string | number>>) => Promise<Answer>
}

/** wss.md §5: old policies wanted 60 s, clocks differ */
const LIFETIME_MS = 300_000

/**
 * Calls an operation with node-soap, made of our own service description: it chooses SOAPAction and envelope. The
 * element of the Body is written by `contract`, because node-soap's writer lets text that looks like CDATA through as
 * markup; the envelope is signed by `trust`; and the answer comes back as bytes, to be read by our own bounded reader.
 */
export async function callSoap<Answer>(call: SoapCall<Answer>): Promise<Answer> {
  // Loaded with the first report: it takes longer than everything else that starts.
  const { createClientAsync } = await import('soap')
  const { generation, operation, payload, url, withRoutingHeader, signing, send } = call
  let settle: (answer: Promise<Answer>) => void
  const answered = new Promise<Answer>((resolve) => (settle = resolve))
  const httpClient = {
    request: (_url: string, envelope: string, _callback: unknown, headers: Record<string, string | number>) =>
      settle(send(envelope, headers)),
  }
  // The description is parsed once: node-soap keeps what it has made of it.
  const client = await createClientAsync(
    pushDescription(generation),
    { httpClient: httpClient as unknown as IHttpClient },
    url,
  )
  if (withRoutingHeader) client.addSoapHeader(encodeRoutingHeader(url))
  if (signing !== null)
    client.setSecurity({ postProcess: (envelope, prefix) => sign(String(envelope), String(prefix), signing) })
  const method = client[pushNames[operation]] as (args: object, callback: () => void) => void
  method({ _xml: payload }, () => undefined)
  return answered
}

/** Body and Timestamp, the token with them; nothing must be understood. */
function sign(envelope: string, prefix: string, { signer, hash, now }: NonNullable<Signing>): string {
  const [header, body] = [`</${prefix}:Header>`, `<${prefix}:Body>`]
  // The first of each is the envelope's own: what stands before them is written by node-soap and by us.
  const write = (security: SecurityParts): string =>
    envelope
      .replace(header, () => `${security.header}${header}`)
      .replace(body, () => `<${prefix}:Body${security.bodyAttributes}>`)
  return signEnvelope(write, signer, {
    algorithms: signingAlgorithms[hash],
    timestamp: { createdAt: now, lifetimeMs: LIFETIME_MS },
  })
}
