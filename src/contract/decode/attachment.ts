import type { Attachment } from '../../message/index.js'
import { LiftedText, type XmlElement } from '../../xml/index.js'
import { decodeBase64 } from './base64.js'
import { child, text, word } from './fields.js'

/** `Tiedosto`: a file or a link (viranomaispalvelut.md §4.6). */
export function decodeAttachment(file: XmlElement): Attachment {
  const content = child(file, 'TiedostoSisalto')
  const pieces = content?.textPieces() ?? []
  const bytes = content === null ? null : decodeBase64(content)
  return {
    name: text(file, 'TiedostoNimi'),
    caption: text(file, 'TiedostonKuvaus'),
    url: word(file, 'TiedostoURL'),
    // Nothing but white space is no content (R16).
    content: content === null || bytes?.length === 0 ? null : (bytes ?? 'broken'),
    encoded: pieces.length === 1 && pieces[0] instanceof LiftedText ? pieces[0].bytes : null,
    storageId: word(file, 'TiedostoID'),
    statedSize: word(file, 'TiedostoKoko'),
    mediaType: word(file, 'TiedostoMuoto'),
  }
}
