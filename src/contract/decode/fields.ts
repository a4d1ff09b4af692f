import { XmlElement } from '../../xml/index.js'

const XSI = 'http://www.w3.org/2001/XMLSchema-instance'

/**
 * Readers for single values, as tolerant as sixteen years of clients need (clients.md R14–R18): order does not matter,
 * a missing, an empty and a nil element are the same, and of a repeated element the first counts. A child is looked for
 * in the namespace of its parent: `operationOf` has checked that of the payload, so the readers serve every contract.
 */
export function child(parent: XmlElement | null, name: string): XmlElement | null {
  if (parent === null) return null
  for (const node of parent.children) {
    if (node instanceof XmlElement && node.is(parent.namespace, name)) return isNil(node) ? null : node
  }
  return null
}

/** A child with something in it: an element of elements that are all empty says as little as a missing one (R16). */
export function filled(parent: XmlElement | null, name: string): XmlElement | null {
  const element = child(parent, name)
  return element !== null && saysSomething(element) ? element : null
}

export function saysSomething(element: XmlElement): boolean {
  if (element.attributes.some((a) => a.namespace === '' && a.value.trim() !== '')) return true
  return element.children.some((node) =>
    node instanceof XmlElement ? saysSomething(node) : typeof node !== 'string' || /[^ \t\r\n]/.test(node),
  )
}

/** Children of one name under every wrapper of another name; repeated wrappers are joined (R14). */
export function wrapped(parent: XmlElement | null, wrapper: string, name: string): XmlElement[] {
  if (parent === null) return []
  return parent.all(parent.namespace, wrapper).flatMap((w) => all(w, name))
}

export function all(parent: XmlElement, name: string): XmlElement[] {
  return parent.all(parent.namespace, name).filter((element) => !isNil(element))
}

function isNil(element: XmlElement): boolean {
  const nil = element.attribute(XSI, 'nil')?.trim()
  return nil === 'true' || nil === '1'
}

/** Text as written; null when there is nothing but white space. */
export function text(parent: XmlElement | null, name: string): string | null {
  const element = child(parent, name)
  if (element === null) return null
  const value = element.text()
  return /[^ \t\r\n]/.test(value) ? value : null
}

/** Text without surrounding white space: codes, ids, numbers (R28). */
export function word(parent: XmlElement | null, name: string): string | null {
  return text(parent, name)?.trim() ?? null
}

/** Attribute as written; null when missing or empty. */
export function attribute(element: XmlElement | null, name: string): string | null {
  const value = element?.attribute('', name) ?? null
  return value === '' ? null : value
}

/** 0/1/true/false in any case, as number or word (R18); `otherwise` when missing or anything else. */
export function flag(parent: XmlElement | null, name: string, otherwise = false): boolean {
  const value = word(parent, name)?.toLowerCase()
  if (value === '1' || value === 'true') return true
  if (value === '0' || value === 'false') return false
  return otherwise
}

export function integer(parent: XmlElement | null, name: string): number | null {
  const value = word(parent, name)
  return value !== null && /^[+-]?\d{1,9}$/.test(value) ? Number(value) : null
}
