/**
 * The sandbox: what a gateway without any configuration makes for itself under its data directory, so that two
 * commands are enough. Keys and certificates are made on the spot and belong to this folder only; production refuses
 * to start with any of it.
 */
import { generateKeyPair as generateKeyPairWithCallback, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ServiceSettings } from '../registration/index.js'
import { readCertificate } from '../trust/index.js'
import { accounts, services, type Database, type Sealer } from '../store/index.js'
import { keepOrWrite } from './files.js'
import { testPersons } from './persons.js'

export { testPersons, type TestPerson } from './persons.js'

const generateKeyPair = promisify(generateKeyPairWithCallback)

export const demoService = {
  authorityId: 'demo_ws',
  id: 'demo_ws_1',
  name: 'Demokunnan päätökset',
  authorityName: 'Demokunta',
} as const

/** Paper can be tried without an agreement with a printing provider. */
const demoSettings: ServiceSettings = {
  mayListAccounts: true,
  billing: { id: 'DEMO01', password: '0000', costCentre: null },
}

export interface SandboxFiles {
  readonly identityKeyFile: string
  readonly sealingKeyFile: string
  readonly signingKeyFile: string
  readonly signingCertificateFile: string
  /** what the pages that citizens read their mail with show, unless another one is configured */
  readonly mailboxTokenFile: string
  /** the demo authority's own key and certificate, for `send` and for trying clients */
  readonly demoKeyFile: string
  readonly demoCertificateFile: string
}

export function sandboxFiles(dataDir: string): SandboxFiles {
  const keys = join(dataDir, 'keys')
  const demo = join(dataDir, 'demo')
  return {
    identityKeyFile: join(keys, 'identity.key'),
    sealingKeyFile: join(keys, 'sealing.key'),
    signingKeyFile: join(keys, 'gateway.key.pem'),
    signingCertificateFile: join(keys, 'gateway.crt.pem'),
    mailboxTokenFile: join(keys, 'mailbox.token'),
    demoKeyFile: join(demo, 'demo.key.pem'),
    demoCertificateFile: join(demo, 'demo.crt.pem'),
  }
}

/** Makes the keys and certificates that are not there yet. */
export async function makeSandboxFiles(dataDir: string): Promise<SandboxFiles> {
  const files = sandboxFiles(dataDir)
  for (const file of [files.identityKeyFile, files.sealingKeyFile, files.mailboxTokenFile])
    keepOrWrite(file, `${randomBytes(32).toString('hex')}\n`)
  await makePair(files.signingKeyFile, files.signingCertificateFile, 'Asiointitili Gateway sandbox', 3650)
  await makePair(files.demoKeyFile, files.demoCertificateFile, 'Demokunta sandbox', 825)
  return files
}

/** Of processes that start together each certifies the key that is there in the end, so key and certificate belong together. */
async function makePair(keyFile: string, certificateFile: string, commonName: string, days: number): Promise<void> {
  if (existsSync(keyFile) && existsSync(certificateFile)) return
  if (!existsSync(keyFile)) {
    const { privateKey } = await generateKeyPair('rsa', { modulusLength: 2048 })
    keepOrWrite(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
  }
  // Loading the certificate library takes longer than most commands; a certificate is made once.
  const { certify } = await import('./certificates.js')
  keepOrWrite(certificateFile, await certify(readFileSync(keyFile, 'utf8'), commonName, days))
}

/** Registers the demo authority and the test persons; on a seeded database it changes nothing that matters. */
export async function seedSandbox(db: Database, sealer: Sealer, { demoCertificateFile }: SandboxFiles): Promise<void> {
  const pem = readFileSync(demoCertificateFile)
  const certificate = readCertificate(pem)
  await db.withTransaction(async (tx) => {
    await services.addService(tx, { ...demoService, environment: 'test', state: 'test', settings: demoSettings })
    await services.addCertificate(tx, demoService, certificate)
    for (const { id, idType, account } of testPersons) {
      if (account !== null) await accounts.openAccount(tx, sealer, { owner: id, idType, state: account })
    }
  })
}
