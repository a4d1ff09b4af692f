/**
 * What is fuzzed. `rooms` are the folders of src whose coverage guides the choice of inputs; `lanes` is how many inputs
 * are run at once, `batch` how many between two looks at the coverage; `growthMiB` is what memory may grow by in a run.
 */
export const TARGETS = {
  parser: { rooms: ['xml'], lanes: 1, batch: 256, growthMiB: 16, isMinimized: true },
  verifier: { rooms: ['xml', 'trust'], lanes: 1, batch: 128, growthMiB: 16, isMinimized: true },
  endpoint: {
    rooms: ['xml', 'trust', 'arrival', 'contract', 'operations', 'message'],
    lanes: 8,
    batch: 64,
    growthMiB: 48,
    isMinimized: false,
  },
}

/** Faults to be planted, each with the target that has to find it. */
export const PLANTS = {
  'other-reading': 'parser',
  'parser-throws': 'parser',
  'parser-hangs': 'parser',
  'parser-slow': 'parser',
  'parser-leaks': 'parser',
  forgery: 'verifier',
  'unsigned-stored': 'endpoint',
  'endpoint-dies': 'endpoint',
}

/** A target that is ready to run, either with new seeds or with the context of a kept input. */
export async function createTarget(name, options) {
  const { create } = await import(`./${name}.mjs`)
  return { ...TARGETS[name], name, ...(await create(options)) }
}
