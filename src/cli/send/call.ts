import { randomUUID } from 'node:crypto'
import { readAnswer, type Answer } from './answer.js'
import { isLoopback } from './endpoint.js'
import type { Target } from './trust.js'
import { CommandError } from '../errors.js'
import { soapArguments, type Letter, type LetterOperation } from './letter.js'

export interface Identity {
  readonly privateKeyPem: string
  readonly certificatePem: string
}

export interface Exchange {
  readonly answer: Answer
  readonly exchangeId: string
  readonly requestBytes: number
  readonly durationMs: number
}

const TIMEOUT_MS = 60_000

/** Results of the calls that node-soap makes of the WSDL: [result, raw answer, header, raw request]. */
type SoapCall = (args: object, options: object) => Promise<[unknown, string, unknown, string]>

/**
 * Signs and sends a letter as an authority's client does it: node-soap from the served WSDL, WS-Security over Body and
 * Timestamp, SHA-256. Each call makes a new client, because its signer keeps state.
 * @throws CommandError ENDPOINT_UNREACHABLE, ANSWER_UNREADABLE
 */
export async function sendLetter({ endpoint, agent }: Target, identity: Identity, letter: Letter): Promise<Exchange> {
  const { createClientAsync, WSSecurityCert } = await import('soap')
  const http = {
    timeout: TIMEOUT_MS,
    ...(isLoopback(endpoint) && { proxy: false }),
    ...(agent !== null && { httpsAgent: agent }),
  }
  const client = await createClientAsync(
    `${endpoint}?wsdl`,
    { disableCache: true, wsdl_options: http },
    endpoint,
  ).catch((error: unknown) => {
    throw unreachable(endpoint, error) ?? noContract(endpoint, error)
  })
  client.setSecurity(new WSSecurityCert(identity.privateKeyPem, identity.certificatePem, undefined, {}))
  const calls = client as unknown as Record<`${LetterOperation}Async`, SoapCall | undefined>
  const call = calls[`${letter.operation}Async`]
  if (call === undefined) throw noContract(endpoint)
  const exchangeId = randomUUID()
  const startedAt = performance.now()
  const outcome = await call(soapArguments(letter, { exchangeId, now: new Date() }), http).then(
    ([result]) => ({ result }),
    (error: unknown) => ({ error }),
  )
  if ('error' in outcome) {
    const lost = unreachable(endpoint, outcome.error)
    if (lost !== null) throw lost
  }
  return {
    answer: readAnswer(letter.operation, outcome, client.lastResponseHeaders),
    exchangeId,
    requestBytes: Buffer.byteLength(client.lastRequest ?? ''),
    durationMs: performance.now() - startedAt,
  }
}

/** null when the other side did answer */
function unreachable(endpoint: string, error: unknown): CommandError | null {
  const { code, response } = error as { code?: string; response?: unknown }
  if (code === undefined || response !== undefined) return null
  if (/CERT|SIGNATURE/.test(code)) {
    return new CommandError(
      'ENDPOINT_UNREACHABLE',
      `${endpoint} shows a certificate that is not trusted here (${code}). Give the certificate, or that of its CA, with --ca.`,
      { cause: error },
    )
  }
  return new CommandError(
    'ENDPOINT_UNREACHABLE',
    `Nothing answers at ${endpoint} (${code}). Start the gateway in another terminal with: npm start\n` +
      'If it runs somewhere else, say where with --url, or with PORT if only the port differs.',
    { cause: error },
  )
}

function noContract(endpoint: string, cause?: unknown): CommandError {
  return new CommandError(
    'ANSWER_UNREADABLE',
    `${endpoint}?wsdl does not give the contract of this interface. Check the address; another program may be listening there.`,
    { cause },
  )
}
