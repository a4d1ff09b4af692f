import { pathToFileURL } from 'node:url'
import { join } from 'node:path'

/** The gateway's own way, from the built code in `dist`: read, verify, bind. Its policy is the one of the defaults. */
export async function createOurs(certificatePem, dist) {
  const load = (path) => import(pathToFileURL(join(dist, path)).href)
  const { readEnvelope, readCertificate, verify } = await load('trust/index.js')
  const { decodeCommand } = await load('contract/index.js')
  const { loadConfig } = await load('config/index.js')
  const policy = loadConfig({})
  const owner = { certificate: readCertificate(certificatePem) }
  const findCertificate = (fingerprint) => Promise.resolve(fingerprint === owner.certificate.fingerprint ? owner : null)
  return async (raw) => {
    const verified = await verify(readEnvelope(raw, 'utf-8'), { now: new Date(), policy, findCertificate })
    return decodeCommand(verified.payload)
  }
}
