import { describe, expect, test } from '@jest/globals'
import {
  conformanceOf,
  ContractError,
  decodeCommand,
  isJoiningOperation,
  operationOf,
  peek,
  publishedSchema,
  publishedWsdl,
  restoreAnswer,
  statusFor,
  wireNames,
  type ContractName,
  type WireOperation,
} from '../../src/contract/index.js'
import { readXml } from '../../src/xml/index.js'
import { decode, mandatory, NAMESPACE, payloadOf, registration, requestOf, requests } from './joining-samples.js'

const OLD = 'http://www.suomi.fi/asiointitili'
const operations = Object.entries(wireNames) as [WireOperation, string][]
const contractOf = (operation: WireOperation): ContractName => (isJoiningOperation(operation) ? 'joining' : 'authority')
const namespaces = { authority: OLD, joining: NAMESPACE }

describe('two contracts are spoken', () => {
  test.each(operations)('%s is an operation of its own contract and of no other', (operation, name) => {
    const contract = contractOf(operation)
    const other = contract === 'joining' ? 'authority' : 'joining'
    const xml = (namespace: string) => payloadOf(`<${name} xmlns="${namespace}"/>`)
    expect(operationOf(xml(namespaces[contract]), contract)).toBe(operation)
    const wrong = [
      () => operationOf(xml(namespaces[contract]), other),
      () => operationOf(xml(namespaces[other]), contract),
      () => operationOf(xml(namespaces[other]), other),
      () => operationOf(xml(''), contract),
    ]
    for (const ask of wrong) expect(ask).toThrow(expect.objectContaining({ code: 'OPERATION_UNKNOWN' }))
  })

  test('a request of one contract is no command of the other', () => {
    expect(() => decode(`<HaeTilaTieto xmlns="${OLD}"/>`)).toThrow(ContractError)
    expect(() => decodeCommand(payloadOf(requestOf('HaeRekisterointi', null)))).toThrow(ContractError)
  })

  test.each(operations)('the start of a %s tells which operation it is, to its own contract', (operation, name) => {
    const head = `<s:Envelope><s:Body><x:${name} xmlns:x="y"><x:SanomaTunniste> s-1 </x:SanomaTunniste>`
    const contract = contractOf(operation)
    expect(peek(head, contract)).toEqual({ operation, exchangeId: 's-1' })
    const other = contract === 'joining' ? 'authority' : 'joining'
    expect(peek(head, other)).toEqual({ operation: null, exchangeId: 's-1' })
  })

  test.each(operations)('an answer to %s that was written before has the envelope it had', (operation) => {
    const envelope = operation === 'sendMessage' ? 'soap' : 'soapenv'
    expect(restoreAnswer(operation, '<kept/>').write()).toContain(`<${envelope}:Body><kept/></${envelope}:Body>`)
  })
})

describe('refusals', () => {
  test('what is wrong is told in the joining contract, and only there', () => {
    const detail = 'YTunnus puuttuu'
    const plain = statusFor('REQUEST_INVALID', 'registerService')!
    expect(statusFor('REQUEST_INVALID', 'registerService', detail)).toEqual({
      code: 400,
      text: `${plain.text}: ${detail}`,
    })
    expect(statusFor('REQUEST_INVALID', 'addItems', detail)).toEqual(plain)
    expect(statusFor('INTERNAL', 'sendMessage', detail)).toEqual({ code: 550, text: 'Muu virhe.' })
    expect(statusFor('OVERLOADED', 'registerService', detail)).toBeNull()
    expect(statusFor('REQUEST_INVALID', null, detail)).toBeNull()
  })

  test('a fault of ours is 450 in the joining contract, and 550 in LahetaViesti alone', () => {
    expect(statusFor('INTERNAL', 'registerService')?.code).toBe(450)
    expect(statusFor('INTERNAL', 'sendMessage')?.code).toBe(550)
  })
})

describe('what is published', () => {
  const endpoint = 'https://gateway.example/Asiointitili/LiittymispalvelutWSInterface'

  test('the WSDL has the addresses that its reader can reach', () => {
    const wsdl = publishedWsdl('joining', { endpoint })
    expect(wsdl).toContain(`location="${endpoint}"`)
    expect(wsdl).toContain(`schemaLocation="${endpoint}?xsd=Liittymispalvelut.xsd"`)
    expect(wsdl).not.toContain('localhost')
  })

  test('each contract publishes its own schema, by its own name', () => {
    expect(publishedSchema('joining', 'Liittymispalvelut.xsd')).toContain(`targetNamespace="${NAMESPACE}"`)
    expect(publishedSchema('authority', 'Viranomaispalvelut.xsd')).toContain(`targetNamespace="${OLD}"`)
    const wrong = ['Viranomaispalvelut.xsd', '', '../xsd/Liittymispalvelut.xsd', 'toString'].map((name) =>
      publishedSchema('joining', name),
    )
    expect(wrong).toEqual([null, null, null, null])
  })
})

describe('notes on accepted requests', () => {
  const notesOf = (xml: string) => {
    const document = readXml(Buffer.from(xml))
    return conformanceOf(document, document.root, 'joining')
  }

  test.each(requests)('%s needs no note', (_what, xml) => {
    expect(notesOf(xml)).toBeNull()
  })

  test('what is missing, out of order or unknown is named; a choice misses nothing', () => {
    const { Ymparisto, ...others } = mandatory
    const notes = notesOf(
      requestOf('RekisteroiPalvelu', `${Ymparisto}${Object.values(others).slice(1).join('')}<Oma>010190-900P</Oma>`),
    )
    expect(notes?.counts).toEqual({ outOfOrder: 3, missing: 1, unknownElement: 1 })
    expect(JSON.stringify(notes)).toContain('RekisteroiPalvelu/Kysely/YTunnus')
    expect(JSON.stringify(notes)).not.toMatch(/Oma|900P/)
    expect(notesOf(requestOf('HaeViestienTila', '<Muutokset/>'))).toBeNull()
  })

  test('a part of the other contract is an unknown one', () => {
    const foreign = `<Liittymiskoodi xmlns="${OLD}">A</Liittymiskoodi>`
    expect(notesOf(registration({ foreign }))?.counts).toEqual({ unknownElement: 1 })
  })
})
