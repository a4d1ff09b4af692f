import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import {
  addItems,
  ask,
  customer,
  item,
  newPerson,
  newReference,
  newSender,
  sendMessage,
  stored,
  type Reply,
  type Sender,
} from '../../support/requests.js'

let gateway: TestGateway
let sender: Sender
let person: string
let earlier: { reference: string; number: string; threadId: string }

const threads = async (answer: Reply) => {
  const { rows } = await gateway.db.query<{ id: string; threadId: string; inReplyTo: string | null }>(
    `select m.id, m.thread_id as "threadId", m.in_reply_to as "inReplyTo" from message m
     join item i on i.bucket = m.bucket and i.id = m.item_id where i.submission_id = $1 order by m.id`,
    [answer.traceId],
  )
  return rows
}

beforeAll(async () => {
  gateway = await startGateway({ env: { ASTI_NON_SIGNED: 'anyone' } })
  sender = await newSender(gateway)
  person = await newPerson(gateway)
  const reference = newReference()
  const answer = await ask(gateway, addItems(sender, item(person, { ViranomaisTunniste: reference })))
  const [row] = await threads(answer)
  expect(row).toEqual({ id: row!.threadId, threadId: row!.threadId, inReplyTo: null })
  earlier = { reference, number: answer.items![0]!.mailboxId!, threadId: row!.threadId }
})
afterAll(() => gateway.close())

const relatesTo = (id: string, kind: string, to = person, fields = {}) =>
  item(to, fields).replace('<Nimeke>', `<Viittaus ViittausTunniste="${id}" ViittausTunnisteTyyppi="${kind}"/><Nimeke>`)
const byNumber = (): [string, string] => [earlier.number, 'AsiointitiliTunniste']
const byReference = (): [string, string] => [earlier.reference, 'ViranomaisTunniste']

describe.each([
  ['LisaaKohteita', addItems, (answer: Reply) => answer.itemCodes[0], 200, 521],
  ['LahetaViesti', sendMessage, (answer: Reply) => answer.code, 202, 525],
] as const)('%s', (_name, write, codeOf, accepted, refused) => {
  const operation = write as (from: Sender, items: string) => string

  test.each([['AsiointitiliTunniste', byNumber] as const, ['ViranomaisTunniste', byReference] as const])(
    'an item that refers to an earlier one by %s joins its thread',
    async (_kind, target) => {
      const answer = await ask(gateway, operation(sender, relatesTo(...target())))
      expect(codeOf(answer)).toBe(accepted)
      expect(await threads(answer)).toMatchObject([{ threadId: earlier.threadId, inReplyTo: earlier.threadId }])
    },
  )

  test('an item that refers to a joined one joins the same thread', async () => {
    const reference = newReference()
    const middle = await ask(
      gateway,
      operation(sender, relatesTo(...byNumber(), person, { ViranomaisTunniste: reference })),
    )
    const [row] = await threads(middle)
    const answer = await ask(gateway, operation(sender, relatesTo(reference, 'ViranomaisTunniste')))
    expect(await threads(answer)).toMatchObject([{ threadId: earlier.threadId, inReplyTo: row!.id }])
  })

  test('an item may refer to one before it in the same call', async () => {
    const reference = newReference()
    const items = item(person, { ViranomaisTunniste: reference }) + relatesTo(reference, 'ViranomaisTunniste')
    const answer = await ask(gateway, operation(sender, items))
    const [first, second] = await threads(answer)
    expect(second).toMatchObject({ threadId: first!.id, inReplyTo: first!.id })
  })

  test.each([
    ['a number that nobody has', () => ['999999999999', 'AsiointitiliTunniste']],
    ['a number too long to be one', () => ['9'.repeat(40), 'AsiointitiliTunniste']],
    ['words in the place of a number', () => ['1 or 1=1', 'AsiointitiliTunniste']],
    ['a reference that nobody used', () => [newReference(), 'ViranomaisTunniste']],
    ['a number as a reference', () => [earlier.number, 'ViranomaisTunniste']],
    ['an unknown kind', () => [earlier.number, 'MuuTunniste']],
    ['no kind', () => [earlier.number, '']],
  ])(`${refused}: a Viittaus with %s`, async (_kind, target) => {
    const answer = await ask(gateway, operation(sender, relatesTo(...(target() as [string, string]))))
    expect(codeOf(answer)).toBe(refused)
    expect(await stored(gateway, answer)).toEqual([])
  })

  test(`${refused}: an item of another customer, or of another authority, is unknown`, async () => {
    const somebody = await newPerson(gateway)
    const stranger = await newSender(gateway)
    for (const target of [byNumber(), byReference()]) {
      const answers = [
        await ask(gateway, operation(sender, relatesTo(...target, somebody))),
        await ask(gateway, operation(stranger, relatesTo(...target))),
      ]
      for (const answer of answers) {
        expect(codeOf(answer)).toBe(refused)
        expect(await stored(gateway, answer)).toEqual([])
      }
    }
  })

  test.each(['<Viittaus/>', '<Viittaus ViittausTunniste="" ViittausTunnisteTyyppi=""/>', '<Viittaus xsi:nil="true"/>'])(
    'an empty reference %s starts a thread',
    async (viittaus) => {
      const answer = await ask(gateway, operation(sender, item(person).replace('<Nimeke>', `${viittaus}<Nimeke>`)))
      expect(codeOf(answer)).toBe(accepted)
      const [row] = await threads(answer)
      expect(row).toMatchObject({ threadId: row!.id, inReplyTo: null })
    },
  )
})

test('of several customers only the one whose item is meant is answered 200, the others 521', async () => {
  const to = customer(person) + customer(await newPerson(gateway))
  const answer = await ask(gateway, addItems(sender, relatesTo(...byNumber(), to)))
  expect(answer.itemCodes).toEqual([200, 521])
})

test('an installation may ignore an unknown Viittaus', async () => {
  const lenient = await startGateway({ env: { ASTI_NON_SIGNED: 'anyone', ASTI_UNKNOWN_THREAD: 'ignore' } })
  try {
    const from = await newSender(lenient)
    const to = await newPerson(lenient)
    expect((await ask(lenient, addItems(from, relatesTo('1', 'AsiointitiliTunniste', to)))).itemCodes).toEqual([200])
    expect((await ask(lenient, sendMessage(from, relatesTo('1', 'MuuTunniste', to)))).code).toBe(202)
  } finally {
    await lenient.close()
  }
})
