import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { judgePushAnswer, type PushVerdict } from '../../src/contract/index.js'

const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/'
const ASI = 'http://www.suomi.fi/asiointitili'
type Operation = 'pushStates' | 'pushMessages'
const names = { pushStates: 'VieKohdeTiloja', pushMessages: 'VieKohteita' } as const

const envelope = (body: string): string => `<s:Envelope xmlns:s="${SOAP}"><s:Body>${body}</s:Body></s:Envelope>`
const response = (operation: Operation, result: string): string =>
  envelope(`<${names[operation]}Response xmlns="${ASI}">${result}</${names[operation]}Response>`)
const result = (operation: Operation, inner: string): string =>
  response(operation, `<${names[operation]}Result>${inner}</${names[operation]}Result>`)
const block = (code: number | string): string => `<TilaKoodi><TilaKoodi>${code}</TilaKoodi></TilaKoodi>`
const item = (inner: string): string => `<KohdeMaara>1</KohdeMaara><Kohteet><Kohde>${inner}</Kohde></Kohteet>`
const fault = (code: string): string =>
  envelope(`<s:Fault><faultcode>${code}</faultcode><faultstring>x</faultstring></s:Fault>`)

const judge = (operation: Operation, body: string | Buffer, httpStatus = 200): PushVerdict =>
  judgePushAnswer(operation, { httpStatus, charset: null, body: Buffer.from(body) })
const kinds = (operation: Operation, body: string, httpStatus?: number): string =>
  judge(operation, body, httpStatus).kind

const both = ['pushStates', 'pushMessages'] as const

test.each([0, 200, 202])('TilaKoodi %i with HTTP 200 is delivered', (code) => {
  for (const operation of both)
    expect(judge(operation, result(operation, block(code)))).toMatchObject({ kind: 'taken' })
})

test.each(both)('%s: a response element without any TilaKoodi is delivered, however empty it is', (operation) => {
  for (const body of [response(operation, ''), result(operation, ''), result(operation, '<TilaKoodi/>')])
    expect(judge(operation, body)).toMatchObject({ kind: 'taken', wireCode: null })
  expect(kinds(operation, response(operation, ''), 202)).toBe('taken')
})

test.each([200, 202, 0])('a citizen’s message with KohteenTila %i is delivered, and its new id is kept', (code) => {
  const body = item(`<ViranomaisTunniste> D/1/2026 </ViranomaisTunniste><KohteenTila>${code}</KohteenTila>`)
  const judged = judge('pushMessages', result('pushMessages', block(0) + body))
  expect(judged).toMatchObject({ kind: 'taken', authorityReference: 'D/1/2026' })
})

test('a citizen’s message without KohteenTila, or without any item in the answer, is delivered', () => {
  const noState = item('<ViranomaisTunniste>D/1</ViranomaisTunniste>')
  expect(judge('pushMessages', result('pushMessages', block(0) + noState))).toMatchObject({
    kind: 'taken',
    authorityReference: 'D/1',
  })
  expect(judge('pushMessages', result('pushMessages', `${block(0)}<KohdeMaara>0</KohdeMaara>`))).toMatchObject({
    kind: 'taken',
    authorityReference: null,
  })
})

test('a citizen’s message with KohteenTila 520 was delivered earlier, and its id is kept too', () => {
  const body = item('<ViranomaisTunniste>D/2</ViranomaisTunniste><KohteenTila>520</KohteenTila>')
  expect(judge('pushMessages', result('pushMessages', block(0) + body))).toEqual({
    ...{ kind: 'taken', code: 'TAKEN_EARLIER', wireCode: 520 },
    authorityReference: 'D/2',
  })
})

test.each([400, 403, 404, 405, 406, 521, 524, 525, 528, 529, 580])('code %i refuses for good', (code) => {
  for (const operation of both)
    expect(judge(operation, result(operation, block(code)))).toMatchObject({ kind: 'refused', wireCode: code })
  expect(kinds('pushMessages', result('pushMessages', block(0) + item(`<KohteenTila>${code}</KohteenTila>`)))).toBe(
    'refused',
  )
})

test.each([450, 453, 550])('code %i is tried again', (code) => {
  for (const operation of both)
    expect(judge(operation, result(operation, block(code)))).toMatchObject({ kind: 'unclear', wireCode: code })
  expect(kinds('pushMessages', result('pushMessages', block(0) + item(`<KohteenTila>${code}</KohteenTila>`)))).toBe(
    'unclear',
  )
})

test('a code that the table does not have refuses: somebody has to look', () => {
  for (const code of [1, 99, 461, -1, 999])
    expect(kinds('pushStates', result('pushStates', block(code)))).toBe('refused')
})

test('the code of the whole answer decides before that of an item', () => {
  const good = item('<ViranomaisTunniste>D/3</ViranomaisTunniste><KohteenTila>200</KohteenTila>')
  const judged = judge('pushMessages', result('pushMessages', block(406) + good))
  expect(judged).toMatchObject({ kind: 'refused', wireCode: 406, authorityReference: null })
})

test.each([500, 502, 503, 504, 408, 425, 429])('HTTP %i without a SOAP Fault is tried again', (httpStatus) => {
  for (const body of ['', '<html></html>', 'oops']) expect(kinds('pushStates', body, httpStatus)).toBe('unclear')
})

test.each([400, 401, 403, 404, 405, 413, 415, 301, 302, 307, 308])('HTTP %i refuses for good', (httpStatus) => {
  expect(kinds('pushStates', '', httpStatus)).toBe('refused')
})

test.each(['Client', 's:Client', 's:Client.Authentication', 's:MustUnderstand', 's:VersionMismatch'])(
  'a Fault %s refuses for good, whatever the HTTP status',
  (code) => {
    for (const status of [500, 200, 400]) expect(kinds('pushMessages', fault(code), status)).toBe('refused')
  },
)

test.each(['Server', 's:Server', 's:Server.Busy', 'Clientele', '', 'something else'])(
  'a Fault %j is tried again, whatever the HTTP status',
  (code) => {
    for (const status of [500, 200, 400]) expect(kinds('pushMessages', fault(code), status)).toBe('unclear')
  },
)

test.each([
  ['nothing', ''],
  ['white space', ' \n'],
  ['a page', '<!DOCTYPE html><html><body>Kirjaudu</body></html>'],
  ['words', 'OK'],
  ['JSON', '{"TilaKoodi":0}'],
  ['an envelope with an empty Body', envelope('')],
  ['an envelope without a Body', `<s:Envelope xmlns:s="${SOAP}"/>`],
  ['SOAP 1.2', response('pushStates', '').replaceAll(SOAP, 'http://www.w3.org/2003/05/soap-envelope')],
  ['the response of another operation', response('pushMessages', '')],
  ['a code that is no number', result('pushStates', block('ok'))],
  ['half an answer', result('pushStates', block(0)).slice(0, -20)],
  ['an entity', `<!DOCTYPE a [<!ENTITY b "0">]>${result('pushStates', block('&b;'))}`],
])('HTTP 200 with %s is tried again', (_what, body) => {
  expect(judge('pushStates', body)).toMatchObject({ kind: 'unclear', code: 'ANSWER_UNREADABLE' })
})

test('a receiver that forgets namespaces, or writes the code without its block, is understood all the same', () => {
  const careless = `<a:VieKohdeTilojaResponse xmlns:a="${ASI}"><VieKohdeTilojaResult>${block(406)}</VieKohdeTilojaResult></a:VieKohdeTilojaResponse>`
  expect(judge('pushStates', envelope(careless))).toMatchObject({ kind: 'refused', wireCode: 406 })
  expect(judge('pushStates', result('pushStates', '<TilaKoodi>453</TilaKoodi>'))).toMatchObject({ wireCode: 453 })
})

test('an id that is longer than ours may be is not kept', () => {
  const body = item(`<ViranomaisTunniste>${'x'.repeat(256)}</ViranomaisTunniste><KohteenTila>200</KohteenTila>`)
  expect(judge('pushMessages', result('pushMessages', block(0) + body)).authorityReference).toBeNull()
})

test('whatever bytes come back, there is a verdict', () => {
  const good = Buffer.from(result('pushMessages', block(0) + item('<KohteenTila>200</KohteenTila>')))
  fc.assert(
    fc.property(
      fc.constantFrom(...both),
      fc.integer({ min: 100, max: 599 }),
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.array(fc.tuple(fc.nat({ max: good.length - 1 }), fc.nat({ max: 255 })), { maxLength: 5 }).map((edits) => {
          const copy = Buffer.from(good)
          for (const [at, byte] of edits) copy[at] = byte
          return copy
        }),
      ),
      (operation, httpStatus, bytes) => {
        const { kind } = judge(operation, Buffer.from(bytes), httpStatus)
        expect(['taken', 'refused', 'unclear']).toContain(kind)
        if (kind === 'taken') expect(httpStatus >= 200 && httpStatus < 300).toBe(true)
      },
    ),
  )
})
