import { readFileSync } from 'node:fs'

/** The profiler's own work, and time in which nothing ran. */
const NOT_WORK = new Set(['(idle)', '(program)', '(root)', 'dispatch'])

/** Where a profile's time went by itself, as shares of the time not idle: by package or room, and by function. */
export function summarizeProfile(file) {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8'))
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  const spent = samples
    .map((id, i) => ({ frame: frames.get(id), us: timeDeltas[i] }))
    .filter(({ frame }) => !NOT_WORK.has(frame.functionName))
  return { owners: shares(spent, ownerOf).slice(0, 8), functions: shares(spent, nameOf).slice(0, 10) }
}

function shares(spent, keyOf) {
  const sums = new Map()
  for (const { frame, us } of spent) sums.set(keyOf(frame), (sums.get(keyOf(frame)) ?? 0) + us)
  const total = [...sums.values()].reduce((sum, us) => sum + us, 0)
  return [...sums].sort((a, b) => b[1] - a[1]).map(([name, us]) => ({ name, share: us / total }))
}

function ownerOf({ functionName, url }) {
  const found = /\/node_modules\/((?:@[^/]+\/)?[^/]+)|\/(dist\/[^/]+|bench)\/|^(node):/.exec(url)
  if (found !== null) return found[1] ?? found[2] ?? found[3]
  return functionName.startsWith('(') ? functionName : 'native code'
}

function nameOf({ functionName, url, lineNumber }) {
  const place = url.replace(/^.*\/node_modules\//, '').replace(/^.*\/(dist|bench)\//, '$1/')
  return place === '' ? functionName || '(native)' : `${functionName || '(anonymous)'} ${place}:${lineNumber + 1}`
}
