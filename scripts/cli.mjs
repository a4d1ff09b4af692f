// npm run -s cli -- <verb>: installs and builds what is missing, then runs the command in this process.
import { build } from './prepare.mjs'

build()
await import('../dist/cli/main.js')
