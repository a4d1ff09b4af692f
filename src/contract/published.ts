import { readFileSync } from 'node:fs'
import { escapeXml } from '../xml/index.js'

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

/** Where the contract is published: what a client finds in `soap:address`, and where it fetches the schema. */
export interface PublishedAt {
  /** the endpoint's absolute address, without a query */
  readonly endpoint: string
}

const WSDL_ADDRESS = 'location="http://localhost:8080/Asiointitili/ViranomaispalvelutWSInterface"'
const WSDL_SCHEMA = 'schemaLocation="Viranomaispalvelut.xsd"'
const schemas: ReadonlyMap<string, string> = new Map([['Viranomaispalvelut.xsd', read('xsd/Viranomaispalvelut.xsd')]])
const wsdl = read('wsdl/Viranomaispalvelut.wsdl')

/** The WSDL with the addresses that this caller can reach (viranomaispalvelut.md §2). */
export function publishedWsdl({ endpoint }: PublishedAt): string {
  const address = escapeXml(endpoint)
  return wsdl
    .replace(WSDL_ADDRESS, () => `location="${address}"`)
    .replace(WSDL_SCHEMA, () => `schemaLocation="${address}?xsd=Viranomaispalvelut.xsd"`)
}

/** A schema by its published name; null for any other name: the name never becomes a path. */
export const publishedSchema = (name: string): string | null => schemas.get(name) ?? null
