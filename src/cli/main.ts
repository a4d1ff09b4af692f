#!/usr/bin/env node
import { run } from './program.js'
import { createTerminal } from './terminal.js'

// Advice of libraries to their developers means nothing to who runs a command.
process.noDeprecation = true
process.exitCode = await run(process.argv.slice(2), createTerminal(process))
