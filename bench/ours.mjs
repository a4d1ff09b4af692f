import { pathToFileURL } from 'node:url'
import { join } from 'node:path'

/** The gateway's own way, from the built code in `dist`: read, verify, bind. Its policy is the one of the defaults. */
export async function createOurs(certificatePem, dist) {
  const { readEnvelope, decodeCommand, verifyEnvelope } = await loadVerification(certificatePem, dist)
  return async (raw) => decodeCommand((await verifyEnvelope(readEnvelope(raw, 'utf-8'))).payload)
}

/**
 * What the endpoint does with a request until it knows who sent it, in its order.
 * @returns judge(raw), which resolves to the code of the refusal, or to 'accepted'
 */
export async function createGate(certificatePem, dist) {
  const trust = await loadVerification(certificatePem, dist)
  return async (raw) => {
    try {
      const envelope = trust.readEnvelope(raw, 'utf-8')
      trust.operationOf(envelope.payload, 'authority')
      trust.decodeParty(envelope.payload)
      trust.refuseUnknownHeaders(envelope)
      await trust.verifyEnvelope(envelope)
      return 'accepted'
    } catch (error) {
      if (typeof error.code !== 'string') throw error
      return error.code
    }
  }
}

async function loadVerification(certificatePem, dist) {
  const load = (path) => import(pathToFileURL(join(dist, path)).href)
  const { readEnvelope, refuseUnknownHeaders, readCertificate, verify } = await load('trust/index.js')
  const { decodeCommand, decodeParty, operationOf } = await load('contract/index.js')
  const { loadConfig } = await load('config/index.js')
  const policy = loadConfig({})
  const owner = { certificate: readCertificate(certificatePem) }
  const registry = {
    findCertificate: (fingerprint) => Promise.resolve(fingerprint === owner.certificate.fingerprint ? owner : null),
    listCertificates: () => Promise.resolve([owner]),
  }
  const verifyEnvelope = (envelope) => verify(envelope, { now: new Date(), policy, registry })
  return { readEnvelope, refuseUnknownHeaders, decodeCommand, decodeParty, operationOf, verifyEnvelope }
}
