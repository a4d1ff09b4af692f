import { randomBytes } from 'node:crypto'
import type { Identity } from '../keys.js'
import { writeEnvelope, type Envelope } from './envelope.js'
import { element, write, type Element } from './markup.js'
import { NS, type Hash } from './namespaces.js'
import type { Answer, AnswerItem, Operation } from './types.js'
import { writeSigned } from './wss/sign.js'
import { wss4jStyle, type WssStyle } from './wss/styles.js'

const customer = (item: AnswerItem, content: (Element | undefined)[]): Element =>
  element('Asiakas', content, { AsiakasTunnus: item.recipientId, TunnusTyyppi: item.idType })!

function items(operation: Operation, all: AnswerItem[]): (Element | undefined)[] {
  if (operation === 'HaeAsiakkaita') {
    const states = (item: AnswerItem) => [
      element('Tila', item.state),
      element('TilaPvm', '2026-03-04T11:00:41.143+02:00'),
      element('TiliPassivoitu', item.passive ?? 0),
    ]
    return [
      element(
        'Asiakkaat',
        all.map((item) => customer(item, states(item))),
      ),
    ]
  }
  if (operation !== 'LisaaKohteita') return []
  const states = (item: AnswerItem) => [
    element('AsiointitiliTunniste', item.mailboxId ?? '574909'),
    element('KohteenTila', item.state),
    element('KohteenTilaKuvaus', item.text ?? 'Asia on tallennettuna ja näkyy asiakkaalle.'),
  ]
  const parts = [element('ViranomaisTunniste', all[0]?.reference), ...all.map((item) => customer(item, states(item)))]
  return [element('KohdeMaara', 1), element('Kohteet', [element('Kohde', parts)])]
}

function envelopeOf(operation: Operation, answer: Answer): Envelope {
  const letter = operation === 'LahetaViesti'
  const block = element('TilaKoodi', [
    element('TilaKoodi', answer.code ?? 0),
    element('TilaKoodiKuvaus', answer.text ?? undefined),
    element('SanomaTunniste', answer.exchangeId ?? undefined),
  ])
  const result = element(`${operation}Result`, [block, ...items(operation, answer.items ?? [])])
  const response = element(`${operation}Response`, [result], { [letter ? 'xmlns' : 'xmlns:asi']: NS.asi })
  const soap = letter ? 'soap' : 'soapenv'
  return {
    declaration: '',
    prefix: soap,
    rootAttributes: ` xmlns:${soap}="${NS.soap}"`,
    emptyHeader: '',
    bodyAttributes: '',
    payload: write(response, { prefix: letter ? '' : 'asi' }),
    gap: '',
  }
}

/** An answer in the form of R1–R9, as the service is known to have answered. */
export const goldenAnswer = (operation: Operation, answer: Answer): Buffer =>
  Buffer.from(writeEnvelope(envelopeOf(operation, answer)))

/** The same with the one signature over Body that eveli wants (wss.md §5). */
export function signedGoldenAnswer(
  operation: Operation,
  answer: Answer,
  signer: Identity,
  hash: Hash = 'sha256',
  variant: Partial<WssStyle> = {},
): Buffer {
  const style = wss4jStyle({
    order: ['token', 'signature'],
    mustUnderstand: false,
    hash,
    references: ['Body'],
    prefixLists: { signedInfo: null, Body: null, Timestamp: null },
    ids: { body: 'Body-1', timestamp: 'TS-1', token: `X509-${randomBytes(4).toString('hex')}` },
    ...variant,
  })
  const { privateKeyPem, certificatePem } = signer
  const signing = { layout: 'wss4j', privateKeyPem, certificatePem, now: new Date() } as const
  return Buffer.from(writeSigned(envelopeOf(operation, answer), style, signing))
}
