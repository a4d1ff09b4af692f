import { readCertificate, readEnvelope, refuseUnknownHeaders, verify } from '../../../src/trust/index.js'
import { registeredForSender, type Keys } from './keys.js'

const policy = {
  clockSkewMs: 300_000,
  maxMessageAgeMs: 900_000,
  maxTimestampLifetimeMs: 900_000,
  sha1: 'allowed',
  revocation: 'off',
} as const

/** The gateway's trust, with the certificates of the corpus registered as they would be; made once for many requests. */
export function createJudge({ now, keys }: { now: Date; keys: Keys }) {
  const names = [...registeredForSender, 'neighbour'] as const
  const registered = names.map((name) => ({ certificate: readCertificate(keys[name].certificatePem) }))
  const registry = {
    findCertificate: (fingerprint: string) =>
      Promise.resolve(registered.find(({ certificate }) => certificate.fingerprint === fingerprint) ?? null),
    listCertificates: () => Promise.resolve(registered),
  }
  return {
    /** DER of every registered certificate */
    registered: names.map((name) => keys[name].certificateDer),
    verify: (message: string | Buffer, charset: string | null = 'utf-8') => {
      const envelope = readEnvelope(Buffer.from(message as string), charset)
      refuseUnknownHeaders(envelope)
      return verify(envelope, { now, policy, registry })
    },
  }
}

export type Judge = ReturnType<typeof createJudge>
