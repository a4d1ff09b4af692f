import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { TEST_FOLDER } from '../../../src/delivery/index.js'
import { channelSuite } from '../../support/channel-suite.js'
import { openPrintRoom } from '../print/support.js'

/** A folder on this computer refuses nothing and keeps nobody waiting; SFTP is in ../print/sftp.test.ts. */
channelSuite('print', { promise: 'once', refuses: false, hangs: false }, async () => {
  const room = await openPrintRoom()
  const folder = join(room.dir, 'data', TEST_FOLDER)
  return {
    db: room.db,
    channel: room.channel(),
    queue: async () => (await room.queue()).deliveryId,
    arrived: (deliveryId) => {
      const names = existsSync(folder) ? readdirSync(folder) : []
      return Promise.resolve(names.filter((name) => name.includes(deliveryId) && name.endsWith('.json')))
    },
    accept: () => undefined,
    secrets: ['Päätös', 'Liitteenä'],
    close: () => room.close(),
  }
})
