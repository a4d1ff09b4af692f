import { describe, expect, test } from '@jest/globals'
import { agreement } from '../support/corpus/agreement.js'
import {
  createJudge,
  edit,
  Honest,
  loadAttacks,
  loadValid,
  makeKeys,
  type Attack,
  type Valid,
} from '../support/corpus/index.js'

const now = new Date()
const keys = await makeKeys(now)
const judge = createJudge({ now, keys })
const party = (authorityId: string) => ({ authorityId, serviceId: `${authorityId}_1` })
const attacks = await loadAttacks()
const valids = await loadValid()
const honest = (): Honest => new Honest({ now, keys, from: party('kunta_ws'), other: party('naapuri_ws') })

describe('the gateway and an independent verifier agree', () => {
  test.each(valids)('on a valid request: $name', async ({ build, charset }: Valid) => {
    const { ours, theirs, disagreement } = await agreement(judge, build(honest()).sent, charset)
    expect(disagreement).toBeNull()
    expect({ ours: ours.code, theirs: theirs.kind }).toEqual({ ours: 'verified', theirs: 'judged' })
  })
  test.each(attacks)('on an attack: $name', async ({ forge, charset }: Attack) => {
    expect((await agreement(judge, forge(honest()), charset)).disagreement).toBeNull()
  })
  test('that a relative namespace name inside a signed part cannot be canonicalised', async () => {
    const relative = edit(honest().xml, '<Kysely>', '<Kysely xmlns:p="relative">')
    expect((await agreement(judge, relative)).disagreement).toBeNull()
  })
})
