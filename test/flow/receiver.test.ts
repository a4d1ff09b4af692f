import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { startGateway, type TestGateway } from '../support/gateway.js'
import { eventually, rowOf } from '../support/queue.js'
import { newItem, queueReport, senderWith } from '../support/return-channel.js'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await startGateway({ delivers: true, env: { ASTI_RETURN_CHANNEL_TIMEOUT_MS: '1s' } })
})
afterAll(() => gateway.close())

interface Listed {
  received: {
    generation: string
    signature: string
    problems: string[]
    answered: string
    push: { operation: string; pushId: string; authorityId: string; items: { state: number; number: string }[] } | null
  }[]
}
const PATH = '/sandbox/return-channel'
const list = async (): Promise<Listed['received']> =>
  ((await (await fetch(`${gateway.origin}${PATH}/received`)).json()) as Listed).received

/** Pushes a state to the sandbox's receiver until the first attempt has ended. */
async function push(query: string, settings: { generation?: 'old' | 'new'; signature?: 'none' } = {}): Promise<string> {
  const url = `${gateway.origin}${PATH}?${query}`
  const sender = await senderWith(gateway, { generation: 'new', ...settings, url })
  const id = await queueReport(gateway, await newItem(gateway, sender), 220)
  gateway.app.delivering.bell.ring()
  await eventually(async () => (await rowOf(gateway.db, id)).outcomes.some((outcome) => outcome !== null))
  return id
}

test.each(['old', 'new'] as const)(
  'a push of the %s generation fits its schema and its signature is good',
  async (generation) => {
    const id = await push(`generation=${generation}`, { generation })
    expect(await rowOf(gateway.db, id)).toMatchObject({ state: 'delivered' })
    expect((await list()).find((one) => one.push?.pushId === id)).toMatchObject({
      ...{ generation, signature: 'good', problems: [], answered: 'good' },
      push: { operation: 'pushStates', items: [{ state: 220 }] },
    })
  },
)

test('a push of the newer generation does not fit the old schema, and the receiver says where', async () => {
  const id = await push('generation=old', { generation: 'new' })
  expect((await list()).find((one) => one.push?.pushId === id)).toMatchObject({
    problems: [expect.stringContaining('VieKohdeTiloja/Kysely/Kohteet/Kohde')],
    answered: '400',
  })
})

test('a push without a signature is told so', async () => {
  const id = await push('', { signature: 'none' })
  expect((await list()).find((one) => one.push?.pushId === id)).toMatchObject({ signature: 'SIGNATURE_MISSING' })
})

test.each([
  ['500', 'unreachable', 'ANSWER_HTTP_ERROR'],
  ['timeout', 'unreachable', 'TIMED_OUT'],
  ['slow', 'unreachable', 'TIMED_OUT'],
  ['fault-client', 'refused', 'FAULT_CLIENT'],
  ['fault-server', 'unreachable', 'FAULT_SERVER'],
  ['garbage', 'unreachable', 'ANSWER_UNREADABLE'],
  ['empty', 'unreachable', 'ANSWER_UNREADABLE'],
  ['400', 'refused', 'ANSWER_REFUSES'],
  ['453', 'unreachable', 'ANSWER_LATER'],
  ['520', 'refused', 'ANSWER_REFUSES'],
])('the receiver can be asked to answer badly: %s', async (answer, outcome, code) => {
  const id = await push(`answer=${answer}`)
  expect(await rowOf(gateway.db, id)).toMatchObject({ outcomes: [outcome], codes: [code] })
})

test('what is no request at all is answered and listed', async () => {
  for (const body of ['', 'hello', '<a/>']) {
    const answer = await fetch(`${gateway.origin}${PATH}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'text/xml' },
    })
    expect(answer.status).toBe(500)
  }
  expect((await list()).slice(0, 3).map(({ push: read }) => read)).toEqual([null, null, null])
})

test('a citizen’s message is answered with an id of the receiver’s own', async () => {
  const body = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><VieKohteita xmlns="http://www.suomi.fi/asiointitili"><Viranomainen><SanomaTunniste>s-1</SanomaTunniste></Viranomainen><Kysely><KohdeMaara>1</KohdeMaara><Kohteet><Kohde><AsiointitiliTunniste>77</AsiointitiliTunniste><Nimeke>a</Nimeke><LahetysPvm>2026-01-01T00:00:00Z</LahetysPvm><KuvausTeksti>b</KuvausTeksti></Kohde></Kohteet></Kysely></VieKohteita></s:Body></s:Envelope>`
  const answer = await fetch(`${gateway.origin}${PATH}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'text/xml' },
  })
  const text = await answer.text()
  expect(text).toContain(
    '<asi:AsiointitiliTunniste>77</asi:AsiointitiliTunniste><asi:ViranomaisTunniste>vastaanotettu-77<',
  )
})
