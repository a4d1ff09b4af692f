import { GatewayError } from '../../../src/errors.js'
import { canonicalString } from '../../../src/xml/index.js'
import { verifyIndependently, type Finding } from '../independent-verifier.js'
import type { Judge } from './judge.js'

export interface Ours {
  /** `verified`, or the code of the refusal */
  readonly code: string
  /** canonical form of the payload that is handed on, when it is */
  readonly payload: string | null
}

export interface Agreement {
  readonly ours: Ours
  readonly theirs: Finding
  /** what the two disagree about, null when they agree */
  readonly disagreement: string | null
}

/**
 * libxml2 takes a namespace name apart to the port and does not canonicalise where that fails; we ask for a scheme
 * (Canonical XML 1.0 §1.3). Nothing hangs on the rest: whoever uses such a name changes the digest.
 */
export const KNOWN_GAP = 'we accept, the other refuses: Failed to canonicalize XML document'

/**
 * Asks both verifiers. They agree when what we accept holds in every part for the other one too, with the same
 * payload, and when what we call changed, it calls changed as well. What policy refuses is ours alone to judge.
 */
export async function agreement(judge: Judge, message: string | Buffer, charset?: string | null): Promise<Agreement> {
  const ours = await askOurs(judge, message, charset)
  const theirs = verifyIndependently(message, judge.registered, charset === undefined ? 'utf-8' : charset)
  return { ours, theirs, disagreement: compare(ours, theirs) }
}

async function askOurs(judge: Judge, message: string | Buffer, charset?: string | null): Promise<Ours> {
  try {
    const { payload } = await judge.verify(message, charset)
    return { code: 'verified', payload: canonicalString(payload) }
  } catch (error) {
    if (error instanceof GatewayError) return { code: String(error.code), payload: null }
    throw error
  }
}

const CHANGED: Readonly<Record<string, string | undefined>> = {
  BODY_CHANGED: 'Body',
  TIMESTAMP_CHANGED: 'Timestamp',
  PART_CHANGED: 'other',
}

function compare({ code, payload }: Ours, theirs: Finding): string | null {
  if (code === 'verified') {
    if (theirs.kind === 'refused') return `we accept, the other refuses: ${theirs.reason}`
    if (!theirs.valueHolds) return 'we accept, for the other the signature value does not hold'
    if (theirs.digestHolds.some(({ holds }) => !holds)) return 'we accept, for the other a digest does not hold'
    return theirs.payload === payload ? null : 'both accept, and read different payloads'
  }
  if (code === 'SIGNATURE_JUDGES_DISAGREE') return 'our own two judges disagree'
  if (theirs.kind === 'refused') return null
  if (code === 'SIGNATURE_INVALID') return theirs.valueHolds ? 'the value does not hold for us alone' : null
  const changed = CHANGED[code]
  if (changed === undefined) return null
  if (!theirs.valueHolds) return 'the value holds for us alone'
  const holds = theirs.digestHolds.filter(({ part }) => part === changed).every((digest) => digest.holds)
  return holds ? `the digest of ${changed} does not hold for us alone` : null
}
