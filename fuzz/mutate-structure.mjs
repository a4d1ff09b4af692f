import { copyOf, isWithin, listElements, localName } from './markup.mjs'
import { TEXT_MUTATORS } from './mutate-text.mjs'

/**
 * Changes to the tree of a document: what a forger does to an honest request, done at random. Each takes the tree, and
 * changes it in place; one that finds nothing to do does nothing.
 */
/** More than the reader's limit on depth and attributes; of elements, as many as a tree may have after it. */
const MANY = 70
const ELEMENTS_MOST = 4_000

const anywhere = (parent, random) => random.below(parent.children.length + 1)
const put = (parent, at, ...nodes) => parent.children.splice(at, 0, ...nodes)
const take = ({ node, parent }) => parent.children.splice(parent.children.indexOf(node), 1)

/** An element or null; one time in two one of those that signatures are about. */
function some(root, random, isWanted = () => true) {
  const all = listElements(root).filter(isWanted)
  const sought =
    /^(Envelope|Header|Body|Security|Signature|SignedInfo|Reference|Timestamp|BinarySecurityToken|KeyInfo)$/
  const special = random.chance(50) ? all.filter(({ node }) => sought.test(localName(node.name))) : []
  return all.length === 0 ? null : random.pick(special.length > 0 ? special : all)
}

const wrapperOf = (children, { random, words }) => ({
  name: random.chance(50) ? random.pick(words.names) : 'x',
  attributes: random.chance(50) ? [] : [{ name: 'xmlns', value: random.pick(words.namespaces) }],
  children,
  empty: false,
})

function move(root, { random }) {
  const moved = some(root, random)
  const target = some(root, random, ({ node }) => moved && !isWithin(node, moved.node))
  if (target === null) return
  take(moved)
  put(target.node, anywhere(target.node, random), moved.node)
}

function duplicate(root, { random }) {
  const found = some(root, random)
  if (found === null) return
  const target = random.chance(50) ? found.parent : (some(root, random)?.node ?? found.parent)
  const most = Math.floor(ELEMENTS_MOST / (listElements(root).length + listElements(found.node).length))
  const times = Math.min(most, random.chance(95) ? 1 : MANY)
  const copies = Array.from({ length: times }, () => copyOf(found.node))
  for (const copy of copies) put(target, anywhere(target, random), copy)
}

function remove(root, { random }) {
  const found = some(root, random)
  if (found) take(found)
}

function wrap(root, tools) {
  const found = some(root, tools.random)
  if (found === null) return
  const at = found.parent.children.indexOf(found.node)
  let inside = found.node
  for (let depth = tools.random.chance(95) ? 1 : MANY; depth > 0; depth--) inside = wrapperOf([inside], tools)
  found.parent.children[at] = inside
}

function unwrap(root, { random }) {
  const found = some(root, random)
  if (found) found.parent.children.splice(found.parent.children.indexOf(found.node), 1, ...found.node.children)
}

function swap(root, { random }) {
  const [a, b] = [some(root, random), some(root, random)]
  if (a === null || b === null || isWithin(a.node, b.node) || isWithin(b.node, a.node)) return
  const [i, j] = [a.parent.children.indexOf(a.node), b.parent.children.indexOf(b.node)]
  a.parent.children[i] = b.node
  b.parent.children[j] = a.node
}

function rename(root, { random, words }) {
  const found = some(root, random)
  if (found) found.node.name = random.pick(words.names)
}

function changeAttribute(root, { random, words }) {
  const found = some(root, random, ({ node }) => node.attributes.length > 0)
  if (found === null) return
  const { attributes } = found.node
  const at = random.below(attributes.length)
  const attribute = attributes[at]
  const known = listElements(root).flatMap(({ node }) => node.attributes)
  const changes = [
    () => (attribute.value = random.pick(words.values)),
    () => (attribute.value = random.pick(known).value),
    () => (attribute.value = `#${random.pick(known).value}`),
    () => (attribute.value += random.pick([' ', '\n', '&#10;', '&amp;', 'x', '&#32;'])),
    () => (attribute.name = random.pick(words.attributes)),
    () => (attribute.name = `${random.pick(words.prefixes)}:${localName(attribute.name)}`),
    () => (attribute.quote = attribute.quote === "'" ? '"' : "'"),
    () => attributes.splice(at, 1),
    () => attributes.push({ ...attribute, name: random.pick(words.attributes) }),
    () => attributes.push({ ...attribute, name: `${random.pick(words.prefixes)}:${localName(attribute.name)}` }),
    () => attributes.reverse(),
    () => random.pick(listElements(root)).node.attributes.push({ ...attribute }),
  ]
  random.pick(changes)()
}

function addAttribute(root, { random, words }) {
  const found = some(root, random)
  if (found === null) return
  const times = random.chance(95) ? 1 : MANY
  for (let i = 0; i < times; i++) {
    const name = random.pick(words.attributes) + (times > 1 ? i : '')
    found.node.attributes.push({ name, value: random.pick(words.values) })
  }
}

/** Declares a prefix once more, with the same name or another. */
function declare(root, { random, words }) {
  const found = some(root, random)
  if (found === null) return
  const prefix = random.pick(words.prefixes)
  const name = prefix === '' ? 'xmlns' : `xmlns:${prefix}`
  const before = found.node.attributes.find((attribute) => attribute.name === name)
  const value = random.pick(words.namespaces)
  if (before) before.value = value
  else put({ children: found.node.attributes }, random.below(found.node.attributes.length + 1), { name, value })
}

/** Two prefixes change places: in their declarations, in the names, or in both. */
function swapPrefixes(root, { random, words }) {
  const [a, b] = [random.pick(words.prefixes), random.pick(words.prefixes)]
  const [declarations, names] = random.pick([
    [true, false],
    [false, true],
    [true, true],
  ])
  const other = (prefix) => (prefix === a ? b : prefix === b ? a : prefix)
  const renamed = (name) => {
    const prefix = name.includes(':') ? name.slice(0, name.indexOf(':')) : ''
    const swapped = other(prefix)
    return swapped === '' ? localName(name) : `${swapped}:${localName(name)}`
  }
  for (const { node } of listElements(root)) {
    if (names) node.name = renamed(node.name)
    for (const attribute of node.attributes) {
      const [, isDeclaration, prefix = ''] = /^(xmlns)(?::(.*))?$/.exec(attribute.name) ?? []
      if (isDeclaration && declarations) attribute.name = other(prefix) === '' ? 'xmlns' : `xmlns:${other(prefix)}`
      if (!isDeclaration && names && attribute.name.includes(':')) attribute.name = renamed(attribute.name)
    }
  }
}

/** An element of another honest document in the place of its namesake, or anywhere. */
function splice(root, { random, otherTree }) {
  const foreign = some(otherTree(), random)
  if (foreign === null) return
  const graft = copyOf(foreign.node)
  const same = listElements(root).filter(({ node }) => localName(node.name) === localName(graft.name))
  if (same.length > 0 && random.chance(70)) {
    const { node, parent } = random.pick(same)
    parent.children[parent.children.indexOf(node)] = graft
  } else {
    const target = some(root, random)?.node ?? root
    put(target, anywhere(target, random), graft)
  }
}

const ID = /^(?:wsu:)?(?:Id|ID|id)$/

/**
 * Signature wrapping: what was signed goes to a place where nobody looks, a changed copy takes its place.
 * Source: McIntosh and Austel, XML Signature Element Wrapping Attacks, 2005.
 */
function wrapSignature(root, tools) {
  const { random, words } = tools
  const found = some(root, random, ({ node }) => node.attributes.some(({ name }) => ID.test(name)))
  if (found === null) return
  const forged = copyOf(found.node)
  const identity = forged.attributes.findIndex(({ name }) => ID.test(name))
  random.pick([
    () => undefined,
    () => forged.attributes.splice(identity, 1),
    () => (forged.attributes[identity].value += 'x'),
    () => (forged.attributes[identity].name = random.pick(['Id', 'ID', 'id', 'wsu:Id', 'xml:id', 'x:Id'])),
  ])()
  TEXT_MUTATORS[0][1](forged, tools)
  found.parent.children[found.parent.children.indexOf(found.node)] = forged
  const hidden = random.chance(70) ? wrapperOf([found.node], tools) : found.node
  if (random.chance(20)) hidden.attributes.push({ name: 'Id', value: random.pick(words.values) })
  const target = random.chance(30) ? forged : (some(root, random)?.node ?? root)
  put(target, anywhere(target, random), hidden)
}

const MUTATORS = [
  [5, move],
  [5, duplicate],
  [5, remove],
  [5, wrap],
  [2, unwrap],
  [3, swap],
  [2, rename],
  [12, changeAttribute],
  [4, addAttribute],
  [5, declare],
  [3, swapPrefixes],
  [8, splice],
  [10, wrapSignature],
  ...TEXT_MUTATORS,
]

/** @param tools { random, words, otherTree: () => tree of another document } */
export const mutateStructure = (root, tools) => tools.random.weighted(MUTATORS)(root, tools)
