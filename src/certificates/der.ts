/** One value of DER, as places in its buffer. */
export interface Tlv {
  readonly tag: number
  readonly from: number
  readonly contentFrom: number
  readonly to: number
}

/**
 * Reads tag and length at a place; what is inside is not looked at. For long lists only, which the libraries would turn
 * into millions of objects; everything else is theirs to parse.
 * @throws RangeError when it is not DER of definite length within `end`
 * Source: X.690 §8.1, §10.1
 */
export function readTlv(bytes: Buffer, from: number, end: number): Tlv {
  if (from + 2 > end) throw new RangeError('DER ends too early')
  const tag = bytes[from]!
  const first = bytes[from + 1]!
  const lengthBytes = first < 0x80 ? 0 : first - 0x80
  if ((tag & 0x1f) === 0x1f || first === 0x80 || lengthBytes > 4 || from + 2 + lengthBytes > end)
    throw new RangeError('Not DER of definite length')
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(from + 2, lengthBytes)
  const contentFrom = from + 2 + lengthBytes
  if (contentFrom + length > end) throw new RangeError('DER ends too early')
  return { tag, from, contentFrom, to: contentFrom + length }
}

/** The values inside of a constructed one. */
export function* childrenOf(bytes: Buffer, { contentFrom, to }: Tlv): Generator<Tlv> {
  for (let at = contentFrom; at < to;) {
    const child = readTlv(bytes, at, to)
    yield child
    at = child.to
  }
}

export const SEQUENCE = 0x30

/** A SEQUENCE with this content. */
export function sequence(content: readonly Buffer[]): Buffer {
  const length = content.reduce((sum, { byteLength }) => sum + byteLength, 0)
  const head = Buffer.alloc(6)
  head.writeUInt8(SEQUENCE)
  head.writeUInt8(0x84, 1)
  head.writeUInt32BE(length, 2)
  return Buffer.concat([head, ...content])
}
