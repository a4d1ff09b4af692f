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
  /** names in the service description; after the files when missing */
  readonly names?: ContractNames
  /** elements that are headers, each in a message of its own; none when missing */
  readonly headers?: readonly { readonly element: string; readonly message: string }[]
}

export interface ContractNames {
  readonly definitions: string
  readonly portType: string
  readonly binding: string
  readonly service: string
  readonly port: string
  readonly request: (operation: string) => string
  readonly response: (operation: string) => string
}

const namesAfter = (name: string): ContractNames => ({
  ...{ definitions: name, portType: name, binding: `${name}Soap`, service: `${name}Service`, port: `${name}Port` },
  request: (operation) => `${operation}_Pyynto`,
  response: (operation) => `${operation}_Vastaus`,
})

/** What holds of every contract that is published: its schema, its service description, and how node-soap reads both. */
export function testPublishedContract(contract: PublishedContract): void {
  const { files, namespace, version, operations, actionOf, types, neededType, places, headers = [] } = contract
  const { name, wsdl, xsd, address } = files
  const names = contract.names ?? namesAfter(name)
  const { service: serviceName, port: portName } = names

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
      expect(elements).toEqual([
        ...operations.flatMap((operation) => [operation, `${operation}Response`]),
        ...headers.map(({ element }) => element),
      ])
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
        names: [names.definitions, names.portType, names.binding, serviceName, portName],
        messages: [
          ...operations.flatMap((o) => [
            `${names.request(o)} parameters=tns:${o}`,
            `${names.response(o)} parameters=tns:${o}Response`,
          ]),
          ...headers.map(({ element, message }) => `${message} ${element}=tns:${element}`),
        ],
        actions: operations.flatMap((o) => [
          `tns:${names.request(o)} ${actionOf(o)}`,
          `tns:${names.response(o)} ${actionOf(o)}Response`,
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
      const methods = client.wsdl.definitions.bindings[names.binding]?.methods ?? {}
      const port = client.wsdl.definitions.services[serviceName]?.ports[portName]

      expect(Object.keys(description)).toEqual([serviceName])
      expect(Object.keys(description[serviceName] ?? {})).toEqual([portName])
      expect(childNames(description, serviceName, portName)).toEqual(operations)
      expect(Object.values(methods).map((method) => method.soapAction)).toEqual(operations.map(actionOf))
      expect(port?.location).toBe(address)
    })

    test.each(places)('it sees the element order of the contract in %s %j', async (operation, path, type) => {
      const description: unknown = (await clientFromFiles(files)).describe()
      const names = childNames(description, serviceName, portName, operation, ...path)
      expect(names).toEqual(elementNames(types[type] ?? []))
    })
  })
}

const elementNames = (parts: readonly string[]): string[] =>
  parts.filter((part) => !part.startsWith('@')).map((part) => part.replace('|', '').split(' ')[0] ?? '')
