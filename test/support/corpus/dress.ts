/** Changes of shape that canonical form does not see, or that stand where nothing is signed. */
const TAG = /<([\w-]+(?::[\w-]+)?)((?:\s+[\w:-]+=(?:"[^"]*"|'[^']*'))*)\s*(\/?)>/g
const ATTRIBUTE = /([\w:-]+)=(["'])([^"']*)\2/g
const GAPS = [' ', '  ', '\n', '\t', '\r\n ']
const BETWEEN = ['', '', ' ', '\n', '\r\n\t', '<!-- c -->', '<!-- <x a="b"/> & > -->', '\n<!---->\n']
const BEFORE = [
  '',
  '\ufeff',
  '<?xml version="1.0"?>',
  "<?xml version = '1.0' encoding='UTF-8' ?>\n",
  '<!-- c -->',
  '\n',
]

/** Gives a number below `count` each time it is asked; what is asked in the same order is answered alike. */
export type Choose = (count: number) => number

/**
 * Writes a signed request in another dress: its Body and its Timestamp stay as they are, byte for byte. Tags around
 * them get attributes in another order, other quotes and white space, declarations that nobody uses or that say what
 * is so already; empty elements change their form; white space and comments come between elements.
 */
export function dressed(xml: string, choose: Choose): string {
  const signed = /<(?:[\w-]+:)?(?:Timestamp|Body)[\s>][^]*?<\/(?:[\w-]+:)?(?:Timestamp|Body)>/g
  let out = BEFORE[choose(BEFORE.length)]!
  let at = 0
  for (const { 0: part, index } of xml.matchAll(signed)) {
    out += around(xml.slice(at, index), choose) + part
    at = index + part.length
  }
  return out + around(xml.slice(at), choose) + BETWEEN[choose(BETWEEN.length)]!
}

/** White space between the elements of SignedInfo is signed; everywhere else outside it is nobody's. */
function around(markup: string, choose: Choose): string {
  const pieces = markup.split(/(<(?:[\w-]+:)?SignedInfo[\s>][^]*<\/(?:[\w-]+:)?SignedInfo>)/)
  return pieces.map((piece, i) => (i % 2 === 1 ? signedInfo(piece, choose) : unsigned(piece, choose))).join('')
}

const signedInfo = (markup: string, choose: Choose): string =>
  tags(markup, choose).replaceAll('><', () => `>${choose(3) === 0 ? '<!-- c -->' : ''}<`)

function unsigned(markup: string, choose: Choose): string {
  const spaced = tags(markup, choose).replaceAll('><', () => `>${BETWEEN[choose(BETWEEN.length)]!}<`)
  // Base64 of the token and of the signature value may be broken anywhere.
  return spaced.replace(/>([A-Za-z0-9+/=]{80,})</g, (_whole, base64: string) => {
    const at = choose(base64.length)
    return `>${base64.slice(0, at)}${['', '\n', ' ', '<!-- c -->'][choose(4)]!}${base64.slice(at)}<`
  })
}

function tags(markup: string, choose: Choose): string {
  return markup.replace(TAG, (_whole, name: string, list: string, slash: string) => {
    const attributes = [...list.matchAll(ATTRIBUTE)].map(([, key, quote, value]) => ({ key, quote, value }))
    if (choose(2) === 0) attributes.reverse()
    if (choose(4) === 0) attributes.splice(choose(attributes.length + 1), 0, unused(choose))
    const gap = GAPS[choose(GAPS.length)]!
    const written = attributes.map(({ key, quote, value }) => {
      const other = choose(2) === 0 ? quote : quote === '"' ? "'" : '"'
      return `${gap}${key}=${other}${value}${other}`
    })
    const open = `<${name}${written.join('')}${choose(3) === 0 ? gap : ''}`
    if (slash === '') return `${open}>`
    return choose(2) === 0 ? `${open}/>` : `${open}></${name}${choose(3) === 0 ? ' ' : ''}>`
  })
}

const unused = (choose: Choose) => ({ key: `xmlns:unused${choose(3)}`, quote: '"', value: `urn:unused:${choose(3)}` })
