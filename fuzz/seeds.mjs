import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Where the parent leaves the seeds for the processes that run them. */
export const SEEDS_FILE = 'seeds.json'

/** Authorities of the fuzzer. A stranger's certificate is registered nowhere. */
const AUTHORITIES = ['first', 'second', 'stranger']
/** Over the length at which the reader keeps base64 as bytes. */
const LONG_ATTACHMENT_BYTES = 12_000

/**
 * Requests to begin with, made just now with new keys; private keys stay in this process.
 * @returns now; clients: requests as HTTP with their authorities; corpus: signed documents of the tests with their
 *   certificates
 */
export async function makeSeeds({ folder, load }) {
  const now = new Date()
  return { now: now.toISOString(), clients: await fromClients(load, now), corpus: await fromCorpus(folder, load, now) }
}

/**
 * Honest requests of every known client, in every layout it uses.
 * @returns { authorities: [{ authorityId, serviceId, certificatePem }], requests: [{ signer, path, headers, base64,
 *   recipients }] }; `signer` is null when nobody signed
 */
async function fromClients(load, now) {
  const { clients, examplePdf } = await load('test/support/clients/index.js')
  const { makeIdentity } = await load('test/support/keys.js')
  const authorities = await Promise.all(
    AUTHORITIES.map(async (name) => ({
      name,
      authorityId: `fuzz_${name}_ws`,
      serviceId: `fuzz_${name}_ws_1`,
      ...(await makeIdentity({ commonName: `fuzz ${name}` })),
    })),
  )
  const requests = []
  const add = (authority, client, operation, layout, overrides = {}) => {
    const { name, privateKeyPem, certificatePem } = authority
    const isSigned = layout !== 'unsigned' && layout !== 'timestamp-only'
    const signing = isSigned ? { layout, now, privateKeyPem, certificatePem } : { layout, now }
    const { path, headers, body, sent } = client.build(client.example(operation, authority, overrides), signing)
    const base64 = body.toString('base64')
    requests.push({ signer: isSigned ? name : null, path, headers, base64, recipients: sent.recipients })
  }
  const [first, second, stranger] = authorities
  const attachments = [{ name: 'pitka.pdf', mime: 'application/pdf', content: examplePdf(LONG_ATTACHMENT_BYTES) }]
  for (const client of clients) {
    for (const layout of client.layouts) {
      const operation = client.operations.at(-1)
      for (const each of client.operations) add(first, client, each, layout)
      for (const authority of [first, second, stranger]) add(authority, client, operation, layout)
      if (operation === 'LahetaViesti') add(first, client, operation, layout, { attachments })
    }
  }
  return { authorities: authorities.filter(({ name }) => name !== 'stranger').map(withoutKey), requests }
}

const withoutKey = ({ authorityId, serviceId, certificatePem }) => ({ authorityId, serviceId, certificatePem })

/** What an attack may use of an honest request and still be nothing that its sender has signed. */
const HARMLESS = new Set(['xml', 'content', 'now', 'at', 'from', 'other', 'person', 'reference'])

/**
 * The documents of test/fixtures/requests.
 * @returns { certificates: [PEM], valid: [{ base64, charset }], attacks: the same }; an attack that the sender's key signs
 *   anew is left out, because it may be let in when it is changed, and rightly
 */
async function fromCorpus(folder, load, now) {
  const { Honest, makeKeys, registeredForSender } = await load('test/support/corpus/index.js')
  const keys = await makeKeys(now)
  const party = (authorityId) => ({ authorityId, serviceId: `${authorityId}_1` })
  const newHonest = () => new Honest({ now, keys, from: party('kunta_ws'), other: party('naapuri_ws') })
  const casesOf = async (name) => {
    const path = join('test', 'fixtures', 'requests', name)
    const cases = await Promise.all(readdirSync(join(folder, path)).map((file) => load(join(path, file))))
    return cases.map((module) => module.default)
  }
  const seedOf = (sent, { charset = 'utf-8' }) => ({ base64: Buffer.from(sent).toString('base64'), charset })
  const attacked = newHonest()
  const attacks = []
  for (const { forge, ...options } of await casesOf('attacks')) {
    let signsAnew = false
    const watched = new Proxy(attacked, {
      get(honest, name) {
        signsAnew ||= !HARMLESS.has(name)
        return honest[name]
      },
    })
    const sent = forge(watched)
    if (!signsAnew) attacks.push(seedOf(sent, options))
  }
  return {
    certificates: [...registeredForSender, 'neighbour'].map((name) => keys[name].certificatePem),
    valid: [
      // What the attacks start from: a mutation may well find the way back to it.
      seedOf(attacked.xml, {}),
      ...(await casesOf('valid')).map(({ build, ...options }) => seedOf(build(newHonest()).sent, options)),
    ],
    attacks,
  }
}
