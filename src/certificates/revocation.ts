import { readFileSync } from 'node:fs'
import type { Chain } from './chain.js'
import { judgeCrl, readCrl, type Crl } from './crl.js'
import { download } from './download.js'
import { unknown, type Answer } from './finding.js'
import { judgeOcsp, ocspRequest } from './ocsp.js'
import { crlUrls, ocspUrls } from './parsed.js'

export interface RevocationSources {
  /** CRLs that the operator keeps up to date, read anew for every round */
  readonly crlFiles: readonly string[]
  readonly timeoutMs: number
  readonly maxCrlBytes: number
  readonly signal?: AbortSignal | undefined
}

/** Answers that count, with who gave them. */
export type Told = Answer & { readonly source: 'ocsp' | 'crl' | 'chain' }

const MAX_OCSP_BYTES = 256 * 1024
/** More of one kind than any CA names; each costs time. */
const MAX_ADDRESSES = 3

/**
 * Asks about revocation for one round of checks: each CRL is fetched once, and an OCSP responder that did not answer is
 * not asked again. Addresses come only from certificates whose chain to a configured CA holds.
 */
export class RevocationRound {
  readonly #crls = new Map<string, Promise<Crl | { problem: string }>>()
  readonly #silent = new Map<string, string>()

  readonly #sources: RevocationSources

  constructor(sources: RevocationSources) {
    this.#sources = sources
  }

  /** About the first certificate of a part of a chain, whose second is its issuer and whose last is a configured root. */
  async ask(chain: Chain, now: Date): Promise<Told> {
    const problems: string[] = []
    const steps = [
      ...this.#sources.crlFiles.map((file) => () => this.#askCrl(file, () => readFile(file), chain, now)),
      ...ocspUrls(chain[0]!)
        .slice(0, MAX_ADDRESSES)
        .map((url) => () => this.#askOcsp(url, chain, now)),
      ...crlUrls(chain[0]!)
        .slice(0, MAX_ADDRESSES)
        .map((url) => () => this.#askCrl(url, () => this.#fetch(url), chain, now)),
    ]
    for (const step of steps) {
      const told = await step()
      if (told.kind !== 'unknown') return told
      problems.push(told.problem)
    }
    const problem =
      problems.length > 0 ? problems.join('; ') : 'the certificate names neither an OCSP responder nor a CRL'
    return { ...unknown(problem), source: 'chain' }
  }

  async #askOcsp(url: string, chain: Chain, now: Date): Promise<Told> {
    const silent = this.#silent.get(url)
    if (silent !== undefined) return { ...unknown(silent), source: 'ocsp' }
    const { timeoutMs, signal } = this.#sources
    const answer = await download(
      url,
      { maxBytes: MAX_OCSP_BYTES, timeoutMs, signal },
      { body: await ocspRequest(chain), contentType: 'application/ocsp-request' },
    )
    if ('problem' in answer) {
      this.#silent.set(url, `OCSP: ${answer.problem}`)
      return { ...unknown(`OCSP: ${answer.problem}`), source: 'ocsp' }
    }
    return { ...named('OCSP', await judgeOcsp(answer.bytes, chain, now)), source: 'ocsp' }
  }

  async #askCrl(
    key: string,
    load: () => Promise<Buffer | { problem: string }>,
    chain: Chain,
    now: Date,
  ): Promise<Told> {
    const pending = this.#crls.get(key) ?? load().then(toCrl)
    this.#crls.set(key, pending)
    const crl = await pending
    if ('problem' in crl) return { ...unknown(`CRL: ${crl.problem}`), source: 'crl' }
    const answer = await judgeCrl(crl, chain, now).catch(() => unknown('it cannot be read'))
    return { ...named('CRL', answer), source: 'crl' }
  }

  async #fetch(url: string): Promise<Buffer | { problem: string }> {
    const { timeoutMs, maxCrlBytes, signal } = this.#sources
    const answer = await download(url, { maxBytes: maxCrlBytes, timeoutMs, signal })
    return 'problem' in answer ? answer : answer.bytes
  }
}

const named = (source: string, answer: Answer): Answer =>
  answer.kind === 'unknown' ? unknown(`${source}: ${answer.problem}`) : answer

function toCrl(loaded: Buffer | { problem: string }): Crl | { problem: string } {
  if ('problem' in loaded) return loaded
  try {
    return readCrl(loaded)
  } catch {
    return { problem: 'what was found is no CRL' }
  }
}

function readFile(file: string): Promise<Buffer | { problem: string }> {
  try {
    return Promise.resolve(readFileSync(file))
  } catch (error) {
    return Promise.resolve({
      problem: `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`,
    })
  }
}
