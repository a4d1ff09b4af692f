import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { startGateway, type TestGateway } from '../../support/gateway.js'
import {
  askJoining,
  elementsAt,
  joinedService,
  statusBy,
  statusChanges,
  textsAt,
  until,
  type IdName,
  type JoiningReply,
} from '../../support/joining.js'
import {
  askSigned,
  item,
  newPerson,
  newReference,
  party,
  sendMessage,
  stored,
  type Sender,
} from '../../support/requests.js'

let gateway: TestGateway
let owner: Sender
/** another service of the same authority, by the same key */
let sister: Sender
let stranger: Sender
let ids: Record<IdName, string>

beforeAll(async () => {
  gateway = await startGateway()
  owner = await joinedService(gateway)
  sister = await joinedService(gateway, owner)
  stranger = await joinedService(gateway)
  ids = await send(owner)
})
afterAll(() => gateway.close())

async function send(sender: Sender): Promise<Record<IdName, string>> {
  const reference = newReference()
  const exchangeId = `sanoma-${randomUUID()}`
  const content = sendMessage(sender, item(await newPerson(gateway), { ViranomaisTunniste: reference }))
  const own = content.replace(party(sender), party(sender, { SanomaTunniste: exchangeId }))
  const answer = await askSigned(gateway, sender, own)
  expect([answer.code, answer.exchangeId]).toEqual([202, exchangeId])
  const [message] = await stored(gateway, answer)
  return { ViranomaisTunniste: reference, AsiointitiliTunniste: message!.number, SanomaTunniste: exchangeId }
}

const numbersIn = ({ result }: JoiningReply): string[] => textsAt(result, 'Viestit/Viesti/AsiointitiliTunniste')
const unknownIn = ({ result }: JoiningReply): string[] => textsAt(result, 'Tuntemattomat/Tunniste')

describe.each(['ViranomaisTunniste', 'AsiointitiliTunniste', 'SanomaTunniste'] as const)(
  'a message by its %s',
  (name) => {
    test('is found by the service that sent it', async () => {
      const answer = await askJoining(gateway, owner, statusBy(owner, name, ids[name]))
      expect([numbersIn(answer), unknownIn(answer)]).toEqual([[ids.AsiointitiliTunniste], []])
    })

    test('is for anybody else the same as one that never was, to the byte', async () => {
      const never = name === 'AsiointitiliTunniste' ? '999999999999999' : `ei-ole-${randomUUID()}`
      for (const other of [sister, stranger]) {
        const answers = []
        for (const id of [ids[name], never]) {
          const answer = await askJoining(gateway, other, statusBy(other, name, id))
          expect([answer.code, numbersIn(answer), unknownIn(answer)]).toEqual([0, [], [id]])
          answers.push(answer.body.replaceAll(`>${id}<`, '>*<'))
        }
        expect(answers[0]).toBe(answers[1])
      }
    })

    test('is told beside the unknown ones, which are told in the order of the question', async () => {
      const [a, b] = ['999999999999998', 'ei-luku'] as const
      const answer = await askJoining(gateway, owner, statusBy(owner, name, a, ids[name], b, a))
      expect([numbersIn(answer), unknownIn(answer)]).toEqual([[ids.AsiointitiliTunniste], [a, b]])
    })
  },
)

test('two services that use the same reference each see their own message under it', async () => {
  const reference = newReference()
  const person = await newPerson(gateway)
  const seen = []
  for (const sender of [owner, sister, stranger]) {
    const sent = await askSigned(gateway, sender, sendMessage(sender, item(person, { ViranomaisTunniste: reference })))
    const [own] = await stored(gateway, sent)
    const answer = await askJoining(gateway, sender, statusBy(sender, 'ViranomaisTunniste', reference))
    expect(numbersIn(answer)).toEqual([own!.number])
    seen.push(own!.number)
  }
  expect(new Set(seen).size).toBe(3)
})

test('changes tell of own messages only, whoever walks with whose cursor', async () => {
  const walkers = await Promise.all([joinedService(gateway), joinedService(gateway)])
  const numbers: string[] = []
  for (const walker of walkers) numbers.push((await send(walker)).AsiointitiliTunniste)
  const cursors: string[] = []
  for (const [i, walker] of walkers.entries()) {
    const page = await until(async () => {
      const answer = await askJoining(gateway, walker, statusChanges(walker))
      return numbersIn(answer).length > 0 ? answer : null
    })
    expect(numbersIn(page)).toEqual([numbers[i]])
    expect(elementsAt(page.result, 'Viestit/Viesti/Historia/Tapahtuma')).toHaveLength(1)
    cursors.push(textsAt(page.result, 'Kohdistin')[0]!)
  }
  for (const [i, walker] of walkers.entries())
    for (const Kohdistin of cursors) {
      const found = numbersIn(await askJoining(gateway, walker, statusChanges(walker, { Kohdistin })))
      expect(found.filter((number) => number !== numbers[i])).toEqual([])
    }
})

test('a cursor that no answer has given is refused', async () => {
  for (const Kohdistin of ['abc', Buffer.from('1.1.1.x').toString('base64url'), '0'.repeat(399)]) {
    const answer = await askJoining(gateway, owner, statusChanges(owner, { Kohdistin }))
    expect([answer.code, (await gateway.submission(answer.traceId))?.code]).toEqual([400, 'CURSOR_INVALID'])
  }
})
