import type { Attachment } from '../../message/index.js'
import type { XmlElement } from '../../xml/index.js'
import { decodeBase64 } from './base64.js'
import { child, text, word } from './fields.js'

/** `Tiedosto`: a file or a link (viranomaispalvelut.md §4.6). */
export function decodeAttachment(file: XmlElement): Attachment {
  const content = child(file, 'TiedostoSisalto')
  const hasContent =
    content !== null && content.textPieces().some((piece) => typeof piece !== 'string' || /[^ \t\r\n]/.test(piece))
  return {
    name: text(file, 'TiedostoNimi'),
    caption: text(file, 'TiedostonKuvaus'),
    url: word(file, 'TiedostoURL'),
    content: hasContent ? (decodeBase64(content) ?? 'broken') : null,
    storageId: word(file, 'TiedostoID'),
    statedSize: word(file, 'TiedostoKoko'),
    mediaType: word(file, 'TiedostoMuoto'),
  }
}
