import { describe, expect, test } from '@jest/globals'
import { GatewayError } from '../../src/errors.js'
import { canonicalString } from '../../src/xml/index.js'
import { createJudge, Honest, loadAttacks, loadValid, makeKeys, type Attack } from '../support/corpus/index.js'
import { libxml2Canonical } from '../support/libxml2.js'

const now = new Date()
const keys = await makeKeys(now)
const judge = createJudge({ now, keys })
const attacks = await loadAttacks()
const valids = await loadValid()

const party = (authorityId: string) => ({ authorityId, serviceId: `${authorityId}_1` })
const honest = (): Honest => new Honest({ now, keys, from: party('kunta_ws'), other: party('naapuri_ws') })
const PAYLOAD = '/*/*[local-name()="Body"]/*'

async function outcomeOf({ forge, charset }: Attack): Promise<string> {
  const start = honest()
  const forged = forge(start)
  // Told with another charset, even the honest bytes are an attack.
  expect(forged === start.xml && charset === undefined).toBe(false)
  try {
    await judge.verify(forged, charset)
    return 'verified'
  } catch (error) {
    if (error instanceof GatewayError) return String(error.code)
    throw error
  }
}

test('the corpus is as large as it has to be', () => {
  expect(attacks.length).toBeGreaterThanOrEqual(120)
  expect(valids.length).toBeGreaterThanOrEqual(30)
})

test('what every attack starts from is an honest request', async () => {
  const { payload } = await judge.verify(honest().xml)
  expect(payload.local).toBe('LahetaViesti')
})

describe('a request is verified, and read as it was signed', () => {
  test.each(valids)('$name', async ({ build, charset }) => {
    const { signed, sent } = build(honest())
    const { payload } = await judge.verify(sent, charset)
    expect(canonicalString(payload)).toBe(libxml2Canonical(signed, PAYLOAD))
  })
})

describe('an attack meets its code', () => {
  const meetsItsCode = async (attack: Attack): Promise<void> => {
    expect(await outcomeOf(attack)).toBe(attack.verifies ? 'verified' : attack.code)
  }
  test.each(attacks)('$name', meetsItsCode)
})
