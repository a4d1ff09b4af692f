// npm run bench: what verification and the whole endpoint cost, beside a straightforward handler (docs/performance.md).
import { build } from './prepare.mjs'

build()
await import('../bench/main.mjs')
