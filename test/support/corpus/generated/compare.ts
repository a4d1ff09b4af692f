import { expect } from '@jest/globals'
import fc from 'fast-check'
import { agreement, KNOWN_GAP } from '../agreement.js'
import { createJudge } from '../judge.js'
import { makeKeys } from '../keys.js'
import { applyChange, change } from './changes.js'
import { writeShape } from './envelope.js'
import { shape } from './shapes.js'

/** Ten thousand documents in four files, so that jest's workers share them. */
const numRuns = 2_500
export const TIMEOUT_MS = 900_000

const now = new Date()
const keys = await makeKeys(now)
const judge = createJudge({ now, keys })

/** Generated requests, signed as their senders would: both verifiers take every one, with the same payload. */
export function comparePlain(): Promise<void> {
  const property = fc.asyncProperty(shape, async (generated) => {
    const { ours, disagreement } = await agreement(judge, writeShape(generated, { now, keys }))
    expect({ code: ours.code, disagreement }).toEqual({ code: 'verified', disagreement: null })
  })
  return fc.assert(property, { numRuns })
}

/** Generated requests that somebody changed after signing: both verifiers judge alike, and nothing else is read. */
export async function compareChanged(): Promise<void> {
  const outcomes: Record<string, number> = {}
  const property = fc.asyncProperty(shape, change, async (generated, what) => {
    const xml = writeShape(generated, { now, keys })
    const changed = applyChange(xml, what)
    fc.pre(changed !== xml)
    const { ours, disagreement } = await agreement(judge, changed)
    fc.pre(disagreement !== KNOWN_GAP)
    expect(disagreement).toBeNull()
    outcomes[ours.code] = (outcomes[ours.code] ?? 0) + 1
    if (ours.payload !== null) expect(ours.payload).toBe((await agreement(judge, xml)).ours.payload)
  })
  await fc.assert(property, { numRuns })
  // Where nearly everything met one outcome, little would have been compared.
  for (const code of ['verified', 'BODY_CHANGED', 'TIMESTAMP_CHANGED', 'SIGNATURE_INVALID', 'SIGNATURE_POLICY'])
    expect({ code, isFrequent: (outcomes[code] ?? 0) >= numRuns / 50 }).toEqual({ code, isFrequent: true })
}
