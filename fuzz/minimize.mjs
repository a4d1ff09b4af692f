import { Failure } from './failure.mjs'
import { listElements, parseMarkup, writeMarkup } from './markup.mjs'

const BUDGET_MS = 5_000
/** One that takes long to fail, or may not fail twice, is kept as it is. */
const AS_IT_IS = /slow|hang/

/** The smallest input that could be found soon and fails in the same way: elements and attributes go first, then bytes. */
export async function minimize(target, input, kind) {
  if (AS_IT_IS.test(kind)) return input
  const endsAt = Date.now() + BUDGET_MS
  let best = input
  const isStill = async (bytes) => {
    if (bytes.length >= best.bytes.length || Date.now() > endsAt) return false
    const smaller = { ...best, bytes }
    try {
      await target.run(smaller)
      return false
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== kind) return false
      best = smaller
      return true
    }
  }
  await dropElements(() => best.bytes, isStill, endsAt)
  await dropBytes(() => best.bytes, isStill, endsAt)
  return best
}

async function dropElements(current, isStill, endsAt) {
  for (let at = 0; Date.now() < endsAt;) {
    const root = parseMarkup(current().toString())
    const pieces = listElements(root).flatMap(({ node, parent }) => [
      () => parent.children.splice(parent.children.indexOf(node), 1),
      () => parent.children.splice(parent.children.indexOf(node), 1, ...node.children),
      ...node.attributes.map((attribute) => () => node.attributes.splice(node.attributes.indexOf(attribute), 1)),
    ])
    if (at >= pieces.length) return
    pieces[at]()
    if (!(await isStill(Buffer.from(writeMarkup(root))))) at++
  }
}

async function dropBytes(current, isStill, endsAt) {
  for (let size = current().length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at < current().length && Date.now() < endsAt;) {
      const bytes = current()
      if (!(await isStill(Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size)])))) at += size
    }
  }
}
