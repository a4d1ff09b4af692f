/** The process in which a target runs. It may hang or die: the parent watches it, and has the inputs in hand. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { openBlackBox } from './black-box.mjs'
import { startCoverage } from './coverage.mjs'
import { Failure } from './failure.mjs'
import { asText, fuzz } from './loop.mjs'
import { SEEDS_FILE } from './seeds.mjs'
import { createTarget, TARGETS } from './targets/index.mjs'

/** Loads a module of a place. */
const loaderOf = (folder) => (path) => import(pathToFileURL(join(folder, path)).href)

/** More of them at once are seldom more than one fault. */
const KINDS_MOST = 10

const tell = (message) => new Promise((resolve) => process.send(message, resolve))

async function work({ name, folder, seconds, seed, plant, kept }) {
  const { rooms, lanes } = TARGETS[name]
  const coverage = startCoverage(pathToFileURL(`${folder}/src`).href, rooms)
  const box = openBlackBox(folder, lanes)
  const target = await createTarget(name, {
    ...{ load: loaderOf(folder), folder, plant },
    seeds: kept === null ? JSON.parse(readFileSync(join(folder, SEEDS_FILE), 'utf8')) : null,
    context: kept?.context ?? null,
  })
  try {
    await tell({ context: target.context })
    const kindsMost = plant === null ? KINDS_MOST : 1
    if (kept === null) await tell({ progress: await fuzz(target, { seconds, seed, box, coverage, kindsMost, tell }) })
    else await replay(target, kept, box)
  } finally {
    await target.close?.()
  }
}

async function replay(target, { input }, box) {
  const rendered = { bytes: Buffer.from(input.base64, 'base64'), note: input.note }
  box.enter(0, rendered)
  try {
    const { outcome } = await target.run(target.revive(rendered), rendered)
    await target.afterBatch?.()
    await target.finish?.()
    await tell({ replayed: outcome })
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    await tell({ failure: { kind: error.kind, detail: error.detail }, input: asText(rendered) })
  }
  box.leave(0)
}

process.once('message', (task) => {
  work(task).then(
    () => process.exit(0),
    async (error) => {
      console.error(error)
      process.exit(1)
    },
  )
})
// A parent that is gone needs no results; the database of the endpoint notices for itself.
process.on('disconnect', () => process.exit(1))
