import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { sandboxFiles } from '../../src/sandbox/index.js'
import {
  checkWireRules,
  clients,
  postAsClient,
  type ClientVector,
  type Layout,
  type Signing,
} from '../support/clients/index.js'
import { startGateway, testDataDir, type TestGateway } from '../support/gateway.js'
import { sharedIdentity, type Identity } from '../support/keys.js'

let gateway: TestGateway
let identity: Identity
const serverCertificatePem = readFileSync(sandboxFiles(testDataDir).signingCertificateFile, 'utf8')

beforeAll(async () => {
  gateway = await startGateway({ env: { ASTI_NON_SIGNED: 'anyone' } })
  identity = await sharedIdentity('client')
})
afterAll(() => gateway.close())

const signingFor = (layout: Layout): Signing => {
  if (layout === 'unsigned') return { layout }
  if (layout === 'timestamp-only') return { layout, now: new Date() }
  return { layout, privateKeyPem: identity.privateKeyPem, certificatePem: identity.certificatePem, now: new Date() }
}

const rows = clients.flatMap((client) =>
  client.operations.flatMap((operation) =>
    client.layouts.map((layout) => [client.name, operation, layout, client] as const),
  ),
)

describe('each real client, unmodified', () => {
  test.each(rows)(
    '%s calls %s in layout %s and reads the answer as a success',
    async (name, operation, layout, client: ClientVector) => {
      const ids = { authorityId: `${name}_${layout}_ws`, serviceId: `${name}_${layout}_ws_1` }
      await gateway.register({ ...ids, certificatePem: identity.certificatePem, settings: { mayListAccounts: true } })
      const request = client.example(operation, ids)
      const built = client.build(request, signingFor(layout))
      for (const recipient of built.sent.recipients) await gateway.openAccount(recipient.recipientId)
      const before = await gateway.count('message')

      const response = await postAsClient(gateway.origin, built)

      const answer = client.readAnswer(
        operation,
        response.body,
        layout === 'unsigned' || layout === 'timestamp-only' ? {} : { serverCertificatePem },
      )
      expect(client.judge(operation, answer, built.sent)).toBe('success')
      expect(client.demands.statuses(operation, response.status)).toBe(true)
      // Some clients do not look at the envelope code.
      expect([operation === 'LahetaViesti' ? 202 : 0, null]).toContain(answer.code)
      checkWireRules(operation, response, {
        exchangeId: built.sent.exchangeId,
        reference: built.sent.reference,
        recipients: built.sent.recipients,
      })
      const stored = (await gateway.count('message')) - before
      expect(stored).toBe(
        operation === 'LahetaViesti' || operation === 'LisaaKohteita' ? built.sent.recipients.length : 0,
      )
    },
  )
})
