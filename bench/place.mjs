import { randomUUID } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { requestMaker, sizes } from './request.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
/** Different requests that verification takes in turn; a few are enough where each is large. */
const POOL_BYTES = 28_000_000
const POOL_MOST = 100

/**
 * A temporary folder with all that one run needs: the built code as it is now, so that a build meanwhile changes nothing,
 * the sandbox's keys, the gateway's data, and signed requests in files.
 */
export async function makePlace(parent) {
  const folder = mkdtempSync(join(parent, 'asiointitili-bench-'))
  try {
    return await fill(folder)
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

async function fill(folder) {
  const { files } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  for (const name of ['package.json', ...files]) cpSync(join(root, name), join(folder, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const [dist, dataDir] = [join(folder, 'dist'), join(folder, 'data')]
  const { makeSandboxFiles } = await import(pathToFileURL(join(dist, 'sandbox', 'index.js')).href)
  const { demoKeyFile, demoCertificateFile } = await makeSandboxFiles(dataDir)
  const stranger = await makeSandboxFiles(join(folder, 'stranger'))
  const identity = {
    privateKey: readFileSync(demoKeyFile),
    certificate: readFileSync(demoCertificateFile, 'utf8'),
    otherCertificate: readFileSync(stranger.demoCertificateFile, 'utf8'),
  }
  const makers = new Map(sizes.map(({ name, bytes }) => [name, requestMaker(identity, bytes)]))
  const maker = (name) => makers.get(name)
  return {
    dist,
    dataDir,
    identity,
    keyFile: demoKeyFile,
    certificateFile: demoCertificateFile,
    maker,
    bytesOf: ({ name }) => maker(name)().length,
    requestFiles: (size, count) => writeRequests(join(folder, 'requests'), maker(size.name), count ?? poolOf(size)),
    /** A file of these bytes, and its end. */
    keep: (bytes) => writeRequests(join(folder, 'requests'), () => bytes, 1)[0],
    forget: (file) => rmSync(file),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

const poolOf = ({ bytes }) => Math.max(2, Math.min(POOL_MOST, Math.floor(POOL_BYTES / bytes)))

/** Made anew each time: a Timestamp is good for a quarter of an hour only. */
function writeRequests(folder, make, count) {
  mkdirSync(folder, { recursive: true })
  return Array.from({ length: count }, () => {
    const file = join(folder, `${randomUUID()}.xml`)
    writeFileSync(file, make())
    return file
  })
}
