/** The outer bytes of a message: everything but the payload and the security header is fixed by the row. */
export interface Envelope {
  declaration: string
  /** Prefix of the SOAP namespace. */
  prefix: string
  /** Declarations on the Envelope, each with a leading space. */
  rootAttributes: string
  /** What stands before Body when there is no security header: '' or an empty Header. */
  emptyHeader: string
  bodyAttributes: string
  /** Everything between the tags of Body. */
  payload: string
  /** White space between the children of Envelope. */
  gap: string
  /** Last change to a signed text, for instance canonicalising it. */
  finish?: (xml: string) => string
}

export function writeEnvelope(envelope: Envelope, security = '', bodyId = ''): string {
  const { declaration, prefix: soap, rootAttributes, gap, bodyAttributes, payload } = envelope
  const header = security === '' ? envelope.emptyHeader : `<${soap}:Header>${security}</${soap}:Header>`
  const start = `${declaration}<${soap}:Envelope${rootAttributes}>${gap}${header}${header === '' ? '' : gap}`
  return `${start}<${soap}:Body${bodyAttributes}${bodyId}>${payload}</${soap}:Body>${gap}</${soap}:Envelope>`
}

/** Changes what a reader would store where there is a title, else only white space. */
export function tampered(payload: string): string {
  const changed = payload.replace(/(Nimeke>[^<]*)/, '$1 (muutettu)')
  return changed === payload ? ` ${payload}` : changed
}
