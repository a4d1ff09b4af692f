import type { XmlElement } from '../xml/index.js'
import type { Envelope } from './envelope.js'
import type { Verdict } from './judge-xml-crypto.js'
import type { Registered } from './key.js'
import type { SecurityHeader } from './security-header.js'
import type { Signature } from './signature.js'

/** What is known of a request when a check fails; what a cause is looked for in. */
export interface Examined<Owner extends Registered = Registered> {
  readonly envelope: Envelope
  header?: SecurityHeader
  signature?: Signature
  /** the elements that the references mean, in their order */
  parts?: readonly XmlElement[]
  owner?: Owner
  /** canonical form of SignedInfo */
  signedInfo?: string
  verdict?: Verdict
}
