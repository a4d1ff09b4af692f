import { NS, TOKEN } from '../../clients/namespaces.js'
import { uri } from '../algorithms.js'
import type { Keys } from '../keys.js'
import { resign } from '../resign.js'
import { named, write, type Markup, type Name } from './markup.js'
import type { Shape } from './shapes.js'

/** A request of a generated shape, signed as its sender would. */
export function writeShape(shape: Shape, { now, keys }: { now: Date; keys: Keys }): string {
  const key = keys[shape.signature.key]
  return resign(new Writer(shape, now, key.certificateDer.toString('base64')).envelope(), { key })
}

class Writer {
  readonly #shape: Shape
  readonly #now: Date
  readonly #certificate: string

  constructor(shape: Shape, now: Date, certificate: string) {
    this.#shape = shape
    this.#now = now
    this.#certificate = certificate
  }

  envelope(): string {
    const { declaration, rootDeclare, bodyDeclare, payload, block } = this.#shape
    const security = this.#security()
    const blocks = block === null ? [security] : [this.#block(block.markup), security]
    const header = this.#element(this.#soap('Header'), blocks)
    const body: Markup = {
      ...this.#element(this.#soap('Body'), [payload]),
      attributes: [this.#id('the-body')],
      declare: bodyDeclare,
    }
    return declaration + write({ ...this.#element(this.#soap('Envelope'), [header, body]), declare: rootDeclare })
  }

  /** White space or a comment stands between children; one that only holds text has none. */
  #element(name: Name, children: Markup[], attributes: readonly (readonly [Name, string])[] = []): Markup {
    const { quote, short, gap, late } = this.#shape
    const content = children.length === 0 ? [] : [gap, ...children.flatMap((child) => [child, gap])]
    return { name, attributes, content, quote, short, late }
  }

  #leaf(name: Name, text: string): Markup {
    return { name, content: [text], quote: this.#shape.quote }
  }

  #soap = (local: string): Name => named(this.#shape.prefixes.soap, NS.soap, local)
  #wsse = (local: string): Name => named(this.#shape.prefixes.wsse, NS.wsse, local)
  #wsu = (local: string): Name => named(this.#shape.prefixes.wsu, NS.wsu, local)
  #ds = (local: string): Name => named(this.#shape.prefixes.ds, NS.ds, local)

  #id(value: string): readonly [Name, string] {
    const { idForm } = this.#shape
    return idForm === 'wsu:Id' ? [named('wsu', NS.wsu, 'Id'), value] : [named('', '', idForm), value]
  }

  #block(markup: Markup): Markup {
    return { ...this.#element(named('blk', 'urn:block', 'Block'), [markup]), attributes: [this.#id('the-block')] }
  }

  #security(): Markup {
    const { order, mustUnderstand, securityDeclare, prefixes } = this.#shape
    const parts = { token: this.#token(), timestamp: this.#timestamp(), signature: this.#signature() }
    const soap = prefixes.soap === '' ? 'soapenv' : prefixes.soap
    const must: [Name, string][] =
      mustUnderstand === null ? [] : [[named(soap, NS.soap, 'mustUnderstand'), mustUnderstand]]
    const security = this.#element(
      this.#wsse('Security'),
      order.map((part) => parts[part]),
      must,
    )
    return { ...security, declare: securityDeclare }
  }

  #token(): Markup {
    const types: [Name, string][] = [
      [named('', '', 'EncodingType'), TOKEN.encodingType],
      [named('', '', 'ValueType'), TOKEN.valueType],
      [named('wsu', NS.wsu, 'Id'), 'the-token'],
    ]
    return { ...this.#leaf(this.#wsse('BinarySecurityToken'), this.#certificate), attributes: types }
  }

  #timestamp(): Markup {
    const expires = new Date(this.#now.getTime() + 300_000)
    const times = [
      this.#leaf(this.#wsu('Created'), this.#now.toISOString()),
      this.#leaf(this.#wsu('Expires'), expires.toISOString()),
    ]
    return this.#element(this.#wsu('Timestamp'), times, [this.#id('the-timestamp')])
  }

  #signature(): Markup {
    const { prefixLists, digests, bodyFirst, block, signature, signatureDeclare } = this.#shape
    const parts = [
      this.#reference('the-timestamp', digests[0]!, prefixLists[1]),
      this.#reference('the-body', digests[1]!, prefixLists[2]),
    ]
    const references = bodyFirst ? parts.reverse() : parts
    if (block?.isSigned === true) references.push(this.#reference('the-block', digests[2]!, null))
    const methods = [
      this.#method('CanonicalizationMethod', uri.excC14n, prefixLists[0]),
      this.#method('SignatureMethod', signature.uri),
    ]
    const pointer = this.#element(this.#wsse('Reference'), [], [[named('', '', 'URI'), '#the-token']])
    const keyInfo = this.#element(this.#ds('KeyInfo'), [this.#element(this.#wsse('SecurityTokenReference'), [pointer])])
    const signedInfo = this.#element(this.#ds('SignedInfo'), [...methods, ...references])
    const all = [{ ...signedInfo, short: false }, this.#leaf(this.#ds('SignatureValue'), ''), keyInfo]
    return { ...this.#element(this.#ds('Signature'), all), declare: signatureDeclare }
  }

  #reference(id: string, digest: string, prefixes: string[] | null): Markup {
    const enveloped = this.#shape.enveloped ? [this.#method('Transform', uri.enveloped)] : []
    const transforms = this.#element(this.#ds('Transforms'), [
      ...enveloped,
      this.#method('Transform', uri.excC14n, prefixes),
    ])
    const children = [transforms, this.#method('DigestMethod', digest), this.#leaf(this.#ds('DigestValue'), '')]
    return this.#element(this.#ds('Reference'), children, [[named('', '', 'URI'), `#${id}`]])
  }

  #method(local: string, algorithm: string, prefixes: string[] | null = null): Markup {
    const list = prefixes?.join(this.#shape.listGap)
    const inner =
      list === undefined
        ? []
        : [this.#element(named('ec', NS.ec, 'InclusiveNamespaces'), [], [[named('', '', 'PrefixList'), list]])]
    return this.#element(this.#ds(local), inner, [[named('', '', 'Algorithm'), algorithm]])
  }
}
