/** The thread that makes PDFs, so that 10 MB of them do not hold up the answers of the whole process. */
import { parentPort } from 'node:worker_threads'
import { merge, type Piece } from './merge.js'
import { addressPage, imagePage, omittedPage, plainTextPages, textPages } from './pages.js'
import { CannotPrint, type Pressed, type PrintFile, type Sheet } from './sheet.js'

async function press(sheet: Sheet): Promise<Pressed> {
  try {
    const pieces: Piece[] = []
    const own = async (made: Promise<Uint8Array>): Promise<void> => {
      pieces.push({ bytes: await made, isForeign: false })
    }
    if (sheet.addressPage) await own(addressPage(sheet))
    if (sheet.text !== null) await own(textPages(sheet, sheet.text))
    for (const file of sheet.files) pieces.push(await pieceOf(sheet, file))
    if (sheet.omitted.length > 0) await own(omittedPage(sheet, sheet.omitted))
    return { kind: 'printed', printed: await merge(pieces, sheet) }
  } catch (error) {
    if (error instanceof CannotPrint) return { kind: 'refused', reason: error.reason }
    throw error
  }
}

async function pieceOf(sheet: Sheet, { form, bytes }: PrintFile): Promise<Piece> {
  if (form === 'pdf') return { bytes, isForeign: true }
  const made = form === 'text' ? plainTextPages(sheet, bytes) : imagePage(sheet, bytes, sheet.rotateToPortrait)
  return { bytes: await made, isForeign: false }
}

parentPort?.on('message', (sheet: Sheet) => {
  void press(sheet).then((pressed) => {
    // What is not caught ends the thread, and whoever asked hears of it.
    parentPort!.postMessage(pressed, pressed.kind === 'printed' ? [pressed.printed.pdf.buffer as ArrayBuffer] : [])
  })
})
