import { createClientAsync, WSSecurityCert, type Client } from 'soap'
import type { Operation } from './clients/index.js'
import type { JoiningOperation } from './joining.js'

/** Calls that the Promise-based client has for every operation of the WSDL: [result, raw answer, header, raw request]. */
export type NodeSoapClient = Client & Record<`${Operation | JoiningOperation}Async`, NodeSoapCall>
export type NodeSoapCall = (args: object) => Promise<[result: unknown, rawAnswer: string, header: unknown, raw: string]>

export interface NodeSoapOptions {
  wsdlUrl: string
  endpoint: string
  /** Without key and certificate the client does not sign, as hassu. */
  privateKeyPem?: string
  certificatePem?: string
  /** node-soap up to 1.5 signed with SHA-1; the installed one signs with SHA-256 unless told otherwise. */
  digestAlgorithm?: 'sha1' | 'sha256'
  headers?: Record<string, string>
}

const SHA1 = {
  signatureAlgorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
  digestAlgorithm: 'http://www.w3.org/2000/09/xmldsig#sha1',
}

export function nodeSoapSecurity(
  privateKeyPem: string,
  certificatePem: string,
  hash: 'sha1' | 'sha256',
): WSSecurityCert {
  return new WSSecurityCert(privateKeyPem, certificatePem, undefined, hash === 'sha1' ? SHA1 : {})
}

/**
 * A real node-soap client for a served WSDL. Make a new one for every call, as hassu does: WSSecurityCert keeps state,
 * and a second call through the same object may carry duplicate ids.
 */
export async function createNodeSoapClient(options: NodeSoapOptions): Promise<NodeSoapClient> {
  const { wsdlUrl, endpoint, privateKeyPem, certificatePem, digestAlgorithm = 'sha256', headers = {} } = options
  const client = await createClientAsync(wsdlUrl, { disableCache: true }, endpoint)
  if (privateKeyPem !== undefined && certificatePem !== undefined)
    client.setSecurity(nodeSoapSecurity(privateKeyPem, certificatePem, digestAlgorithm))
  for (const [name, value] of Object.entries(headers)) client.addHttpHeader(name, value)
  return client as NodeSoapClient
}
