import type { Job } from '../../channel.js'
import type { OpenDrop } from './drop.js'

/** Kept with the delivery from just before its letter is handed over; ids only. */
export interface HandingOver {
  readonly drop: string
  /** the control file under the name that its one rename takes away */
  readonly part: string
}

/** Names are made of the delivery's id, so that every attempt means the same letter. */
export const namesOf = ({ id, attemptId }: Pick<Job, 'id' | 'attemptId'>) => ({
  pdf: `${id}.pdf`,
  control: `${id}.json`,
  pdfPart: `${id}.${attemptId}.pdf.part`,
  controlPart: `${id}.${attemptId}.json.part`,
})

export function handingOverOf({ about }: Pick<Job, 'about'>): HandingOver | null {
  const { drop, part } = (about ?? {}) as Partial<HandingOver>
  return drop === undefined || part === undefined ? null : { drop, part }
}

/**
 * Whether an earlier attempt has handed the letter over, or had come so far that only the last step was missing, which
 * is then made. The part file vanishes by that step and by nothing else: once it was noted, its absence means that the
 * letter is over there, even if the provider has taken it away since.
 */
export async function finishEarlier(drop: OpenDrop, job: Job): Promise<boolean> {
  const { control } = namesOf(job)
  if (await drop.exists(control)) return true
  const begun = handingOverOf(job)
  if (begun === null) return false
  await drop.move(begun.part, control)
  return true
}

/**
 * Puts a letter into the drop: the PDF first, the control file last. Nothing is a letter before that last rename, and
 * it can be made only once, whatever else runs or crashes (docs/printing.md).
 * @param note  commits what the next attempt has to know
 */
export async function handOver(
  drop: OpenDrop,
  job: Job,
  letter: { readonly pdf: Uint8Array; readonly control: Uint8Array },
  note: (part: string) => Promise<void>,
): Promise<void> {
  const names = namesOf(job)
  // By no count of attempts: one that was given back has none, and may have left parts.
  await removeParts(drop, job)
  await drop.write(names.pdfPart, letter.pdf)
  await drop.move(names.pdfPart, names.pdf)
  await drop.write(names.controlPart, letter.control)
  try {
    await note(names.controlPart)
  } catch (error) {
    // Either nothing was noted, or nobody knows. Only a lost lease is certain: then the part is nobody's.
    if ((error as { code?: unknown }).code === 'LEASE_LOST') await drop.remove(names.controlPart)
    throw error
  }
  await drop.move(names.controlPart, names.control)
}

/** What earlier attempts left that ended before they noted anything; ids are in the order of time, and a late worker removes nothing of its successors. */
async function removeParts(drop: OpenDrop, { id, attemptId }: Job): Promise<void> {
  for (const name of await drop.names(`${id}.`)) {
    const [, of = '', , ending] = name.split('.')
    if (ending === 'part' && of < attemptId) await drop.remove(name)
  }
}
