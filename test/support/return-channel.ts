import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { resolve } from 'node:path'
import { listen } from 'soap'
import type { StateCode } from '../../src/message/index.js'
import type { ServiceSettings } from '../../src/registration/index.js'
import { deliveries } from '../../src/store/index.js'
import { payloadOf, wsdlFile, xsdFile } from './contract-files.js'
import type { TestGateway } from './gateway.js'
import { addItems, askSigned, item, newPerson, newReference, newSender, type Sender } from './requests.js'
import { RETURN_CHANNEL_NAMESPACE, returnChannelFiles, type Generation } from './return-channel-contract.js'

/** One request as it came over the wire. */
export interface Received {
  readonly headers: IncomingHttpHeaders
  readonly envelope: string
  /** the element of the Body */
  readonly payload: string
}

export interface RawReceiver {
  readonly url: string
  readonly received: readonly Received[]
  readonly connections: () => number
  readonly close: () => Promise<void>
}

type Handler = (request: Received, response: ServerResponse) => void

/** A receiver that answers whatever the test says, well or badly; with TLS when it is given a key. */
export async function startRawReceiver(handler: Handler, tls?: ServerOptions): Promise<RawReceiver> {
  const received: Received[] = []
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    void textOf(request).then((envelope) => {
      const one = { headers: request.headers, envelope, payload: payloadOf(envelope) }
      received.push(one)
      handler(one, response)
    })
  }
  const server: Server = tls === undefined ? createServer(take) : createTlsServer(tls, take)
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}/ViranomaisPaluukanava.svc`,
    received,
    connections: () => sockets.size,
    close: async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/'
export const soapAnswer = (body: string): string =>
  `<s:Envelope xmlns:s="${SOAP}"><s:Body>${body}</s:Body></s:Envelope>`
/** An answer with a code for the whole. */
export const statusAnswer = (operation: string, code: number): string =>
  soapAnswer(
    `<${operation}Response xmlns="${RETURN_CHANNEL_NAMESPACE}"><${operation}Result><TilaKoodi><TilaKoodi>${code}</TilaKoodi></TilaKoodi></${operation}Result></${operation}Response>`,
  )
export const operationIn = ({ payload }: Received): string => /^<(?:\w+:)?(\w+)/.exec(payload)![1]!

export interface ForeignReceiver {
  readonly url: string
  /** arguments as node-soap hands them to a service, in the order in which they came */
  readonly calls: readonly {
    readonly operation: string
    readonly args: Record<string, unknown>
    readonly envelope: string
  }[]
  readonly close: () => Promise<void>
}

/** A foreign receiver: node-soap's server, made of the published files, as an authority's vendor would make it. */
export async function startForeignReceiver(generation: Generation): Promise<ForeignReceiver> {
  const { name, wsdl } = returnChannelFiles(generation)
  const description = wsdl.replace(`"${name}.xsd"`, `"${resolve(xsdFile(name))}"`)
  const calls: { operation: string; args: Record<string, unknown>; envelope: string }[] = []
  let envelope = ''
  const note = (operation: string, args: Record<string, unknown>): void =>
    void calls.push({ operation, args, envelope })
  const echo = (args: Record<string, unknown>): object => {
    const { SanomaTunniste } = args['Viranomainen'] as { SanomaTunniste: string }
    return { TilaKoodi: { TilaKoodi: 0, TilaKoodiKuvaus: 'OK', SanomaTunniste } }
  }
  const methods = {
    VieKohdeTiloja: (args: Record<string, unknown>) => {
      note('VieKohdeTiloja', args)
      return { VieKohdeTilojaResult: echo(args) }
    },
    VieKohteita: (args: Record<string, unknown>) => {
      note('VieKohteita', args)
      const { Kohteet } = args['Kysely'] as { Kohteet: { Kohde: { AsiointitiliTunniste: string }[] } }
      const { AsiointitiliTunniste } = [Kohteet.Kohde].flat()[0]!
      const Kohde = [{ AsiointitiliTunniste, ViranomaisTunniste: `D-${AsiointitiliTunniste}`, KohteenTila: 200 }]
      return { VieKohteitaResult: { ...echo(args), KohdeMaara: 1, Kohteet: { Kohde } } }
    },
  }
  const [service, port] =
    generation === 'old'
      ? ['ViranomaisPaluukanava', 'ViranomaisPaluukanavaSoap']
      : ['ViranomaisPaluukanavaService', 'ViranomaisPaluukanavaPort']
  const server = createServer((_request, response) => void response.writeHead(404).end())
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const soap = listen(server, {
    path: '/paluu',
    services: { [service]: { [port]: methods } },
    xml: description,
    uri: resolve(wsdlFile(name)),
  })
  soap.log = (kind, data) => {
    if (kind === 'received') envelope = String(data)
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/paluu`,
    calls,
    close: async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

/** A message that is stored, of a service with a return channel. */
export interface Reported {
  readonly sender: Sender
  readonly person: string
  readonly reference: string
  readonly number: string
  readonly bucket: number
  readonly messageId: string
}

export const senderWith = (
  gateway: TestGateway,
  returnChannel: ServiceSettings['returnChannel'],
  more: ServiceSettings = {},
): Promise<Sender> =>
  newSender(gateway, { settings: { receipts: 'all', ...(returnChannel !== undefined && { returnChannel }), ...more } })

/** Sends an item that is visible at once, and so reports nothing by itself. */
export async function newItem(
  gateway: TestGateway,
  sender: Sender,
  fields: Record<string, string | undefined> = {},
): Promise<Reported> {
  const [person, reference] = [await newPerson(gateway), newReference()]
  await askSigned(gateway, sender, addItems(sender, item(person, { ViranomaisTunniste: reference, ...fields })))
  const { rows } = await gateway.db.query<{ number: string; bucket: number; messageId: string }>(
    `select m.number::text, m.bucket, m.id as "messageId" from message m join item i on i.bucket = m.bucket and i.id = m.item_id
     where i.reference = $1`,
    [reference],
  )
  return { sender, person, reference, ...rows[0]! }
}

/** Queues the report of a state of a message, as a move of it would. */
export const queueReport = (
  { db }: TestGateway,
  { sender: { authorityId, serviceId }, bucket, messageId }: Reported,
  state: StateCode,
): Promise<string> =>
  db.withTransaction((tx) =>
    deliveries.insertDelivery(tx, {
      ...{ bucket, messageId, service: { authorityId, serviceId }, environment: 'test' },
      ...{ channel: 'return-channel', purpose: 'state', about: { state, eventId: messageId } },
    }),
  )
