import { createPrivateKey } from 'node:crypto'
import type { Signer } from '../../src/trust/index.js'
import type { Identity } from './keys.js'

/** A key of the tests in the form in which the gateway holds its own. */
export const signerOf = ({ privateKeyPem, certificateDer }: Identity): Signer => ({
  privateKey: createPrivateKey(privateKeyPem),
  certificate: certificateDer,
})
