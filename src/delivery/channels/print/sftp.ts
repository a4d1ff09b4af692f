import { createHash, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import SftpClient from 'ssh2-sftp-client'
import { DropError, type Drop, type OpenDrop } from './drop.js'

export interface SftpOptions {
  /** sftp://user[:password]@host[:port]/folder */
  readonly url: string
  readonly keyFile: string | undefined
  /** `SHA256:…`, alone or in the line that ssh-keygen -lf prints */
  readonly hostKey: string | undefined
}

const READY_MS = 20_000

/** A folder on the provider's SFTP server. A server whose key is not the configured one is told nothing. */
export function createSftpDrop({ url, keyFile, hostKey }: SftpOptions): Drop {
  const { hostname, port, username, password, pathname } = new URL(url)
  const folder = decodeURIComponent(pathname).replace(/\/+$/, '')
  const expected = fingerprintIn(hostKey ?? '')
  return {
    kind: 'sftp',
    id: `sftp://${hostname}:${port || '22'}${folder}`,
    open: async (signal) => {
      if (expected === null) throw new DropError('PRINT_HOST_KEY')
      const seen = { isKnown: true }
      const ignore = (): void => undefined
      const client = new SftpClient('print', { error: ignore, end: ignore, close: ignore })
      const privateKey = keyFile === undefined ? undefined : await readKey(keyFile)
      const abort = (): void => void client.end().catch(ignore)
      signal.addEventListener('abort', abort, { once: true })
      try {
        await client.connect({
          host: hostname.replace(/^\[|\]$/g, ''),
          port: Number(port || '22'),
          username: decodeURIComponent(username),
          ...(privateKey === undefined ? { password: decodeURIComponent(password) } : { privateKey }),
          readyTimeout: READY_MS,
          keepaliveInterval: 10_000,
          hostVerifier: (key: Buffer) => (seen.isKnown = isSame(createHash('sha256').update(key).digest(), expected)),
        })
      } catch (error) {
        signal.removeEventListener('abort', abort)
        throw new DropError(seen.isKnown ? reasonOf(error) : 'PRINT_HOST_KEY', error)
      }
      return opened(client, folder, () => signal.removeEventListener('abort', abort))
    },
  }
}

function opened(client: SftpClient, folder: string, release: () => void): OpenDrop {
  const at = (name: string): string => `${folder}/${name}`
  const exists = async (name: string): Promise<boolean> => (await client.exists(at(name))) !== false
  return {
    exists: (name) => guarded(() => exists(name)),
    names: (prefix) =>
      guarded(async () =>
        (await client.list(folder || '/')).map(({ name }) => name).filter((n) => n.startsWith(prefix)),
      ),
    write: (name, bytes) =>
      guarded(async () => {
        await client.put(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), at(name))
        // A connection that breaks at the end closes the stream just as a whole file does.
        if ((await client.stat(at(name))).size !== bytes.length) throw new Error('not whole')
      }),
    move: (from, to) =>
      guarded(async () => {
        if (!(await exists(from))) return false
        await replace(client, at(from), at(to))
        return true
      }),
    remove: (name) => guarded(() => client.delete(at(name), true)).then(() => undefined),
    close: async () => {
      release()
      await client.end().catch(() => undefined)
    },
  }
}

/** OpenSSH and most others have the atomic rename; the plain one of the old protocol does not take a name that is there. */
async function replace(client: SftpClient, from: string, to: string): Promise<void> {
  try {
    await client.posixRename(from, to)
  } catch (error) {
    if (!/does not support|unsupported/i.test((error as Error).message)) throw error
    await client.delete(to, true)
    await client.rename(from, to)
  }
}

async function readKey(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    throw new DropError('PRINT_LOGIN_REFUSED', error)
  }
}

/** SHA-256 of a host key in the spelling of OpenSSH: base64 without its padding. */
const fingerprintIn = (text: string): Buffer | null => {
  const base64 = /(?:^|\bSHA256:)([A-Za-z\d+/]{43})=?(?=$|\s)/.exec(text.trim())?.[1]
  return base64 === undefined ? null : Buffer.from(base64, 'base64')
}

const isSame = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b)

const reasonOf = (error: unknown): DropError['reason'] => {
  const { message = '', level } = error as { message?: string; level?: string }
  const isLogin =
    level === 'client-authentication' || /authentication methods failed|private ?key|key format/i.test(message)
  return isLogin ? 'PRINT_LOGIN_REFUSED' : 'PRINT_DROP_AWAY'
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new DropError('PRINT_DROP_AWAY', error)
  }
}
