import { readXml, toUtf8, XmlError, type XmlElement } from '../../xml/index.js'
import { pushNames, type PushOperation } from './names.js'

/** What came back over HTTP. */
export interface PushAnswer {
  readonly httpStatus: number
  /** charset parameter of the Content-Type header, if any */
  readonly charset: string | null
  readonly body: Buffer
}

/**
 * What an authority's answer means for a push. taken: it has it, now or from an earlier attempt. refused: it will not
 * take it like this. unclear: not now, or nobody knows; the same push is made again.
 * `code` is a word of ours; `wireCode` the number or Fault code that said so, null when none did.
 */
export interface PushVerdict {
  readonly kind: 'taken' | 'refused' | 'unclear'
  readonly code: string
  readonly wireCode: number | string | null
  /** the id that the authority gave to a citizen's message */
  readonly authorityReference: string | null
}

const SOAP11 = 'http://schemas.xmlsoap.org/soap/envelope/'
const TAKEN = [0, 200, 202]
const COME_AGAIN = [450, 453, 550]
/** HTTP's own words for "later": everything else from 400 to 499 is about the request. */
const HTTP_LATER = [408, 425, 429]
const MAX_REFERENCE = 255

const verdict = (
  kind: PushVerdict['kind'],
  code: string,
  wireCode: number | string | null = null,
  authorityReference: string | null = null,
): PushVerdict => ({ kind, code, wireCode, authorityReference })

/**
 * Reads an authority's answer by the table of paluukanava.md §4. Where the table is silent: a push is made again unless
 * the answer is clearly about it. So an empty 200, HTML or anything else that is no response element is `unclear`:
 * something in between may have given it, and a repeat does no harm. Redirects and HTTP 4xx are `refused`: somebody has
 * to change something. Names are compared without their namespaces, or the refusal of a careless receiver would be
 * read as an element without any code.
 */
export function judgePushAnswer(operation: PushOperation, { httpStatus, charset, body }: PushAnswer): PushVerdict {
  const content = contentOf(body, charset)
  if (content?.local === 'Fault') return judgeFault(content)
  if (httpStatus >= 200 && httpStatus < 300) {
    const isResponse = content?.local === `${pushNames[operation]}Response`
    return isResponse ? judgeResponse(operation, content) : verdict('unclear', 'ANSWER_UNREADABLE', httpStatus)
  }
  if (httpStatus >= 300 && httpStatus < 400) return verdict('refused', 'ANSWER_REDIRECTS', httpStatus)
  if (httpStatus >= 400 && httpStatus < 500 && !HTTP_LATER.includes(httpStatus))
    return verdict('refused', 'ANSWER_HTTP_ERROR', httpStatus)
  return verdict('unclear', 'ANSWER_HTTP_ERROR', httpStatus)
}

/** The one element in the Body of a SOAP envelope, null for everything else. */
function contentOf(body: Buffer, charset: string | null): XmlElement | null {
  try {
    const { root } = readXml(toUtf8(body, charset))
    if (!root.is(SOAP11, 'Envelope')) return null
    return root.all(SOAP11, 'Body')[0]?.elements()[0] ?? null
  } catch (error) {
    if (error instanceof XmlError) return null
    throw error
  }
}

/** Client, and the two that say that we speak another language, are about the request; anything else is about today. */
function judgeFault(fault: XmlElement): PushVerdict {
  const written = child(fault, 'faultcode')?.text().trim() ?? ''
  const code = /^(?:[^:]*:)?(Client|Server|VersionMismatch|MustUnderstand)(?:\.|$)/.exec(written)?.[1] ?? null
  const isOurs = code !== null && code !== 'Server'
  return verdict(isOurs ? 'refused' : 'unclear', isOurs ? 'FAULT_CLIENT' : 'FAULT_SERVER', code)
}

function judgeResponse(operation: PushOperation, response: XmlElement): PushVerdict {
  const result = child(response, `${pushNames[operation]}Result`)
  const whole = judgeCode(statusCodeOf(result))
  if (operation === 'pushStates' || whole.kind !== 'taken') return whole
  const item = child(child(result, 'Kohteet'), 'Kohde')
  const code = integerOf(child(item, 'KohteenTila'))
  const reference = referenceOf(item)
  if (code === 520) return verdict('taken', 'TAKEN_EARLIER', 520, reference)
  const judged = judgeCode(code)
  return judged.kind === 'taken' ? { ...whole, authorityReference: reference } : judged
}

/** null: there is none, which means that nothing was wrong; NaN: there is something that is no number. */
function judgeCode(code: number | null): PushVerdict {
  if (code === null || TAKEN.includes(code)) return verdict('taken', 'TAKEN', code)
  if (Number.isNaN(code)) return verdict('unclear', 'ANSWER_UNREADABLE')
  if (COME_AGAIN.includes(code)) return verdict('unclear', 'ANSWER_LATER', code)
  return verdict('refused', 'ANSWER_REFUSES', code)
}

/** `TilaKoodi` is a block with a `TilaKoodi` in it; one that holds the number itself is understood too. */
function statusCodeOf(result: XmlElement | null): number | null {
  const block = child(result, 'TilaKoodi')
  return block === null || block.elements().length === 0 ? integerOf(block) : integerOf(child(block, 'TilaKoodi'))
}

function integerOf(element: XmlElement | null): number | null {
  const written = element?.text().trim() ?? ''
  if (written === '') return null
  return /^[+-]?\d{1,9}$/.test(written) ? Number(written) : NaN
}

function referenceOf(item: XmlElement | null): string | null {
  const written = child(item, 'ViranomaisTunniste')?.text().trim() ?? ''
  return written === '' || written.length > MAX_REFERENCE ? null : written
}

const child = (parent: XmlElement | null, local: string): XmlElement | null =>
  parent?.elements().find((element) => element.local === local) ?? null
