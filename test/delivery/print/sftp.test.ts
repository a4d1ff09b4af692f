import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Channel } from '../../../src/delivery/index.js'
import { sensitive } from '../../../src/sensitive.js'
import { hasSshd, startPlainSftp, startSshd, type SftpServer } from '../../support/sftp-server.js'
import { attempt, attemptAndDie, openPrintRoom, takeLetters, type PrintRoom } from './support.js'

let room: PrintRoom
beforeAll(async () => {
  room = await openPrintRoom()
})
afterAll(() => room.close())

const servers = [
  ['OpenSSH with a key', hasSshd, startSshd],
  ['a server with a password and the old rename', true, (_dir: string, folder: string) => startPlainSftp(folder)],
] as const

describe.each(servers)('%s', (_name, isThere, start) => {
  const there = isThere ? test : test.skip
  let dir: string
  let folder: string
  let server: SftpServer
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'asti-sftp-'))
    folder = join(dir, 'in')
    mkdirSync(folder)
    await room.db.query('truncate delivery, attempt')
    if (isThere) server = await start(dir, folder)
  })
  afterEach(async () => {
    if (isThere) await server.stop()
    rmSync(dir, { recursive: true, force: true })
  })
  const channel = (more: { url?: string; hostKey?: string | undefined } = {}): Channel =>
    room.channel({
      printSftpUrl: sensitive(more.url ?? server.url),
      printSftpKeyFile: server.keyFile,
      printSftpHostKey: 'hostKey' in more ? more.hostKey : server.hostKey,
    })

  there('a letter arrives whole: the PDF, and the control file that names it', async () => {
    const { deliveryId } = await room.queue({ production: true })
    expect(await attempt(room.db, channel())).toMatchObject({ kind: 'delivered', detail: { drop: 'sftp', pages: 1 } })
    expect(readdirSync(folder).sort()).toEqual([`${deliveryId}.json`, `${deliveryId}.pdf`])
    const [{ control, pdf }] = takeLetters(folder) as [ReturnType<typeof takeLetters>[0]]
    expect(control.document).toMatchObject({ sizeBytes: pdf.length })
  })

  there('a server with another host key is told nothing', async () => {
    await room.queue({ production: true })
    for (const hostKey of [`SHA256:${'A'.repeat(43)}`, undefined, 'nonsense'])
      expect(await attempt(room.db, channel({ hostKey }))).toEqual({ kind: 'unreachable', code: 'PRINT_HOST_KEY' })
    expect(readdirSync(folder)).toEqual([])
  })

  there('a server that is away is unreachable, and gets the letter when it is back', async () => {
    await room.queue({ production: true })
    const { port } = new URL(server.url)
    const away = channel({ url: server.url.replace(port, '1') })
    expect(await attempt(room.db, away)).toEqual({ kind: 'unreachable', code: 'PRINT_DROP_AWAY' })
    expect(await attempt(room.db, channel())).toMatchObject({ kind: 'delivered' })
    expect(takeLetters(folder)).toHaveLength(1)
  })

  there('a folder that is not there is unreachable', async () => {
    await room.queue({ production: true })
    rmSync(folder, { recursive: true })
    expect(await attempt(room.db, channel())).toEqual({ kind: 'unreachable', code: 'PRINT_DROP_AWAY' })
  })

  there('a login that is refused is told apart', async () => {
    await room.queue({ production: true })
    const url = server.url.replace('//', '//not').replace(/:sala[^@]*/, ':wrong')
    expect(await attempt(room.db, channel({ url }))).toEqual({ kind: 'unreachable', code: 'PRINT_LOGIN_REFUSED' })
  })

  there('a repeat after a lost word makes no second letter, also when the first one was taken', async () => {
    await room.queue({ production: true })
    await attemptAndDie(room.db, channel())
    expect(takeLetters(folder)).toHaveLength(1)
    expect(await attempt(room.db, channel())).toMatchObject({ kind: 'delivered', detail: { earlier: true } })
    expect(readdirSync(folder)).toEqual([])
  })
})
