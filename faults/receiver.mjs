import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { onEnd } from './tidy.mjs'

const ASI = 'http://www.suomi.fi/asiointitili'
const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/'
const envelope = (content) =>
  `<soapenv:Envelope xmlns:soapenv="${SOAP}"><soapenv:Body>${content}</soapenv:Body></soapenv:Envelope>`

/** How a return channel can misbehave; `takes`: whether it has taken what came all the same. */
export const MISBEHAVIOURS = {
  500: { takes: false, answer: (response) => response.writeHead(500).end('no') },
  silence: { takes: false, answer: () => undefined },
  garbage: { takes: false, answer: (response) => response.writeHead(200, XML).end('<a><b></a>\u0000') },
  Fault: {
    takes: false,
    answer: (response) =>
      response
        .writeHead(500, XML)
        .end(
          envelope('<soapenv:Fault><faultcode>soapenv:Server</faultcode><faultstring>no</faultstring></soapenv:Fault>'),
        ),
  },
  'lost answer': { takes: true, answer: (_response, request) => request.socket.destroy() },
}
const XML = { 'content-type': 'text/xml; charset=utf-8' }

/** An authority's return channel (paluukanava.md §2) that writes down what it takes, and misbehaves when told. */
export async function startReceiver() {
  /** every state that came, in order: { number, state, exchangeId, isTaken } */
  const received = []
  const how = { misbehaviour: null, percent: 0, random: null, watch: null }
  const server = createServer(async (request, response) => {
    const body = await buffer(request).catch(() => null)
    if (body === null) return
    const { statuses, exchangeId } = readPush(body.toString('utf8'))
    const isBad = how.misbehaviour !== null && how.random.chance(how.percent)
    const { takes, answer } = isBad ? MISBEHAVIOURS[how.misbehaviour] : { takes: true, answer: accept(exchangeId) }
    if (how.watch?.('request') === 'stop') return
    for (const status of statuses) received.push({ ...status, exchangeId, isTaken: takes })
    if (how.watch?.('answer') === 'stop') return
    answer(response, request)
  })
  server.on('clientError', (_error, socket) => socket.destroy())
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = onEnd(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${server.address().port}/ViranomaisPaluukanava.svc`,
    received,
    misbehave: (misbehaviour, percent, random) => Object.assign(how, { misbehaviour, percent, random }),
    watch: (watch) => (how.watch = watch),
    heal: () => Object.assign(how, { misbehaviour: null, watch: null }),
    close,
  }
}

const accept = (exchangeId) => (response) => {
  const status = `<TilaKoodi>0</TilaKoodi><TilaKoodiKuvaus>OK</TilaKoodiKuvaus><SanomaTunniste>${exchangeId}</SanomaTunniste>`
  const result = `<VieKohdeTilojaResult><TilaKoodi>${status}</TilaKoodi></VieKohdeTilojaResult>`
  response
    .writeHead(200, XML)
    .end(envelope(`<VieKohdeTilojaResponse xmlns="${ASI}">${result}</VieKohdeTilojaResponse>`))
}

function readPush(text) {
  const exchangeId = /<(?:\w+:)?SanomaTunniste>([^<]*)</.exec(text)?.[1] ?? ''
  const pattern = /<(?:\w+:)?AsiointitiliTunniste>(\d+)<[\s\S]*?<(?:\w+:)?KohteenTila>(\d+)</g
  const statuses = [...text.matchAll(pattern)].map(([, number, state]) => ({ number, state: Number(state) }))
  return { statuses, exchangeId }
}
