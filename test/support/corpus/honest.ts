import { artificialIdentityCode, clientNamed, examplePdf, type Operation, type SigningKey } from '../clients/index.js'
import type { Envelope } from '../clients/envelope.js'
import type { WssStyle } from '../clients/wss/styles.js'
import type { Identity } from '../keys.js'
import { file, item, newReference, plainStyle, sendMessage, signed } from '../requests.js'
import { uri } from './algorithms.js'
import { edit, signatureMethod, tokenOf } from './edit.js'
import { privateKeyOf, type Keys } from './keys.js'
import { resign, type Resigning } from './resign.js'

export interface Party {
  readonly authorityId: string
  readonly serviceId: string
}

interface Variant {
  content?: string
  style?: Partial<WssStyle>
  envelope?: Partial<Envelope>
}

/** What a fixture has at hand: an honest request, the keys of all parties, and the means to sign once more. */
export class Honest {
  readonly now: Date
  readonly keys: Keys
  readonly from: Party
  /** the authority that the neighbour's certificate is registered for */
  readonly other: Party
  /** an artificial person with a mailbox */
  readonly person: string
  readonly reference = newReference()
  /** A LahetaViesti in WSS4J's layout, RSA and SHA-256 throughout, signed by the sender. */
  readonly xml: string

  constructor(fields: { now: Date; keys: Keys; from: Party; other?: Party; person?: string }) {
    this.now = fields.now
    this.keys = fields.keys
    this.from = fields.from
    this.other = fields.other ?? { authorityId: 'naapuri_ws', serviceId: 'naapuri_ws_1' }
    this.person = fields.person ?? artificialIdentityCode()
    this.xml = this.request()
  }

  /** The payload of that request; the fields replace or follow the usual ones of its Kohde. */
  readonly content = (fields: Record<string, string | undefined> = {}): string =>
    sendMessage(this.from, item(this.person, { ViranomaisTunniste: this.reference, ...fields }))

  /** The same in another shape. */
  readonly request = ({ content = this.content(), style = {}, envelope = {} }: Variant = {}): string =>
    signed(content, this.keys.sender, { style: fixedStyle(style), envelope, createdAt: this.now })

  /** What a known client would send, in one of its layouts. */
  readonly fromClient = (
    client: string,
    layout: SigningKey['layout'],
    operation: Operation = 'LahetaViesti',
  ): string => {
    const { privateKeyPem, certificatePem } = this.keys.sender
    const row = clientNamed(client)
    const asked = row.example(operation, this.from, { recipientId: this.person })
    return row.build(asked, { layout, privateKeyPem, certificatePem, now: this.now }).body.toString()
  }

  /** The same with files, whose content is written as it is given. */
  readonly withFiles = (...base64: string[]): string => {
    const files = base64.map((TiedostoSisalto, i) => file({ TiedostoSisalto, TiedostoNimi: `liite-${i}.pdf` }))
    return this.request({ content: this.content({ Tiedostot: files.join('') }) })
  }

  /** Signs a changed request again, with the sender's key if no other is named: policy is all that can refuse it. */
  readonly resign = (xml: string, resigning: Partial<Resigning> = {}): string =>
    resign(xml, { key: this.keys.sender, ...resigning })

  /** The request signed by somebody else, with his own certificate in the token and an algorithm of his key. */
  readonly signedBy = (key: Identity, xml = this.xml): string => {
    const isRsa = privateKeyOf(key).asymmetricKeyType === 'rsa'
    const own = withToken(xml, key.certificateDer.toString('base64'))
    return resign(signatureMethod(own, isRsa ? uri.rsaSha256 : uri.ecdsaSha256), { key })
  }

  /** Another content for the Timestamp, signed by the sender. */
  readonly timed = (content: string): string => this.resign(edit(this.xml, /<wsu:Created>[^]*<\/wsu:Expires>/, content))

  /** An instant so many seconds from now, as clients write it. */
  readonly at = (seconds: number): string => new Date(this.now.getTime() + seconds * 1000).toISOString()
}

/** Ids that a fixture can write down. */
const fixedStyle = (variant: Partial<WssStyle>): WssStyle =>
  plainStyle({
    ids: {
      body: 'id-body',
      timestamp: 'TS-1',
      token: 'X509-1',
      signature: 'SIG-1',
      keyInfo: 'KI-1',
      reference: 'STR-1',
    },
    ...variant,
  })

/** Another content for the BinarySecurityToken, without signing again. */
export const withToken = (xml: string, content: string): string =>
  edit(xml, tokenOf(xml), edit(tokenOf(xml), />[^<]*</, `>${content}<`))

/** A PDF in base64 that is long enough to be lifted out of the text; another size, another content. */
export const longBase64 = (sizeBytes = 9_000): string => examplePdf(sizeBytes).toString('base64')
