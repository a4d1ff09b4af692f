import { createHash } from 'node:crypto'
import { makeIdentity, type Identity } from './keys.js'

const SERIAL = '7a5b3c1d'

/**
 * A certificate whose serial number is negative. The generator writes none, so it is written into a finished one, whose
 * signature by itself nobody asks for.
 */
export async function negativeIdentity(commonName: string): Promise<{ identity: Identity; serial: string }> {
  const identity = await makeIdentity({ commonName, serialNumber: SERIAL })
  const certificateDer = Buffer.from(identity.certificateDer)
  const at = certificateDer.indexOf(Buffer.from(`0204${SERIAL}`, 'hex')) + 2
  certificateDer[at]! ^= 0x80
  const lines = certificateDer.toString('base64').replace(/(.{64})(?!$)/g, '$1\n')
  return {
    identity: {
      ...identity,
      certificateDer,
      certificatePem: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
      fingerprintSha256: createHash('sha256').update(certificateDer).digest('hex'),
    },
    serial: String(certificateDer.readInt32BE(at)),
  }
}
