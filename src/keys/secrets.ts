import { createSecretKey, type KeyObject } from 'node:crypto'
import { KeyError } from './errors.js'
import { readKeyFile } from './files.js'

/** 32 bytes as 64 hexadecimal digits, as `openssl rand -hex 32` prints them. */
export function readSecret(file: string): KeyObject {
  const text = readKeyFile(file).toString('utf8').trim()
  if (!/^[0-9a-fA-F]{64}$/.test(text)) {
    throw new KeyError(
      `${file} does not hold a key of 32 bytes (64 hexadecimal digits; make one with: openssl rand -hex 32)`,
    )
  }
  return createSecretKey(Buffer.from(text, 'hex'))
}
