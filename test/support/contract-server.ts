import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClientAsync, type Client } from 'soap'
import { payloadOf, wsdlFile, xsdFile, type ContractFiles } from './contract-files.js'
import type { NodeSoapCall } from './node-soap-client.js'

/** A vendor keeps both files in one folder, as they are referred to. */
export async function clientFromFiles({ name }: ContractFiles): Promise<Client> {
  const folder = await mkdtemp(join(tmpdir(), `${name.toLowerCase()}-`))
  try {
    await copyFile(wsdlFile(name), join(folder, `${name}.wsdl`))
    await copyFile(xsdFile(name), join(folder, `${name}.xsd`))
    return await createClientAsync(join(folder, `${name}.wsdl`), { disableCache: true })
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Names of the children in the order in which node-soap would write them; `[]` marks a list and is dropped. */
export function childNames(description: unknown, ...path: string[]): string[] {
  const inside = (of: unknown): Record<string, unknown> => of as Record<string, unknown>
  const target = path.reduce((at: unknown, name) => inside(at)[name] ?? inside(at)[`${name}[]`], description)
  return Object.keys(inside(target))
    .filter((name) => !name.startsWith('targetN'))
    .map((name) => name.replace('[]', ''))
}

/** One call as the server saw it. */
export interface Exchange {
  readonly action: string | undefined
  readonly payload: string
}

export interface PublishedService {
  /** calls an operation with a client that was made from the published addresses alone */
  readonly call: (operation: string, args: object) => Promise<unknown>
  /** all calls so far */
  readonly exchanges: readonly Exchange[]
}

/** A small foreign server: publishes the files with both values substituted, and answers every call with a payload. */
export async function withPublishedFiles(
  { name, wsdl, xsd, address }: ContractFiles,
  answerTo: (payload: string) => string,
  act: (service: PublishedService) => Promise<void>,
): Promise<void> {
  const exchanges: Exchange[] = []
  const answer = (action: string | undefined, body: string): string => {
    const payload = payloadOf(body)
    exchanges.push({ action, payload })
    const envelope = 'http://schemas.xmlsoap.org/soap/envelope/'
    return `<soap:Envelope xmlns:soap="${envelope}"><soap:Body>${answerTo(payload)}</soap:Body></soap:Envelope>`
  }
  const server = createServer((incoming, outgoing) => {
    const url = `http://${incoming.headers.host ?? ''}/palvelu`
    const published = incoming.url?.endsWith(`?xsd=${name}.xsd`)
      ? xsd
      : wsdl.replace(`"${name}.xsd"`, `"${url}?xsd=${name}.xsd"`).replace(address, url)
    void textOf(incoming).then((body) => {
      outgoing.setHeader('Content-Type', 'text/xml; charset=utf-8')
      outgoing.end(incoming.method === 'POST' ? answer(incoming.headers['soapaction'] as string, body) : published)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const wsdlUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/palvelu?wsdl`
    const client = await createClientAsync(wsdlUrl, { disableCache: true })
    const call = async (operation: string, args: object): Promise<unknown> =>
      (await (client[`${operation}Async`] as NodeSoapCall)(args))[0]
    await act({ call, exchanges })
  } finally {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
