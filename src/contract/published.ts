import { readFileSync } from 'node:fs'
import { escapeXml } from '../xml/index.js'
import type { ContractName } from './names.js'

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

/** Where the contract is published: what a client finds in `soap:address`, and where it fetches the schema. */
export interface PublishedAt {
  /** the endpoint's absolute address, without a query */
  readonly endpoint: string
}

interface Published {
  readonly wsdl: string
  readonly xsd: string
  /** what the schema is called wherever it is published */
  readonly schemaName: string
  /** the address in the file, where a gateway on one's own computer answers */
  readonly address: string
}

const load = (name: string): Published => ({
  wsdl: read(`wsdl/${name}.wsdl`),
  xsd: read(`xsd/${name}.xsd`),
  schemaName: `${name}.xsd`,
  address: `http://localhost:8080/Asiointitili/${name}WSInterface`,
})

const published: Readonly<Record<ContractName, Published>> = {
  authority: load('Viranomaispalvelut'),
  joining: load('Liittymispalvelut'),
}

/** The WSDL with the addresses that this caller can reach (viranomaispalvelut.md §2). */
export function publishedWsdl(contract: ContractName, { endpoint }: PublishedAt): string {
  const { wsdl, schemaName, address } = published[contract]
  const reachable = escapeXml(endpoint)
  return wsdl
    .replace(`location="${address}"`, () => `location="${reachable}"`)
    .replace(`schemaLocation="${schemaName}"`, () => `schemaLocation="${reachable}?xsd=${schemaName}"`)
}

/** A contract's schema by its published name; null for any other name: the name never becomes a path. */
export const publishedSchema = (contract: ContractName, name: string): string | null =>
  name === published[contract].schemaName ? published[contract].xsd : null

/** The schema that requests of a contract are compared with. */
export const schemaOf = (contract: ContractName): string => published[contract].xsd
