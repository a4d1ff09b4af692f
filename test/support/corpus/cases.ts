import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ErrorCode } from '../../../src/contract/index.js'
import type { Honest } from './honest.js'

type Sent = string | Buffer

interface Options {
  /** charset parameter of the Content-Type header; utf-8 unless it says otherwise, null for none */
  charset?: string | null
}

/** Somebody's attempt to have something stored that the sender never signed, or that may not be signed like this. */
export interface Attack extends Options {
  /** the exact code that the message log has to show */
  readonly code: ErrorCode
  readonly forge: (honest: Honest) => Sent
  /** the signature is right and tells who sent it: a room behind trust refuses */
  readonly verifies: boolean
}

export interface Valid extends Options {
  readonly build: (honest: Honest) => { signed: Sent; sent: Sent }
}

export const attack = (
  code: ErrorCode,
  forge: Attack['forge'],
  options: Options & { verifies?: true } = {},
): Attack => ({ code, forge, verifies: false, ...options })

/** A request that has to be let in as it was signed. */
export const valid = (build: (honest: Honest) => Sent, options: Options = {}): Valid => ({
  build: (honest) => {
    const signed = build(honest)
    return { signed, sent: signed }
  },
  ...options,
})

/** A request whose bytes differ from those that were signed, and which still has to be read as what was signed. */
export const stillValid = (
  build: (honest: Honest) => string,
  change: (signed: string, honest: Honest) => Sent,
  options: Options = {},
): Valid => ({
  build: (honest) => {
    const signed = build(honest)
    return { signed, sent: change(signed, honest) }
  },
  ...options,
})

export type Named<Case> = Case & { readonly name: string }

const root = fileURLToPath(new URL('../../fixtures/requests', import.meta.url))

/** Every case of a folder, in the order of their names; the name is the file's, read as a sentence. */
async function load<Case>(folder: 'valid' | 'attacks'): Promise<Named<Case>[]> {
  const files = readdirSync(join(root, folder)).sort()
  return Promise.all(
    files.map(async (file) => {
      if (!/^[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(file)) throw new Error(`${folder}/${file} is not named like a case`)
      const { default: found } = (await import(`../../fixtures/requests/${folder}/${file}`)) as { default: Case }
      return { ...found, name: file.slice(0, -3).replaceAll('-', ' ') }
    }),
  )
}

export const loadAttacks = (): Promise<Named<Attack>[]> => load<Attack>('attacks')
export const loadValid = (): Promise<Named<Valid>[]> => load<Valid>('valid')
