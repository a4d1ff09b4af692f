import { describe, expect, test } from '@jest/globals'
import { XmlLibError } from 'libxml2-wasm'
import { attribute, withDocument } from './clients/dom.js'
import {
  broken,
  describedIn,
  judgeBy,
  select,
  typesOf,
  unexplainedInDescription,
  unexplainedInSchema,
  type ContractFiles,
  type TypesByName,
} from './contract-files.js'
import { childNames, clientFromFiles } from './contract-server.js'

/** What a contract is meant to be, written down independently of its files. */
export interface PublishedContract {
  readonly files: ContractFiles
  readonly namespace: string
  readonly version: string
  readonly operations: readonly string[]
  /** SOAPAction of a request */
  readonly actionOf: (operation: string) => string
  readonly types: TypesByName
  /** a complex type that others are made of */
  readonly neededType: string
  /** where in an operation a foreign client must find the elements of which type */
  readonly places: readonly (readonly [operation: string, path: readonly string[], type: string])[]
}

/** What holds of every contract that is published: its schema, its service description, and how node-soap reads both. */
export function testPublishedContract(contract: PublishedContract): void {
  const { files, namespace, version, operations, actionOf, types, neededType, places } = contract
  const { name, wsdl, xsd, address } = files

  describe('the schema', () => {
    test('libxml2 compiles the schema', () => {
      expect(() => judgeBy(xsd)).not.toThrow()
    })

    test('libxml2 refuses the schema when a type is taken out of it', () => {
      const tag = (type: string): string => `<xs:complexType name="${type}">`
      expect(() => judgeBy(broken(xsd, tag(neededType), tag('Muu')))).toThrow(XmlLibError)
    })

    test('names, types, order, cardinalities, nil, defaults, lengths and values equal those of the contract', () => {
      expect(withDocument(xsd, typesOf)).toEqual(types)
    })

    test('the schema has the namespace, form and version of the contract', () => {
      const header = withDocument(xsd, (schema) =>
        ['targetNamespace', 'elementFormDefault', 'attributeFormDefault', 'version'].map((one) =>
          attribute(schema, one),
        ),
      )
      expect(header).toEqual([namespace, 'qualified', 'unqualified', version])
    })

    test('the schema has exactly one request and one response element per operation', () => {
      const elements = withDocument(xsd, (schema) => select(schema, 'xs:element').map((e) => attribute(e, 'name')))
      expect(elements).toEqual(operations.flatMap((operation) => [operation, `${operation}Response`]))
    })

    test('every element, attribute, type and value is explained in English and in Finnish', () => {
      expect(unexplainedInSchema(xsd)).toEqual([])
    })
  })

  describe('the service description', () => {
    test('every message, operation, binding, service and port is explained in English and in Finnish', () => {
      expect(unexplainedInDescription(wsdl)).toEqual([])
    })

    test('neither file carries comments', () => {
      for (const file of [wsdl, xsd]) expect(file).not.toContain('<!--')
    })

    test('the two values that the server substitutes occur exactly once', () => {
      expect(wsdl.split(`schemaLocation="${name}.xsd"`)).toHaveLength(2)
      expect(wsdl.split(`location="${address}"`)).toHaveLength(2)
      expect(wsdl.match(/schemaLocation\s*=/g)).toHaveLength(1)
      expect(wsdl.match(/<soap:address\b/g)).toHaveLength(1)
    })

    test('messages, port type, binding, service and addressing actions have the names of the contract', () => {
      expect(describedIn(wsdl)).toEqual({
        names: [name, name, `${name}Soap`, `${name}Service`, `${name}Port`],
        messages: operations.flatMap((o) => [
          `${o}_Pyynto parameters=tns:${o}`,
          `${o}_Vastaus parameters=tns:${o}Response`,
        ]),
        actions: operations.flatMap((o) => [
          `tns:${o}_Pyynto ${actionOf(o)}`,
          `tns:${o}_Vastaus ${actionOf(o)}Response`,
        ]),
        soapActions: operations.map(actionOf),
        style: ['document'],
        use: operations.flatMap(() => ['literal', 'literal']),
      })
    })
  })

  describe('node-soap reads both files', () => {
    test('it sees one service with one port, every operation and their actions', async () => {
      const client = await clientFromFiles(files)
      const description = client.describe() as Record<string, Record<string, unknown>>
      const methods = client.wsdl.definitions.bindings[`${name}Soap`]?.methods ?? {}
      const port = client.wsdl.definitions.services[`${name}Service`]?.ports[`${name}Port`]

      expect(Object.keys(description)).toEqual([`${name}Service`])
      expect(Object.keys(description[`${name}Service`] ?? {})).toEqual([`${name}Port`])
      expect(childNames(description, `${name}Service`, `${name}Port`)).toEqual(operations)
      expect(Object.values(methods).map((method) => method.soapAction)).toEqual(operations.map(actionOf))
      expect(port?.location).toBe(address)
    })

    test.each(places)('it sees the element order of the contract in %s %j', async (operation, path, type) => {
      const description: unknown = (await clientFromFiles(files)).describe()
      const names = childNames(description, `${name}Service`, `${name}Port`, operation, ...path)
      expect(names).toEqual(elementNames(types[type] ?? []))
    })
  })
}

const elementNames = (parts: readonly string[]): string[] =>
  parts.filter((part) => !part.startsWith('@')).map((part) => part.replace('|', '').split(' ')[0] ?? '')
