import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'
import { ASI, element, frame, party, signatureElement, signatureValue, signedInfo } from './envelope.mjs'

/** A text again and again, as often as it fits into so many bytes. */
export const fill = (text, bytes) => text.repeat(Math.floor(bytes / Buffer.byteLength(text)))

/** An operation's element around anything. */
export const operation = (content, { name = 'LahetaViesti', exchangeId = randomUUID(), namespaces = '' } = {}) =>
  `<asi:${name} xmlns:asi="${ASI}"${namespaces}>${party(exchangeId)}${content}</asi:${name}>`

/**
 * Signs any content of the Body honestly, with the gateway's own canonical form: what is measured is what verifying
 * costs, not whether it is right.
 * @param options.blocks    contents of header blocks that are signed too
 * @param options.prefixes  PrefixList of the Body's reference
 */
export async function documentSigner(identity, dist) {
  const { readXml, unlimited, canonicalize } = await import(pathToFileURL(join(dist, 'xml', 'index.js')).href)
  return (payload, { blocks = [], prefixes = [], bodyNamespaces = '' } = {}) => {
    const headers = blocks.map((text, i) => `<b:Block xmlns:b="urn:b" Id="b-${i}">${text}</b:Block>`).join('')
    const { ids, start, middle, end } = frame(identity, { headers, bodyNamespaces })
    const whole = Buffer.from(`${start}${middle}${payload}${end}`)
    const [header, body] = readXml(whole, unlimited).root.elements()
    const [security, ...signedBlocks] = header.elements()
    const reference = (id, part, listed = []) => {
      const hash = createHash('sha256')
      canonicalize(part, listed, (piece) => hash.update(piece))
      return { id, digest: hash.digest('base64'), prefixes: listed }
    }
    const inside = signedInfo([
      reference(ids.timestamp, security.elements()[1]),
      reference(ids.body, body, prefixes),
      ...signedBlocks.map((part, i) => reference(`b-${i}`, part)),
    ])
    const signature = signatureElement(inside, signatureValue(identity, inside), ids)
    return spliced(whole, start.length, signature)
  }
}

const spliced = (whole, at, text) => Buffer.concat([whole.subarray(0, at), Buffer.from(text), whole.subarray(at)])

/**
 * What somebody without the key can send: the right certificate, and a signature that is made up unless it is given.
 * @param options.references  besides those of Timestamp and Body: { id, digest, prefixes } each
 */
export function forge(identity, payload, options = {}) {
  const { references = [], text, prefixes, value = randomValue(256) } = options
  const { ids, start, middle, end } = frame(identity, options)
  const digest = randomBytes(32).toString('base64')
  const own = [ids.timestamp, ids.body].map((id) => ({ id, digest, prefixes: options.referencePrefixes }))
  const inside = signedInfo([...own, ...references.map((one) => ({ digest, ...one }))], { text, prefixes })
  const signature = signatureElement(inside, value, ids)
  return Buffer.concat([start, signature, middle, payload, end].map((piece) => Buffer.from(piece)))
}

/** Below the modulus of a key as long, so that it is worth an RSA operation. */
export function randomValue(bytes) {
  const value = randomBytes(bytes)
  value[0] &= 0x3f
  return value.toString('base64')
}

/** HaeAsiakkaita about as many customers as `bytes` hold: the request with the most elements that a client has. */
export function richPayload(bytes, most = Infinity) {
  const customer = '<asi:Asiakas AsiakasTunnus="010190-900P" TunnusTyyppi="SSN"/>'
  const count = Math.max(1, Math.min(most, Math.floor(bytes / customer.length)))
  return operation(
    element('Kysely', element('KyselyLaji', 'Asiakkaat') + element('Asiakkaat', customer.repeat(count))),
    { name: 'HaeAsiakkaita' },
  )
}
