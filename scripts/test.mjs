// npm test: installs what is missing and runs the suite against its own throw-away PostgreSQL. Arguments go to jest.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { build, root } from './prepare.mjs'

// Some tests start the built gateway as a process of its own and kill it.
build()
const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js')
const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning']
const child = spawn(process.execPath, [...flags, jest, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' })
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
