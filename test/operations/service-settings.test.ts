import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { operators } from '../../src/operations/index.js'
import { startGateway, type TestGateway } from '../support/gateway.js'
import { actingOn, auditOf, serviceId } from '../support/joining.js'
import { newSender, type Sender } from '../support/requests.js'

let gateway: TestGateway
beforeAll(async () => (gateway = await startGateway()))
afterAll(() => gateway.close())

const change = (sender: Sender, settings: Record<string, unknown>) =>
  operators.changeServiceSettings(actingOn(gateway), { service: serviceId(sender), actor: 'aino', settings })

describe('a change of settings', () => {
  test('is answered and audited with what was before and what is now, and touches nothing else', async () => {
    const sender = await newSender(gateway, { settings: { sha1: 'refused', maxAttachmentBytes: 5 } })
    const answer = await change(sender, { sha1: null, operations: ['addItems'], requestsPerMinute: 7 })
    expect(answer).toEqual({
      before: { sha1: 'refused', maxAttachmentBytes: 5 },
      after: { maxAttachmentBytes: 5, operations: ['addItems'], requestsPerMinute: 7 },
    })
    expect(await auditOf(gateway, sender)).toEqual([
      {
        actor: 'aino',
        act: 'service.settings-changed',
        subject: {
          ...serviceId(sender),
          before: { sha1: 'refused', operations: null, requestsPerMinute: null },
          after: { sha1: null, operations: ['addItems'], requestsPerMinute: 7 },
        },
      },
    ])
  })

  test('of billing is audited without the password, which is told nowhere', async () => {
    const sender = await newSender(gateway)
    const password = '~9§#'
    await change(sender, { billing: { id: 'ABC123', password, costCentre: '4711' } })
    await change(sender, { billing: null, sha1: 'allowed' })
    const subjects = (await auditOf(gateway, sender)).map(({ subject }) => [subject['before'], subject['after']])
    expect(subjects).toEqual([
      [{ billing: null }, { billing: '[hidden]' }],
      [
        { billing: '[hidden]', sha1: null },
        { billing: null, sha1: 'allowed' },
      ],
    ])
    const { rows } = await gateway.db.query<{ whole: string }>('select a::text as whole from audit a')
    for (const text of [...rows.map(({ whole }) => whole), gateway.logged()]) expect(text).not.toContain(password)
  })

  test.each([
    ['a value that is none', { sha1: 'perhaps' }],
    ['a setting that is none', { speed: 1 }],
    ['clearing a setting that is none', { speed: null }],
    ['one wrong thing beside right ones', { sha1: 'refused', requestsPerMinute: -1 }],
  ])('that holds %s changes nothing and is not audited', async (_what, settings) => {
    const sender = await newSender(gateway, { settings: { receipts: 'all' } })
    await expect(change(sender, settings)).rejects.toMatchObject({ code: 'SETTINGS_INVALID' })
    expect((await change(sender, {})).after).toEqual({ receipts: 'all' })
    expect((await auditOf(gateway, sender)).filter(({ subject }) => JSON.stringify(subject).includes('speed'))).toEqual(
      [],
    )
  })

  test('of a service that is not there is refused', async () => {
    const sender = await newSender(gateway)
    await expect(change({ ...sender, serviceId: 'none' }, { sha1: 'refused' })).rejects.toMatchObject({
      code: 'MOVE_NOT_POSSIBLE',
    })
  })

  test('is made of all that is there: twenty at once, each of another setting, lose none', async () => {
    const sender = await newSender(gateway)
    const all = {
      sha1: 'refused',
      mayListAccounts: true,
      signingKey: 'next',
      addItemsAnswers: 'queued',
      maxRequestBytes: 4096,
      maxAttachmentBytes: 9,
      requestsPerMinute: 0,
      receipts: 'none',
      replyAllowed: true,
      deliveryRoute: 'mailbox',
    }
    const each = Object.entries(all).flatMap(([name, value]) => [{ [name]: value }, { [name]: value }])
    await Promise.all(each.map((settings) => change(sender, settings)))
    expect((await change(sender, {})).after).toEqual(all)
    expect(await auditOf(gateway, sender)).toHaveLength(21)
  })
})
