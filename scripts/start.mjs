// npm start: installs what is missing, builds, runs the gateway in this process so that Ctrl-C reaches it.
import { build } from './prepare.mjs'

// The gateway reads its keys again at this signal; until it listens for it, the signal must not end the process.
process.on('SIGHUP', () => undefined)
build()
await import('../dist/main.js')
