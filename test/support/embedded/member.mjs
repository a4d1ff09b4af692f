// A process that uses the embedded server, for tests that kill it. node member.mjs <compiled> <dir> <role>
// Prints one line of JSON when it is up and one per event; ends gracefully on SIGTERM.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [compiled, dir, role] = process.argv.slice(2)
const say = (line) => process.stdout.write(JSON.stringify(line) + '\n')
const { startEmbeddedPostgres } = await import(pathToFileURL(join(compiled, 'dist/store/embedded/index.js')).href)
try {
  const { connection, pid, fresh, adopted, stop } = await startEmbeddedPostgres({ dir, role, onEvent: say }).then(
    (server) => ({ ...pick(server), stop: () => server.stop() }),
  )
  say({ up: true, connection, pid, fresh, adopted })
  process.on('SIGTERM', () => void stop().then(() => process.exit(0)))
  setTimeout(() => undefined, 1e9)
} catch (error) {
  say({ failed: true, name: error.name, code: error.code, message: error.message })
  process.exitCode = 1
}

function pick({ connection, pid, fresh, adopted }) {
  return { connection, pid, fresh, adopted }
}
