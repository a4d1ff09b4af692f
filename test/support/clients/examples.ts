import { randomInt, randomUUID } from 'node:crypto'
import type { ClientRequest, Operation, Party } from './types.js'

const CHECK = '0123456789ABCDEFHJKLMNPRSTUVWXY'

/** A personal identity code that nobody has: individual number 900–999, valid check character. */
export function artificialIdentityCode(seed = randomInt(1_000_000)): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const date = `${two((seed % 28) + 1)}${two((seed % 12) + 1)}${two(40 + (Math.floor(seed / 100) % 60))}`
  const individual = String(900 + (Math.floor(seed / 7) % 100))
  return `${date}-${individual}${CHECK[Number(date + individual) % 31]!}`
}

/** A business id of nobody, with a valid check digit: none that begins with 9 is in use. */
export function artificialBusinessId(seed = randomInt(1_000_000)): string {
  const weights = [7, 9, 10, 5, 8, 4, 2]
  for (let number = 9_000_000 + (seed % 900_000); ; number++) {
    const digits = String(number)
    const rest = weights.reduce((sum, weight, at) => sum + weight * Number(digits[at]), 0) % 11
    if (rest !== 1) return `${digits}-${rest === 0 ? 0 : 11 - rest}`
  }
}

/** A small valid PDF of one empty page, padded with a comment to about the wished size. */
export function examplePdf(sizeBytes = 0): Buffer {
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>',
  ]
  let text = `%PDF-1.4\n%${'x'.repeat(Math.max(0, sizeBytes - 420))}\n`
  const offsets = objects.map((object, index) => {
    const offset = text.length
    text += `${index + 1} 0 obj\n${object}\nendobj\n`
    return String(offset).padStart(10, '0')
  })
  const table = offsets.map((offset) => `${offset} 00000 n \n`).join('')
  const trailer = `trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF\n`
  return Buffer.from(`${text}xref\n0 4\n0000000000 65535 f \n${table}${trailer}`, 'latin1')
}

/** A request with something in every common field; rows override what is typical for them. */
export function exampleRequest(
  operation: Operation,
  party: Party,
  overrides: Partial<ClientRequest> = {},
): ClientRequest {
  return {
    operation,
    ...party,
    exchangeId: randomUUID(),
    reference: `viite-${randomUUID()}`,
    recipientId: artificialIdentityCode(),
    idType: 'SSN',
    title: 'Päätös hakemukseenne <A & B>',
    text: 'Hyvä vastaanottaja,\n\nliitteenä on päätös "hakemuksestanne". Åländska ärenden: hör av er.',
    attachments: [],
    address: {
      name: 'Testi Henkilö',
      street: 'Esimerkkikatu 1 A 2',
      postcode: '00100',
      city: 'Helsinki',
      country: 'FI',
    },
    sentAt: new Date(),
    certificateName: 'Testiviranomainen Öy',
    senderName: 'Testiviranomainen',
    ...(operation === 'LahetaViesti' && {
      attachments: [{ name: 'paatos.pdf', mime: 'application/pdf', content: examplePdf() }],
      billing: { id: 'ABC123', password: '1234' },
      sendToPrint: false,
    }),
    ...overrides,
  }
}
