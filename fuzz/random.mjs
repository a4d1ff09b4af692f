/**
 * Choices that one number decides, so that a run can be made again: mulberry32, which is small and good enough to choose
 * with. It has nothing to do with keys.
 */
export function createRandom(seed) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return (t ^ (t >>> 14)) >>> 0
  }
  /** an integer from 0 to `count` - 1 */
  const below = (count) => (count <= 1 ? 0 : next() % count)
  const pick = (list) => list[below(list.length)]
  return {
    below,
    pick,
    chance: (percent) => below(100) < percent,
    /** one of the values, each as often as its weight says: [[weight, value], …] */
    weighted: (rows) => {
      let at = below(rows.reduce((sum, [weight]) => sum + weight, 0))
      return rows.find(([weight]) => (at -= weight) < 0)[1]
    },
    /** small numbers often, large ones seldom, at most `most` */
    small: (most) => {
      let n = 1
      while (n < most && below(2) === 0) n++
      return n
    },
  }
}
