import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { submissions } from '../../src/store/index.js'
import { startGateway, type TestGateway } from '../support/gateway.js'

let gateway: TestGateway
beforeAll(async () => (gateway = await startGateway()))
afterAll(() => gateway.close())

/** A UUIDv7 of that instant. */
const idAt = (at: Date, n: number): string => {
  const hex = at.getTime().toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${String(n).padStart(12, '0')}`
}

const blank = (id: string): submissions.Submission => ({
  id,
  receivedAt: new Date(),
  endpoint: 'signed',
  operation: null,
  outcome: 'refused',
  code: 'XML_MALFORMED',
  statusCode: null,
  statusText: null,
  authorityId: null,
  serviceId: null,
  exchangeId: null,
  fingerprint: null,
  signatureAlgorithm: null,
  digestAlgorithm: null,
  remoteAddress: null,
  sizeBytes: 0,
  itemCount: 0,
  messageCount: 0,
  report: null,
  notes: null,
})

test('refused requests are forgotten after their time, accepted ones and younger ones stay', async () => {
  const old = new Date('2025-01-10T00:00:00Z')
  const young = new Date('2026-11-01T00:00:00Z')
  const row = (id: string, receivedAt: Date, outcome: 'accepted' | 'refused'): submissions.Submission => ({
    ...blank(id),
    receivedAt,
    outcome,
  })
  const rows = [
    row(idAt(old, 1), old, 'refused'),
    row(idAt(old, 2), old, 'accepted'),
    row(idAt(young, 3), young, 'refused'),
  ]
  for (const one of rows) await submissions.insertSubmission(gateway.db, one)
  expect(await submissions.deleteRefused(gateway.db, new Date('2026-06-01T00:00:00Z'))).toBe(1)
  const left = await Promise.all(rows.map(async ({ id }) => (await gateway.submission(id)) !== null))
  expect(left).toEqual([false, true, true])
})

test('ids of any length and content that callers choose are kept as far as they can be searched by', async () => {
  const id = idAt(new Date(), 9)
  const odd = `a\u0000b${'x'.repeat(2000)}`
  await submissions.insertSubmission(gateway.db, { ...blank(id), exchangeId: odd })
  expect((await gateway.submission(id))?.exchangeId).toBe(`a\ufffdb${'x'.repeat(197)}`)
})
