import { readFileSync } from 'node:fs'
import { XmlDocument, XmlElement, XmlValidateError, XsdValidator } from 'libxml2-wasm'
import { attribute, children, withDocument } from './clients/dom.js'

/** A published contract as it lies on disk, before anything is substituted in it. */
export interface ContractFiles {
  readonly name: string
  readonly wsdl: string
  readonly xsd: string
  /** what soap:address says until it is served */
  readonly address: string
}

export const wsdlFile = (name: string): string => `wsdl/${name}.wsdl`
export const xsdFile = (name: string): string => `xsd/${name}.xsd`

export const contractFiles = (
  name: string,
  address = `http://localhost:8080/Asiointitili/${name}WSInterface`,
): ContractFiles => ({
  name,
  wsdl: readFileSync(wsdlFile(name), 'utf8'),
  xsd: readFileSync(xsdFile(name), 'utf8'),
  address,
})

const prefixes = {
  xs: 'http://www.w3.org/2001/XMLSchema',
  wsdl: 'http://schemas.xmlsoap.org/wsdl/',
  soap: 'http://schemas.xmlsoap.org/wsdl/soap/',
  envelope: 'http://schemas.xmlsoap.org/soap/envelope/',
}
const ADDRESSING = 'http://www.w3.org/2006/05/addressing/wsdl'
const XML = 'http://www.w3.org/XML/1998/namespace'

export const select = (from: XmlElement, path: string): XmlElement[] =>
  from.find(path, prefixes).filter((node) => node instanceof XmlElement)

// ── Judging documents ─────────────────────────────────────────────────────────────────────────────────────────────────

/** Judges documents by a schema: undefined when one is valid, otherwise what libxml2 says. Throws when the schema is none. */
export function judgeBy(xsd: string): (xml: string) => string | undefined {
  // Both live as long as the test: compiling lists of up to 1000 ids anew for each document takes long.
  const validator = XsdValidator.fromDoc(XmlDocument.fromString(xsd))
  return (xml) =>
    withDocument(xml, (_root, document) => {
      try {
        validator.validate(document)
        return undefined
      } catch (error) {
        if (error instanceof XmlValidateError) return error.message
        throw error
      }
    })
}

/** Replaces the first occurrence and insists that there was one, so that a broken sample is really broken. */
export function broken(sample: string, from: string, to: string): string {
  if (!sample.includes(from)) throw new Error(`The sample does not contain ${from}.`)
  return sample.replace(from, () => to)
}

/** The one element in the Body of an envelope. */
export const payloadOf = (envelope: string): string =>
  withDocument(envelope, (root) => {
    const payload = select(root, 'envelope:Body/*')[0]
    if (!payload) throw new Error('The envelope has no payload.')
    return payload.toString({ format: false })
  })

// ── The contract as data ──────────────────────────────────────────────────────────────────────────────────────────────

/**
 * What a schema says of each type, one line per part, in order. Complex types: name, type, min..max, then `nillable`,
 * `default=`, facets; `@` marks an attribute, `|` an alternative of a choice, a slash the type of an element that has no
 * type name of its own. Simple types: base and facets.
 */
export type TypesByName = Readonly<Record<string, readonly string[]>>

export const typesOf = (schema: XmlElement): TypesByName =>
  Object.fromEntries([
    ...select(schema, '//xs:complexType').map((type) => [typeName(type), complexParts(type)]),
    ...select(schema, 'xs:simpleType').map((type) => [typeName(type), [restrictionOf(type).join(' ')]]),
  ]) as TypesByName

const typeName = (type: XmlElement): string =>
  attribute(type, 'name') ?? `/${(type.parent && attribute(type.parent, 'name')) ?? '?'}`

/** Reads all of a type, or throws: a part that this does not know must not pass unseen. */
const complexParts = (type: XmlElement): string[] => contentOf(type).flatMap((part) => partsOf(part))

function partsOf(part: XmlElement): string[] {
  switch (part.name) {
    case 'sequence':
      return contentOf(part).map(elementLine)
    case 'choice':
      return contentOf(part).map((element) => `|${elementLine(element)}`)
    case 'attribute':
      return [attributeLine(part)]
    default:
      throw new Error(`A type is described by ${part.name}.`)
  }
}

const contentOf = (element: XmlElement): XmlElement[] => children(element).filter(({ name }) => name !== 'annotation')

function elementLine(element: XmlElement): string {
  if (element.name !== 'element') throw new Error(`A group holds ${element.name}.`)
  const most = attribute(element, 'maxOccurs') ?? '1'
  const range = `${attribute(element, 'minOccurs') ?? '1'}..${most === 'unbounded' ? 'n' : most}`
  const [type, ...facets] = typeIn(element)
  const nillable = attribute(element, 'nillable') === 'true' ? ['nillable'] : []
  return [attribute(element, 'name'), type, range, ...nillable, ...defaultOf(element), ...facets].join(' ')
}

function attributeLine(element: XmlElement): string {
  const [type, ...facets] = typeIn(element)
  const use = attribute(element, 'use') ?? 'optional'
  return [`@${attribute(element, 'name') ?? '?'}`, type, use, ...defaultOf(element), ...facets].join(' ')
}

function defaultOf(element: XmlElement): string[] {
  const value = attribute(element, 'default')
  return value === undefined ? [] : [`default=${value}`]
}

function typeIn(element: XmlElement): string[] {
  const [simple] = select(element, 'xs:simpleType')
  const named = attribute(element, 'type')
  if (named !== undefined) return [named]
  return simple ? restrictionOf(simple) : [`/${attribute(element, 'name') ?? '?'}`]
}

/** Base and facets of a simple type. */
function restrictionOf(type: XmlElement): string[] {
  const [restriction] = select(type, 'xs:restriction')
  if (!restriction) throw new Error(`${typeName(type)} is no restriction.`)
  const facets = contentOf(restriction).map((facet) => `${facet.name}=${attribute(facet, 'value') ?? '?'}`)
  return [attribute(restriction, 'base') ?? '?', ...facets]
}

// ── What is written for people ────────────────────────────────────────────────────────────────────────────────────────

const nameOf = (part: XmlElement): string =>
  `${part.name} ${attribute(part, 'name') ?? attribute(part, 'value') ?? ''}`.trim()

/** Parts of a schema that are not explained in English and then in Finnish, in two texts that name the same numbers. */
export const unexplainedInSchema = (xsd: string): string[] =>
  withDocument(xsd, (schema) =>
    [
      schema,
      ...select(schema, '//xs:element | //xs:attribute | //xs:complexType | //xs:simpleType[@name] | //xs:enumeration'),
    ]
      .filter((part) => {
        const texts = select(part, 'xs:annotation/xs:documentation')
        const [english = '', finnish = ''] = texts.map((text) => text.content.trim())
        const languages = texts.map((text) => attribute(text, 'lang', XML)).join()
        return languages !== 'en,fi' || !saysTheSame(english, finnish)
      })
      .map(nameOf),
  )

/** Parts of a service description that are not explained in English and then in Finnish. */
export const unexplainedInDescription = (wsdl: string): string[] =>
  withDocument(wsdl, (root) =>
    [
      root,
      ...select(root, 'wsdl:message | wsdl:portType | wsdl:portType/wsdl:operation'),
      ...select(root, 'wsdl:binding | wsdl:service | wsdl:service/wsdl:port'),
    ]
      .filter((part) => {
        const texts = select(part, 'wsdl:documentation').map((text) => text.content)
        const [, english = '', finnish = ''] = /^\s*English: (.+)\sSuomeksi: (.+)$/s.exec(texts.join('\n')) ?? []
        return texts.length !== 1 || !saysTheSame(english, finnish)
      })
      .map(nameOf),
  )

/** As far as a machine can tell: neither is missing or a copy of the other, and both name the same codes and limits. */
function saysTheSame(english: string, finnish: string): boolean {
  const numbers = (text: string): string => (text.match(/\d+/g) ?? []).sort().join()
  return english !== '' && finnish !== '' && english !== finnish && numbers(english) === numbers(finnish)
}

/** Names, messages and actions of a service description, as they stand there. */
export const describedIn = (wsdl: string) =>
  withDocument(wsdl, (root) => ({
    names: [root, ...select(root, 'wsdl:portType | wsdl:binding | wsdl:service | wsdl:service/wsdl:port')].map((e) =>
      attribute(e, 'name'),
    ),
    messages: select(root, 'wsdl:message').map((message) => {
      const parts = select(message, 'wsdl:part').map(
        (part) => `${attribute(part, 'name') ?? ''}=${attribute(part, 'element') ?? ''}`,
      )
      return `${attribute(message, 'name') ?? ''} ${parts.join()}`
    }),
    actions: select(root, 'wsdl:portType/wsdl:operation/*[self::wsdl:input or self::wsdl:output]').map(
      (e) => `${attribute(e, 'message') ?? ''} ${attribute(e, 'Action', ADDRESSING) ?? ''}`,
    ),
    soapActions: select(root, 'wsdl:binding/wsdl:operation/soap:operation').map((e) => attribute(e, 'soapAction')),
    style: select(root, 'wsdl:binding/soap:binding').map((e) => attribute(e, 'style')),
    use: select(root, 'wsdl:binding//soap:body').map((e) => attribute(e, 'use')),
  }))
