import { listElements, listTexts } from './markup.mjs'

/** Changes to the character data of a tree, in place. */
function someText(root, random, isWanted = () => true) {
  const all = listTexts(root).filter(({ parent, at }) => isWanted(parent.children[at]))
  return all.length === 0 ? null : random.pick(all)
}

const isBase64 = (text) => /^[A-Za-z0-9+/=\s]{20,}$/.test(text)

/** Another text, as a forger would want it. */
function forge(root, { random }) {
  const found = someText(root, random)
  if (found === null) return
  const { parent, at } = found
  const text = parent.children[at]
  const middle = random.below(text.length + 1)
  parent.children[at] = random.pick([
    () => `${text.slice(0, middle)}x${text.slice(middle)}`,
    () => `${text.slice(0, middle)}${text.slice(middle + 1)}`,
    () => text.toUpperCase(),
    () => '',
    () => `${text}${text}`,
    () => text.replace(/\d/, (digit) => String((Number(digit) + 1) % 10)),
  ])()
}

/** A token in the middle of a text: comments, sections and references part what readers join in different ways. */
function part(root, { random, words }) {
  const found = someText(root, random)
  if (found === null) return
  const { parent, at } = found
  const middle = random.below(parent.children[at].length + 1)
  const text = parent.children[at]
  parent.children[at] = text.slice(0, middle) + random.pick(words.tokens) + text.slice(middle)
}

/** The same text in other words. */
function rewrite(root, { random }) {
  const found = someText(root, random, (text) => !text.includes('&') && !text.includes(']'))
  if (found === null) return
  const { parent, at } = found
  const text = parent.children[at]
  const reference = (c) => random.pick([`&#${c.codePointAt(0)};`, `&#x${c.codePointAt(0).toString(16)};`])
  parent.children[at] = random.pick([
    () => `<![CDATA[${text}]]>`,
    () => text.replace(/[^]/u, reference),
    () => text.replace(/[^]/gu, reference),
    () => text.replace(/\n/g, '\r\n'),
    () => text.replace(/ /g, '\t'),
    () => text.normalize('NFD'),
  ])()
}

/** White space between tags. */
function space(root, { random }) {
  const all = [root, ...listElements(root).map(({ node }) => node)]
  const { children } = random.pick(all)
  children.splice(
    random.below(children.length + 1),
    0,
    random.pick([' ', '\n', '\r\n', '\t', '\u00a0', '&#13;', '<!-- -->']),
  )
}

/** Base64 that means the same, nearly the same, or nothing. */
function damageBase64(root, { random }) {
  const found = someText(root, random, isBase64)
  if (found === null) return
  const { parent, at } = found
  const text = parent.children[at]
  const middle = random.below(text.length)
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/='
  parent.children[at] = random.pick([
    () => text.slice(0, middle) + random.pick([...alphabet]) + text.slice(middle + 1),
    () => text.replace(/.(=*\s*)$/, (_all, end) => random.pick([...alphabet]) + end),
    () => text.replace(/=/g, ''),
    () => `${text}=`,
    () => text.replaceAll('+', '-').replaceAll('/', '_'),
    () => text.replace(/(.{64})/g, '$1\n'),
    () => `${text.slice(0, middle)} ${text.slice(middle)}`,
    () => text.slice(0, middle),
    () => `${text}${'A'.repeat(9_000)}`,
    () => 'A'.repeat(70_000),
  ])()
}

/** Instants that are too early, too late, or none. */
function changeInstant(root, { random }) {
  const found = someText(root, random, (text) => /^\s*\d{4}-\d\d-\d\dT/.test(text))
  if (found === null) return
  const { parent, at } = found
  const text = parent.children[at]
  parent.children[at] = random.pick([
    () => text.replace(/Z$/, ''),
    () => text.replace(/Z$/, random.pick(['+00:00', '+14:00', '-00:01', 'z', '+24:00'])),
    () => text.replace(/\d(?=\D*$)/, (digit) => String((Number(digit) + 1) % 10)),
    () => text.replace(/T\d\d/, 'T24'),
    () => text.replace(/-\d\dT/, '-31T'),
    () => text.replace(/^\d{4}/, '0000'),
    () => text.replace(/:\d\d(?=[.Z])/, ':60'),
    () => ` ${text}\n`,
  ])()
}

/** The first of them makes another text for certain, if there is any. */
export const TEXT_MUTATORS = [
  [8, forge],
  [8, part],
  [5, rewrite],
  [3, space],
  [6, damageBase64],
  [2, changeInstant],
]
