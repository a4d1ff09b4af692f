import { children, type XmlElement } from '../dom.js'
import type { Answer, Operation } from '../types.js'
import { integer, itemsOf, parsed, single, unreadable, type Matcher } from './blocks.js'

const local: Matcher = (element, name) => element.name === name

/** Reads by local names from the first child of Body and demands all three values of the block, as etp does. */
export function readThreeChildren(operation: Operation, body: Buffer): Answer {
  return parsed(body, (root) => {
    const response = children(single(root, 'Body', local))[0] ?? unreadable('empty Body')
    if (response.name !== `${operation}Response`) unreadable(`Body holds ${response.name}`)
    const result = single(response, `${operation}Result`, local)
    const block: XmlElement = single(result, 'TilaKoodi', local)
    const text = (name: string): string => {
      const value = single(block, name, local).content
      return value === '' ? unreadable(`${name} is empty`) : value
    }
    const items = itemsOf(result, operation, local)
    return {
      code: integer(single(block, 'TilaKoodi', local)),
      text: text('TilaKoodiKuvaus'),
      exchangeId: text('SanomaTunniste'),
      ...(items && { items }),
    }
  })
}
