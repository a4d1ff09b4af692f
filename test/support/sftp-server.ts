import { spawn, spawnSync } from 'node:child_process'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import ssh2, { type SFTPWrapper } from 'ssh2'

/** A running SFTP server on loopback. */
export interface SftpServer {
  /** sftp://user[:password]@host:port/folder */
  readonly url: string
  readonly hostKey: string
  readonly keyFile: string | undefined
  stop(): Promise<void>
}

const SSHD = '/usr/sbin/sshd'
/** Whether Debian's openssh-server is installed here. */
export const hasSshd = existsSync(SSHD) && spawnSync('ssh-keygen', ['-?']).error === undefined

/** OpenSSH's own server as a process of ours, for our own user and one key. */
export async function startSshd(dir: string, folder: string, port?: number): Promise<SftpServer> {
  const keyFile = join(dir, 'client')
  for (const name of ['host', 'client'])
    if (!existsSync(join(dir, name))) spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(dir, name)])
  // As root it wants a folder to lock unprivileged children into.
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true })
  const own = port ?? (await freePort())
  const settings = [
    ...[`Port ${own}`, 'ListenAddress 127.0.0.1', `HostKey ${join(dir, 'host')}`, `PidFile ${join(dir, 'pid')}`],
    ...[`AuthorizedKeysFile ${join(dir, 'client.pub')}`, 'StrictModes no', 'UsePAM no', 'PasswordAuthentication no'],
    ...['PermitRootLogin prohibit-password', 'Subsystem sftp internal-sftp'],
  ]
  writeFileSync(join(dir, 'sshd_config'), settings.join('\n'))
  const child = spawn(SSHD, ['-D', '-e', '-f', join(dir, 'sshd_config')], { stdio: 'ignore' })
  await listening(own)
  const fingerprint = spawnSync('ssh-keygen', ['-lf', join(dir, 'host.pub')], { encoding: 'utf8' }).stdout.trim()
  return {
    url: `sftp://${encodeURIComponent(userInfo().username)}@127.0.0.1:${own}${folder}`,
    hostKey: fingerprint,
    keyFile,
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill()
      await ended
    },
  }
}

/** A server of the package ssh2 with a password, and without the rename of OpenSSH: what other vendors may have. */
export async function startPlainSftp(folder: string): Promise<SftpServer> {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  })
  const server = new ssh2.Server({ hostKeys: [privateKey] }, (client) => {
    client.on('error', () => undefined)
    client.on('authentication', (login) => {
      if (login.method === 'password' && login.username === 'kirje' && login.password === 'sala sana') login.accept()
      else login.reject(['password'])
    })
    client.on('session', (accept) => {
      accept().on('sftp', (acceptSftp) => serve(acceptSftp(), folder))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const key = ssh2.utils.parseKey(privateKey)
  const fingerprint = createHash('sha256')
    .update((key as ssh2.ParsedKey).getPublicSSH())
    .digest('base64')
  return {
    url: `sftp://kirje:sala%20sana@127.0.0.1:${port}/saapuvat`,
    hostKey: `SHA256:${fingerprint.replace(/=+$/, '')}`,
    keyFile: undefined,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
      }),
  }
}

const { STATUS_CODE } = ssh2.utils.sftp

/** `/saapuvat` is the folder; nothing else is there. */
function serve(sftp: SFTPWrapper, folder: string): void {
  const at = (path: string): string => join(folder, path.replace(/^\/saapuvat\/?/, ''))
  const handles = new Map<number, FileHandle | string[]>()
  let last = 0
  const handleFor = (what: FileHandle | string[]): Buffer => {
    handles.set(++last, what)
    const handle = Buffer.alloc(4)
    handle.writeUInt32BE(last)
    return handle
  }
  const answer = (id: number, work: () => Promise<void>): void =>
    void work().catch((error: unknown) => {
      const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
      sftp.status(id, isMissing ? STATUS_CODE.NO_SUCH_FILE : STATUS_CODE.FAILURE)
    })
  const done = (id: number, work: () => Promise<unknown>): void =>
    answer(id, async () => {
      await work()
      sftp.status(id, STATUS_CODE.OK)
    })
  const look = (id: number, path: string): void =>
    answer(id, async () => {
      const { mode, uid, gid, size, atimeMs, mtimeMs } = await stat(at(path))
      sftp.attrs(id, { mode, uid, gid, size, atime: atimeMs / 1000, mtime: mtimeMs / 1000 })
    })
  sftp.on('OPEN', (id, path) => answer(id, async () => sftp.handle(id, handleFor(await open(at(path), 'w')))))
  sftp.on('WRITE', (id, handle, offset, data) =>
    done(id, () => (handles.get(handle.readUInt32BE()) as FileHandle).write(data, 0, data.length, offset)),
  )
  sftp.on('FSETSTAT', (id) => sftp.status(id, STATUS_CODE.OK))
  sftp.on('CLOSE', (id, handle) =>
    done(id, async () => {
      const what = handles.get(handle.readUInt32BE())
      if (what !== undefined && !Array.isArray(what)) await what.close()
    }),
  )
  sftp.on('STAT', look)
  sftp.on('LSTAT', look)
  sftp.on('OPENDIR', (id, path) => answer(id, async () => sftp.handle(id, handleFor(await readdir(at(path))))))
  sftp.on('READDIR', (id, handle) => {
    const names = handles.get(handle.readUInt32BE()) as string[]
    const attrs = { mode: 0o100600, uid: 0, gid: 0, size: 0, atime: 0, mtime: 0 }
    const some = names.splice(0).map((filename) => ({ filename, longname: filename, attrs }))
    if (some.length === 0) sftp.status(id, STATUS_CODE.EOF)
    else sftp.name(id, some)
  })
  sftp.on('RENAME', (id, from, to) =>
    done(id, async () => {
      if (existsSync(at(to))) throw new Error('taken')
      await rename(at(from), at(to))
    }),
  )
  sftp.on('REMOVE', (id, path) => done(id, () => rm(at(path))))
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function listening(port: number): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end; await sleep(50)) {
    const socket = connect(port, '127.0.0.1')
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    })
    socket.destroy()
    if (isOpen) return
  }
  throw new Error('The SFTP server does not listen')
}
