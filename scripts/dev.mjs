// npm run dev: the gateway, started again whenever a source is saved.
import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { join } from 'node:path'
import { isatty } from 'node:tty'
import { install, root } from './prepare.mjs'

install()
const start = () => spawn(process.execPath, [join(root, 'scripts', 'start.mjs')], { cwd: root, stdio: 'inherit' })
let gateway = start()
let again = null
watch(join(root, 'src'), { recursive: true }, () => {
  clearTimeout(again)
  again = setTimeout(() => {
    gateway.once('exit', () => (gateway = start()))
    if (!gateway.kill('SIGTERM')) gateway = start()
  }, 200)
})
// The gateway reads its keys again; a terminal that is closed takes both of us along.
process.on('SIGHUP', () => {
  gateway.kill('SIGHUP')
  if (!process.stdout.isTTY || isatty(1)) return
  process.removeAllListeners('SIGHUP')
  process.kill(process.pid, 'SIGHUP')
})
process.on('SIGINT', () => gateway.once('exit', () => process.exit(0)))
