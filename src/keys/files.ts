import { readFileSync } from 'node:fs'
import { KeyError } from './errors.js'

/** @throws KeyError KEY_FILE */
export function readKeyFile(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (cause) {
    throw new KeyError(`${file} cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown'})`, { cause })
  }
}
