// npm start: installs what is missing, builds, runs the gateway in this process so that Ctrl-C reaches it.
import { build } from './prepare.mjs'

build()
await import('../dist/main.js')
