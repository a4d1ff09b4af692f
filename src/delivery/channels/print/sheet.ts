import type { PrintForm } from '../../../message/index.js'

/** Codes of what can never be printed; docs/printing.md says what each means. */
export type Unprintable =
  | 'PRINT_NOTHING_PRINTABLE'
  | 'PRINT_PAGE_RANGE'
  | 'PRINT_ENCRYPTED'
  | 'PRINT_PDF_BROKEN'
  | 'PRINT_IMAGE_BROKEN'
  | 'PRINT_LETTERS_MISSING'
  | 'PRINT_TOO_LARGE'

/** Carries a refusal to whoever asked for the print. */
export class CannotPrint extends Error {
  readonly reason: Unprintable
  constructor(reason: Unprintable) {
    super(reason)
    this.reason = reason
  }
}

export interface PrintFile {
  readonly form: PrintForm
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Everything that one printed letter is made of; the same sheet gives the same bytes, in every attempt. */
export interface Sheet {
  /** milliseconds; printed, and the date of the PDF: never the time of printing */
  readonly sentAt: number
  readonly sender: { readonly name: string; readonly lines: readonly string[] }
  /** as it stands in the window of the envelope */
  readonly addressLines: readonly string[]
  readonly addressPage: boolean
  /** the letter's own words, where no attachment can be printed; `addressed` when they are the first page */
  readonly text: { readonly title: string; readonly body: string; readonly addressed: boolean } | null
  readonly files: readonly PrintFile[]
  readonly rotateToPortrait: boolean
  /** names and links of what the letter also has and paper cannot hold */
  readonly omitted: readonly string[]
}

export interface Printed {
  readonly pdf: Uint8Array
  /** in hexadecimal */
  readonly sha256: string
  readonly pages: number
}

/** What the thread answers. */
export type Pressed = { readonly kind: 'printed'; readonly printed: Printed } | RefusedPrint
export interface RefusedPrint {
  readonly kind: 'refused'
  readonly reason: Unprintable
}
