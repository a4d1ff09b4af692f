/** Changes that know nothing of XML. Each takes the bytes and gives others. */
const INTERESTING = [
  0x00, 0x01, 0x09, 0x0a, 0x0d, 0x20, 0x22, 0x26, 0x27, 0x2f, 0x3c, 0x3e, 0x7f, 0x80, 0xc0, 0xed, 0xff,
]

const cut = (bytes, start, end, between = Buffer.alloc(0)) =>
  Buffer.concat([bytes.subarray(0, start), between, bytes.subarray(end)])

function span(bytes, random, most = 64) {
  const start = random.below(bytes.length)
  return [start, Math.min(bytes.length, start + 1 + random.below(most))]
}

function changed(bytes, change) {
  const copy = Buffer.from(bytes)
  if (copy.length > 0) change(copy)
  return copy
}

const flipBit = (bytes, { random }) => changed(bytes, (b) => (b[random.below(b.length)] ^= 1 << random.below(8)))
const overwrite = (bytes, { random }) => changed(bytes, (b) => (b[random.below(b.length)] = random.pick(INTERESTING)))
const remove = (bytes, { random }) => cut(bytes, ...span(bytes, random))
const truncate = (bytes, { random }) => bytes.subarray(0, random.below(bytes.length + 1))

function insertToken(bytes, { random, words }) {
  const at = random.below(bytes.length + 1)
  return cut(bytes, at, at, Buffer.from(random.pick(words.tokens)))
}

function duplicate(bytes, { random }) {
  const [start, end] = span(bytes, random, 512)
  const at = random.chance(50) ? end : random.below(bytes.length + 1)
  return cut(bytes, at, at, bytes.subarray(start, end))
}

/** The head of one document and the tail of another. */
function join(bytes, { random, other }) {
  const tail = other()
  return Buffer.concat([
    bytes.subarray(0, random.below(bytes.length + 1)),
    tail.subarray(random.below(tail.length + 1)),
  ])
}

/** Many times the same: what grows faster than its input is slow here. */
function repeat(bytes, { random, maxBytes }) {
  if (bytes.length === 0) return bytes
  const [start, end] = span(bytes, random, random.chance(50) ? 8 : 256)
  const count = Math.floor(Math.max(0, maxBytes - bytes.length) / (end - start) / (1 + random.below(20)))
  return cut(bytes, start, start, Buffer.concat(Array(count).fill(bytes.subarray(start, end))))
}

const lineEnds = (bytes, { random }) =>
  Buffer.from(bytes.toString().replace(/\r?\n|> </g, random.pick(['\r\n', '\r', '\n'])))

const declared = (text, name) =>
  /^<\?xml [^>]*?\?>/.test(text)
    ? text.replace(/^<\?xml [^>]*?\?>/, `<?xml version="1.0" encoding="${name}"?>`)
    : `<?xml version="1.0" encoding="${name}"?>${text}`

/** The same text in another encoding, or under another name than its own. */
function recode(bytes, { random }) {
  const text = bytes.toString('utf8')
  switch (random.below(6)) {
    case 0:
      return Buffer.from(`\ufeff${text}`, 'utf16le')
    case 1:
      return Buffer.from(`\ufeff${text}`, 'utf16le').swap16()
    case 2:
      return Buffer.from(declared(text, 'ISO-8859-1'), 'latin1')
    case 3:
      return Buffer.from(declared(text, 'windows-1252'), 'latin1')
    case 4:
      return Buffer.from(`\ufeff${text}`)
    default:
      return Buffer.from(declared(text, random.pick(['utf-8', 'UTF-8', 'us-ascii', 'UTF-16', 'utf-7', 'x', 'latin1'])))
  }
}

const MUTATORS = [
  [6, flipBit],
  [4, overwrite],
  [4, remove],
  [6, insertToken],
  [3, duplicate],
  [2, join],
  [1, truncate],
  [1, repeat],
  [1, lineEnds],
  [1, recode],
]

/** @param tools { random, words, other: () => bytes of another document, maxBytes } */
export const mutateBytes = (bytes, tools) => tools.random.weighted(MUTATORS)(bytes, tools)
