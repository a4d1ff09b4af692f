import { createHash } from 'node:crypto'
import { callerProofs } from '../store/index.js'
import type { Caller } from './caller.js'
import type { Context } from './context.js'

/** What a connection shows of who calls; nothing of it is in the message. */
export interface Connection {
  /** where the caller is, an IP address */
  readonly address: string | null
  /** SHA-256 of the TLS client certificate, lower-case hex */
  readonly clientCertificate: string | null
  /** as sent; a secret */
  readonly apiKey: string | null
}

/** API keys are random and long, so their plain hash tells nothing. */
export const hashApiKey = (key: string): Buffer => createHash('sha256').update(key, 'utf8').digest()

/** The services that a connection may speak for, and the kinds of proof that it brought. */
export async function findCallers(
  { db }: Pick<Context, 'db'>,
  { address, clientCertificate, apiKey }: Connection,
): Promise<{ caller: Caller; proofs: readonly string[] }> {
  const proven = await callerProofs.findProven(db, {
    address,
    certificateHash: clientCertificate === null ? null : Buffer.from(clientCertificate, 'hex'),
    apiKeyHash: apiKey === null ? null : hashApiKey(apiKey),
  })
  return {
    caller: { kind: 'connection', services: proven.map(({ service }) => service) },
    proofs: [...new Set(proven.map(({ kind }) => kind))],
  }
}
