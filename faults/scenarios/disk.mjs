import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createAlone } from '../alone.mjs'
import { mount } from '../mounts.mjs'
import { runUnderLoad } from '../run.mjs'

const SIZE = '320m'

/** The data folder is on a small disk of its own, which a stranger's file fills. */
export const diskScenario = {
  name: 'disk',
  title: 'the disk of the data folder is full for 1.5 s',
  run: async (context) => {
    const folder = join(context.place.newFolder('disk'), 'mount')
    const { refusal, unmount } = mount(folder, '-t', 'tmpfs', '-o', `size=${SIZE},mode=0711`, 'asti-faults')
    if (refusal !== undefined) return { skipped: refusal }
    try {
      const world = await createAlone(context.place, await context.postgres(), { folder })
      try {
        const inject = () => fillFor(folder, 1_500)
        return await runUnderLoad(world, { name: 'disk', rounds: context.quick ? 2 : 10, inject, clients: 6 }, context)
      } finally {
        await world.close()
      }
    } finally {
      await unmount()
    }
  },
}

async function fillFor(folder, ms) {
  const ballast = join(folder, 'ballast')
  const file = openSync(ballast, 'w')
  const piece = Buffer.alloc(1 << 20)
  try {
    while (statfsSync(folder).bavail > 0) writeSync(file, piece)
  } catch (error) {
    if (error.code !== 'ENOSPC') throw error
  } finally {
    closeSync(file)
  }
  await sleep(ms)
  rmSync(ballast)
}
