import { randomBytes, randomUUID } from 'node:crypto'
import { artificialBusinessId, examplePdf, exampleRequest } from './examples.js'
import { readByNamespace } from './readers/by-namespace.js'
import { readByPrefixedPath } from './readers/prefixed-path.js'
import { checkSignedAnswer } from './readers/signed-answer.js'
import { readThreeChildren } from './readers/three-children.js'
import { buildEtp } from './rows/etp.js'
import { buildEvaka } from './rows/evaka.js'
import { buildEveli } from './rows/eveli.js'
import { buildHassu } from './rows/hassu.js'
import { buildKehaHub } from './rows/keha-hub.js'
import { buildKoha } from './rows/koha.js'
import { buildLupapiste } from './rows/lupapiste.js'
import { buildOph } from './rows/oph.js'
import { buildSfiMessagesClient } from './rows/sfi-messages-client.js'
import type { ClientRequest, ClientVector, Operation } from './types.js'
import { judges } from './verdicts.js'

type Typical = (operation: Operation) => Partial<ClientRequest>
type Row = Omit<ClientVector, 'example' | 'demands'> & { typical: Typical } & Partial<ClientVector['demands']>

const file = (name: string, mime = 'application/pdf', caption = name) => ({
  name,
  mime,
  caption,
  content: examplePdf(),
})
/** Values of LahetaViesti only. */
const forLetters =
  (values: () => Partial<ClientRequest>, always: () => Partial<ClientRequest> = () => ({})): Typical =>
  (operation) => ({ ...always(), ...(operation === 'LahetaViesti' && values()) })

function row({ typical, statuses, signedAnswer, note, ...rest }: Row): ClientVector {
  return {
    ...rest,
    example: (operation, party, overrides) => exampleRequest(operation, party, { ...typical(operation), ...overrides }),
    demands: {
      statuses: statuses ?? ((_operation, status) => status === 200),
      signedAnswer: signedAnswer ?? 'ignored',
      note: note ?? '',
    },
  }
}

export const clients: ClientVector[] = [
  row({
    name: 'hassu',
    operations: ['HaeAsiakkaita', 'LisaaKohteita', 'LahetaViesti', 'HaeTilaTieto'],
    layouts: ['unsigned', 'node-soap-1.0', 'node-soap-1.6'],
    typical: forLetters(
      () => ({
        attachments: [file(`Kuulutus [suunnitelma] - ${'a'.repeat(70)} (1).pdf`)],
        billing: { id: 'VAYLA1', costCentre: 'KP-1' },
      }),
      () => ({
        reference: `VLS-${randomUUID()}`,
        certificateName: 'testi.example.fi',
        apiKey: 'testi-avain',
        notification: { subject: 'Ilmoitus kuulutuksesta', text: 'Olet saanut viestin.' },
      }),
    ),
    build: buildHassu,
    readAnswer: readByNamespace,
    judge: judges.hassu,
    note: 'LisaaKohteita has to answer 200 for the recipient at once; a trace id ends the text',
  }),
  row({
    name: 'lupapiste',
    operations: ['HaeAsiakkaita', 'LahetaViesti'],
    layouts: ['unsigned', 'wss4j'],
    typical: forLetters(
      () => ({
        attachments: [file('päätös.pdf'), file('asemapiirros.png', 'image/png'), file('liite.txt', 'text/plain')],
      }),
      () => ({ reference: `LP-186-2026-00001|${randomBytes(12).toString('hex')}` }),
    ),
    build: buildLupapiste,
    readAnswer: readByPrefixedPath,
    judge: judges.lupapiste,
    statuses: (operation, status) => (operation === 'HaeAsiakkaita' ? status === 200 : status !== 404),
    note: 'literal prefixes; 461 and 450 are unknown errors',
  }),
  row({
    name: 'etp',
    operations: ['LahetaViesti'],
    layouts: ['wss4j', 'unsigned'],
    typical: () => ({
      reference: `ARA-${randomBytes(3).toString('hex')}-PERSON-1`,
      billing: { id: 'ABCD', password: 'salaus' },
      attachments: [file('kehotus.pdf')],
    }),
    build: buildEtp,
    readAnswer: readThreeChildren,
    judge: judges.etp,
    statuses: (_operation, status) =>
      (status >= 200 && status <= 207) || [300, 301, 302, 303, 304, 307].includes(status),
    note: 'SanomaTunniste is the ViranomaisTunniste; billing id of four characters',
  }),
  row({
    name: 'evaka',
    operations: ['LahetaViesti'],
    layouts: ['spring-ws', 'timestamp-only'],
    typical: () => ({
      attachments: [file('Päätös varhaiskasvatuksesta - Ää Öö Åå.pdf')],
      certificateName: 'eVaka Lempäälä',
      contact: { name: 'Yhteys Henkilö', email: 'yhteys@example.fi', phone: '+358401234567' },
      billing: { id: 'EVAKA1', password: '' },
    }),
    build: buildEvaka,
    readAnswer: readByNamespace,
    judge: judges.evaka,
    note: 'knows a duplicate by the beginning of the 525 text',
  }),
  row({
    name: 'eveli',
    operations: ['HaeAsiakkaita', 'LisaaKohteita'],
    layouts: ['spring-ws', 'unsigned'],
    typical: () => ({}),
    build: buildEveli,
    readAnswer(operation, body, { serverCertificatePem } = {}) {
      if (serverCertificatePem !== undefined) checkSignedAnswer(body, serverCertificatePem)
      return readByNamespace(operation, body)
    },
    judge: judges.eveli,
    signedAnswer: 'required',
    note: 'pass serverCertificatePem to readAnswer on the signed path',
  }),
  row({
    name: 'oph',
    operations: ['HaeAsiakkaita', 'LisaaKohteita', 'HaeTilaTieto'],
    layouts: ['wss4j'],
    typical: () => ({
      reference: `oph-viestinta-${randomUUID()}`,
      links: [{ url: 'https://example.fi/paatos', caption: 'Päätös' }],
    }),
    build: buildOph,
    readAnswer: readByNamespace,
    judge: judges.oph,
    note: 'wanted 200 from LisaaKohteita but never went live; judged by 0 here',
  }),
  row({
    name: 'keha-hub',
    operations: ['HaeAsiakkaita', 'LisaaKohteita', 'LahetaViesti', 'HaeTilaTieto'],
    layouts: ['unsigned', 'wss4j'],
    typical: () => ({}),
    build: buildKehaHub,
    readAnswer: readByNamespace,
    judge: judges.keha,
    note: 'plausible, not captured',
  }),
  row({
    name: 'sfi-messages-client',
    operations: ['LisaaKohteita', 'LahetaViesti', 'HaeTilaTieto'],
    layouts: ['unsigned', 'node-soap-1.0'],
    typical: () => ({}),
    build: buildSfiMessagesClient,
    readAnswer: readByNamespace,
    judge: judges.plain,
    note: 'unsigned calls go to the internal path; no ViranomaisTunniste',
  }),
  row({
    name: 'koha',
    operations: ['LahetaViesti'],
    layouts: ['unsigned'],
    typical: () => ({ idType: 'CRN', recipientId: artificialBusinessId() }),
    build: buildKoha,
    readAnswer: readByNamespace,
    judge: judges.plain,
    note: 'plausible, not captured',
  }),
]

export function clientNamed(name: string): ClientVector {
  return clients.find((client) => client.name === name) ?? unknown(name)
}

function unknown(name: string): never {
  throw new Error(`No client is called ${name}: ${clients.map((client) => client.name).join(', ')}`)
}
