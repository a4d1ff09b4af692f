// npm run fuzz: hostile input for the reader, the verification and the whole endpoint (docs/decisions/0015-fuzzing.md).
import { build } from './prepare.mjs'

build()
await import('../fuzz/main.mjs')
