import { X509Certificate } from 'node:crypto'
import { get as getPlain } from 'node:http'
import { Agent, get as getSecure } from 'node:https'
import { checkServerIdentity } from 'node:tls'
import type { Config } from '../../config/index.js'
import { tlsSourceOf } from '../../key-sources.js'
import { loadKeyPair } from '../../keys/index.js'
import { UsageError } from '../errors.js'
import { readFile } from '../options.js'
import { ownEndpoint } from './endpoint.js'

/** Where to send, and whom to take for it; null leaves that to the CAs that Node knows. */
export interface Target {
  readonly endpoint: string
  readonly agent: Agent | null
}

/**
 * The endpoint given, or that of the gateway that runs here with the same settings, which is known by its certificate.
 * @param ca  file of the CA of the endpoint's certificate, or of that certificate itself, PEM
 */
export function targetOf(config: Config, { url, ca }: { url?: string; ca?: string }): Target {
  const endpoint = url ?? ownEndpoint(config)
  if (ca !== undefined) return { endpoint, agent: agentThatTrusts(certificatesIn(ca)) }
  const own = url === undefined ? tlsSourceOf(config) : null
  return { endpoint, agent: own === null ? null : agentThatTrusts([loadKeyPair(own).certificate]) }
}

/** A certificate that is named itself is taken under any name, as the clients that pin it do (wss.md §7). */
function agentThatTrusts(certificates: readonly X509Certificate[]): Agent {
  const pinned = new Set(certificates.map(({ fingerprint256 }) => fingerprint256))
  return new Agent({
    ca: certificates.map(String),
    allowPartialTrustChain: true,
    checkServerIdentity: (host, shown) =>
      pinned.has(shown.fingerprint256) ? undefined : checkServerIdentity(host, shown),
  })
}

function certificatesIn(file: string): X509Certificate[] {
  const pems = readFile(file)
    .toString('latin1')
    .match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g)
  try {
    if (pems !== null) return pems.map((pem) => new X509Certificate(pem))
  } catch {
    // said below
  }
  throw new UsageError(`${file} does not hold a certificate in PEM form.`)
}

/** Whether a gateway answers there. */
export function isAlive({ endpoint, agent }: Target): Promise<boolean> {
  const url = new URL('/health/live', endpoint)
  const signal = AbortSignal.timeout(5_000)
  return new Promise((resolve) => {
    const request =
      url.protocol === 'https:'
        ? getSecure(url, { signal, ...(agent !== null && { agent }) })
        : getPlain(url, { signal })
    request.once('response', (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.once('error', () => resolve(false))
  })
}
