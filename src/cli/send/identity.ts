import { existsSync } from 'node:fs'
import { X509Certificate } from 'node:crypto'
import type { Config } from '../../config/index.js'
import { sandboxFiles } from '../../sandbox/index.js'
import { loadSigner } from '../../keys/index.js'
import { CommandError, UsageError } from '../errors.js'
import type { Identity } from './call.js'

/** Key and certificate to sign with: the files given, otherwise the sandbox's demo authority's. */
export function loadIdentity(config: Config, files: { key?: string; certificate?: string }): Identity {
  const { key, certificate } = files.key === undefined && files.certificate === undefined ? demoFiles(config) : files
  if (key === undefined || certificate === undefined)
    throw new UsageError(
      '--key and --certificate belong together: give both, or neither to sign as the demo authority.',
    )
  const signer = loadSigner(key, certificate)
  if (signer.privateKey.asymmetricKeyType !== 'rsa')
    throw new UsageError(`The key in ${key} is not an RSA key; send signs with RSA keys only.`)
  return {
    privateKeyPem: signer.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificatePem: new X509Certificate(signer.certificate).toString(),
  }
}

function demoFiles({ mode, dataDir }: Config): { key: string; certificate: string } {
  if (mode === 'production')
    throw new UsageError('In production there is no demo authority: give --key and --certificate.')
  const { demoKeyFile: key, demoCertificateFile: certificate } = sandboxFiles(dataDir)
  if (!existsSync(key) || !existsSync(certificate)) {
    throw new CommandError(
      'NOT_HERE',
      `The demo authority has no key in ${dataDir} yet. Start the gateway once with: npm start\n` +
        'If it keeps its files elsewhere, say where with ASTI_DATA_DIR; or give --key and --certificate.',
    )
  }
  return { key, certificate }
}
