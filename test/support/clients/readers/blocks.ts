import { attribute, children, withDocument, type XmlElement } from '../dom.js'
import { Unreadable, type AnswerItem, type IdType, type Operation } from '../types.js'

/** Small steps that all readers share; each complains in the way that stops a real client. */
export function unreadable(reason: string): never {
  throw new Unreadable(reason)
}

export function parsed<T>(body: Buffer, work: (root: XmlElement) => T): T {
  return withDocument(body, (root, document) => {
    if (document.dtd) unreadable('DOCTYPE')
    return work(root)
  })
}

export type Matcher = (element: XmlElement, name: string) => boolean

/** Exactly one child that matches; the way of matching is what tells the readers apart. */
export function single(parent: XmlElement, name: string, matches: Matcher): XmlElement {
  const found = children(parent).filter((child) => matches(child, name))
  return found.length === 1 ? found[0]! : unreadable(`${found.length} × ${name} in ${parent.name}`)
}

export function optionalText(parent: XmlElement, name: string, matches: Matcher): string | undefined {
  return children(parent).find((child) => matches(child, name))?.content
}

export function integer(element: XmlElement): number {
  const text = element.content.trim()
  return /^-?\d+$/.test(text) ? Number(text) : unreadable(`${element.name} is not an integer`)
}

/** The recipients of HaeAsiakkaita (Tila) or of every Kohde of LisaaKohteita (KohteenTila). */
export function itemsOf(result: XmlElement, operation: Operation, matches: Matcher): AnswerItem[] | undefined {
  if (operation === 'LahetaViesti' || operation === 'HaeTilaTieto') return undefined
  const named = (parent: XmlElement, name: string): XmlElement[] => children(parent).filter((c) => matches(c, name))
  if (operation === 'HaeAsiakkaita')
    return named(result, 'Asiakkaat').flatMap((all) =>
      named(all, 'Asiakas').map((customer) => ({
        ...whoIs(customer),
        state: integer(single(customer, 'Tila', matches)),
        passive: integer(single(customer, 'TiliPassivoitu', matches)),
      })),
    )
  const items = named(result, 'Kohteet').flatMap((all) => named(all, 'Kohde'))
  return items.flatMap((item) => {
    const reference = optionalText(item, 'ViranomaisTunniste', matches)
    return named(item, 'Asiakas').map((customer) => {
      const text = optionalText(customer, 'KohteenTilaKuvaus', matches)
      const mailboxId = optionalText(customer, 'AsiointitiliTunniste', matches)
      return {
        ...whoIs(customer),
        state: integer(single(customer, 'KohteenTila', matches)),
        ...(text !== undefined && { text }),
        ...(reference !== undefined && { reference }),
        ...(mailboxId !== undefined && { mailboxId }),
      }
    })
  })
}

const whoIs = (customer: XmlElement): { recipientId: string; idType: IdType } => ({
  recipientId: attribute(customer, 'AsiakasTunnus') ?? unreadable('Asiakas without AsiakasTunnus'),
  idType: (attribute(customer, 'TunnusTyyppi') ?? unreadable('Asiakas without TunnusTyyppi')) as IdType,
})
