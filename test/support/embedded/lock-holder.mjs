// Holds the start lock until it is killed. node lock-holder.mjs <compiled> <dir>
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [compiled, dir] = process.argv.slice(2)
const { withStartLock } = await import(pathToFileURL(join(compiled, 'dist/store/embedded/start-lock.js')).href)
await withStartLock({ dir, waitMs: 10_000 }, async () => {
  process.stdout.write('{"up":true}\n')
  await new Promise((resolve) => setTimeout(resolve, 1e6))
})
