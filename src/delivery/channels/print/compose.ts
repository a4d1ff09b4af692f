import { isFinland, isUsableAddress, printFormOf, type PostalAddress, type PrintForm } from '../../../message/index.js'
import { attachments, type Database, type letters } from '../../../store/index.js'
import { CannotPrint, type PrintFile, type Sheet } from './sheet.js'

/** Of one letter: it is in memory as it is merged. */
export const MAX_FILE_BYTES = 50 * 1024 * 1024

/**
 * Decides what a letter looks like on paper: its printable attachments in their order, or its own words when it has
 * none; an address page when the sender asks for one, or when nothing else would show an address in the window.
 * @throws CannotPrint
 */
export async function compose(db: Database, letter: letters.Letter, address: PostalAddress): Promise<Sheet> {
  const content = letter.content.reveal()
  if (content.pages !== null) throw new CannotPrint('PRINT_PAGE_RANGE')
  const { files, omitted } = await filesOf(db, letter)
  if (letter.files.length > 0 && files.length === 0) throw new CannotPrint('PRINT_NOTHING_PRINTABLE')
  const ownWords = files.length === 0
  // The authority lays out the first page of its own PDF, with the address where it belongs (§9.7); nobody does of an image.
  const addressPage = content.addAddressPage || (!ownWords && files[0]!.form !== 'pdf')
  return {
    sentAt: letter.sentAt.getTime(),
    sender: senderOf(letter),
    addressLines: addressLinesOf(address),
    addressPage,
    text: ownWords ? { title: content.title ?? '', body: content.body ?? '', addressed: !addressPage } : null,
    files,
    rotateToPortrait: content.allowRotateToPortrait,
    omitted,
  }
}

function senderOf({ content, authorityName }: letters.Letter): Sheet['sender'] {
  const { senderDisplayName, party } = content.reveal()
  const { address } = party
  return {
    name: senderDisplayName ?? authorityName,
    lines: isUsableAddress(address) ? [address.street, `${address.postalCode} ${address.city}`.trim()] : [],
  }
}

/** Abroad the country stands last, in capitals and in a language that the whole world's post reads. */
function addressLinesOf({ name, street, postalCode, city, country }: PostalAddress): string[] {
  const lines = [...name.split(/\r?\n/), ...street.split(/\r?\n/), `${postalCode.trim()} ${city.trim()}`]
  const own = isFinland(country) ? [] : [countryName(country.trim().toUpperCase())]
  return [...lines, ...own].map((line) => line.replace(/\s+/g, ' ').trim()).filter((line) => line !== '')
}

const names = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'code' })
const countryName = (code: string): string => (/^[A-Z]{2}$/.test(code) ? names.of(code)! : code).toUpperCase()

/** Reads what can be printed, and names what cannot. */
async function filesOf(db: Database, letter: letters.Letter): Promise<{ files: PrintFile[]; omitted: string[] }> {
  const files: PrintFile[] = []
  const omitted: string[] = []
  const metas = letter.content.reveal().attachments
  let total = 0
  for (const [i, file] of letter.files.entries()) {
    const meta = metas[i]
    const label = [meta?.caption ?? meta?.name, meta?.url].filter((word) => word != null && word !== '').join(': ')
    if (file.sha256 === null || file.sizeBytes === null) {
      omitted.push(label)
      continue
    }
    // A file that will not be printed, however long it is, is looked at only as far as its form needs.
    const key = { bucket: letter.bucket, attachmentId: file.id }
    const form = await formOf(db, key, { sha256: file.sha256, mediaType: file.mediaType })
    if (form === null) {
      omitted.push(label)
      continue
    }
    total += file.sizeBytes
    if (total > MAX_FILE_BYTES) throw new CannotPrint('PRINT_TOO_LARGE')
    files.push({ form, bytes: await read(db, key, { sha256: file.sha256, sizeBytes: file.sizeBytes }) })
  }
  return { files, omitted }
}

type Key = Parameters<typeof attachments.readAttachmentData>[1]

async function formOf(
  db: Database,
  key: Key,
  { sha256, mediaType }: { sha256: Buffer; mediaType: string | null },
): Promise<PrintForm | null> {
  for await (const first of attachments.readAttachmentData(db, key, sha256)) return printFormOf(first, mediaType)
  return null
}

/** Into memory of its own, which can be handed to the thread without a copy. */
async function read(
  db: Database,
  key: Key,
  { sha256, sizeBytes }: { sha256: Buffer; sizeBytes: number },
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(sizeBytes)
  let at = 0
  for await (const piece of attachments.readAttachmentData(db, key, sha256)) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}
