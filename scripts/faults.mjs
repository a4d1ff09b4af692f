// npm run faults: real gateways under load, killed, cut off and restarted, and every message counted (docs/faults.md).
import { build } from './prepare.mjs'

build()
await import('../faults/main.mjs')
