import { join } from 'node:path'
import { isFailure, isUsableAddress, isValidBilling, states, type Billing } from '../../../message/index.js'
import { deliveries, letters, outbox, transitions, type Database, type Sealer, type Tx } from '../../../store/index.js'
import type { Sensitive } from '../../../sensitive.js'
import type { Channel, Job, Outcome } from '../../channel.js'
import { schedules } from '../../schedule.js'
import { compose } from './compose.js'
import { controlData } from './control.js'
import { DropError, type Drop, type OpenDrop } from './drop.js'
import { createFolderDrop } from './folder.js'
import { finishEarlier, handingOverOf, handOver } from './hand-over.js'
import { createPress } from './press.js'
import { createSftpDrop } from './sftp.js'
import { CannotPrint } from './sheet.js'

export interface PrintOptions {
  readonly db: Database
  readonly sealer: Sealer
  readonly dataDir: string
  readonly printDir?: string | undefined
  readonly printSftpUrl?: Sensitive<string> | undefined
  readonly printSftpKeyFile?: string | undefined
  readonly printSftpHostKey?: string | undefined
}

/** Letters of the test side stay here, in the data directory, to be looked at. */
export const TEST_FOLDER = 'print-test'

const HOUR = 3_600_000

/**
 * Makes one PDF of a letter and hands it to the printing provider with its control data, by SFTP or into a folder:
 * exactly one letter up to the drop, which is then the provider's (docs/printing.md). Nothing of the test side goes there.
 */
export function createPrintChannel(options: PrintOptions): Channel {
  const { db, sealer } = options
  const press = createPress()
  const drops = dropsOf(options)

  /** What no attempt will ever print ends the message too, when it has no other way to its recipient. */
  const refuse = (job: Job, code: string): Outcome => ({
    kind: 'refused',
    code,
    write: async (tx) => {
      const { open, delivered } = await otherWays(tx, job)
      if (!open && !delivered) await transitions.moveMessage(tx, job, states.failed, 'print')
    },
  })
  const handedOver = (job: Job, detail: object): Outcome => ({
    kind: 'delivered',
    detail,
    write: async (tx) => {
      // A mailbox that was given up does not hold it back: the letter has arrived.
      if (!(await otherWays(tx, job)).open) await transitions.moveMessage(tx, job, states.visible, 'print')
    },
  })

  const printAndHandOver = async (
    { job, letter, drop, open }: { job: Job; letter: letters.Letter; drop: Drop; open: OpenDrop },
    signal: AbortSignal,
  ): Promise<Outcome> => {
    const { address } = letter.recipient.reveal()
    if (!isUsableAddress(address)) return refuse(job, 'PRINT_NO_ADDRESS')
    const billing = billingOf(letter)
    if (billing === null) return { kind: 'waiting', code: 'PRINT_NO_BILLING', retryAfterMs: HOUR }
    const sheet = await compose(db, letter, address)
    const pressed = await press.print(sheet, signal)
    if (pressed.kind === 'refused') return refuse(job, pressed.reason)
    const { printed } = pressed
    const control = controlData({ job, letter, address, billing, sheet, printed })
    await handOver(open, job, { pdf: printed.pdf, control }, (part) => outbox.note(db, job, { drop: drop.id, part }))
    return handedOver(job, { drop: drop.kind, pages: printed.pages, sizeBytes: printed.pdf.length })
  }

  return {
    name: 'print',
    concurrency: 2,
    timeoutMs: 120_000,
    pausesMs: schedules.print,
    deliver: async (job, signal) => {
      const drop = job.environment === 'test' ? drops.test : drops.production
      if (drop === null) return { kind: 'waiting', code: 'PRINT_NOT_CONFIGURED', retryAfterMs: HOUR }
      const begun = handingOverOf(job)
      if (begun !== null && begun.drop !== drop.id) return { kind: 'unreachable', code: 'PRINT_DROP_CHANGED' }
      let open: OpenDrop | null = null
      try {
        // Before anything of the message is looked at: what lies over there cannot be taken back.
        open = await drop.open(signal)
        if (await finishEarlier(open, job)) return handedOver(job, { drop: drop.kind, earlier: true })
        const letter = await letters.findLetter(db, sealer, job)
        if (letter === null) return { kind: 'dropped', code: 'MESSAGE_GONE' }
        if (isFailure(letter.state)) return { kind: 'dropped', code: 'MESSAGE_FAILED' }
        return await printAndHandOver({ job, letter, drop, open }, signal)
      } catch (error) {
        if (error instanceof CannotPrint) return refuse(job, error.reason)
        if (error instanceof DropError) return { kind: 'unreachable', code: error.reason }
        if (error instanceof outbox.LeaseLost) return { kind: 'unreachable', code: error.code }
        throw error
      } finally {
        await open?.close()
      }
    },
  }
}

/** The message is held first: what ends another of its ways at this moment is waited for. */
async function otherWays(tx: Tx, job: Job): Promise<deliveries.Ways> {
  await transitions.lockMessage(tx, job)
  return deliveries.waysOf(tx, job, { besides: 'print' })
}

function dropsOf({ dataDir, printDir, printSftpUrl, printSftpKeyFile, printSftpHostKey }: PrintOptions): {
  test: Drop
  production: Drop | null
} {
  const test = createFolderDrop(join(dataDir, TEST_FOLDER), { kind: 'test', make: true, mode: 0o600 })
  if (printSftpUrl !== undefined)
    return {
      test,
      production: createSftpDrop({ url: printSftpUrl.reveal(), keyFile: printSftpKeyFile, hostKey: printSftpHostKey }),
    }
  if (printDir !== undefined)
    return { test, production: createFolderDrop(printDir, { kind: 'folder', make: false, mode: 0o640 }) }
  return { test, production: null }
}

/** The request's own, otherwise the service's; null when intake's has gone since. */
function billingOf({ content, settings }: letters.Letter): Billing | null {
  const billing = content.reveal().print?.billing ?? settings.billing ?? null
  return billing !== null && isValidBilling(billing) ? billing : null
}
