import { mend, parseMarkup, writeMarkup } from './markup.mjs'
import { mutateBytes } from './mutate-bytes.mjs'
import { mutateStructure } from './mutate-structure.mjs'

/** Larger documents are changed as bytes only: taking them apart would take longer than judging them. */
const STRUCTURE_MOST_BYTES = 32 * 1024

/**
 * Changes a document in one way or in several.
 * @param tools { random, words, other: () => bytes of another document, maxBytes, structurePercent }
 */
export function mutate(bytes, tools) {
  const { random, words, other, maxBytes, structurePercent = 65 } = tools
  let changed = bytes
  if (random.chance(structurePercent) && bytes.length <= STRUCTURE_MOST_BYTES) {
    const root = parseMarkup(bytes.toString())
    const otherTree = () => parseMarkup(other().subarray(0, STRUCTURE_MOST_BYTES).toString())
    for (let i = random.small(5); i > 0; i--) mutateStructure(root, { ...tools, otherTree })
    if (random.chance(80)) mend(root, words.bindings)
    changed = Buffer.from(writeMarkup(root))
    if (random.chance(90)) return changed.subarray(0, maxBytes)
  }
  for (let i = random.small(6); i > 0; i--) changed = mutateBytes(changed, tools)
  return changed.subarray(0, maxBytes)
}
