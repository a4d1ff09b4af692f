import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { onEnd } from './tidy.mjs'

export const shell = (program, ...args) => execFileSync(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })

/**
 * Mounts something on a folder that it makes; unmounted at the end in any case.
 * @returns why this machine does not let us, or { unmount }
 */
export function mount(folder, ...args) {
  if (process.platform !== 'linux' || process.getuid() !== 0) return { refusal: 'only root on Linux may mount' }
  mkdirSync(folder, { recursive: true })
  try {
    shell('mount', ...args, folder)
  } catch (error) {
    return { refusal: `mount: ${String(error.stderr ?? error.message).trim()}` }
  }
  return { unmount: onEnd(() => void shell('umount', '-l', folder)) }
}
