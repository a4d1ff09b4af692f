import { randomUUID } from 'node:crypto'
import { basename } from 'node:path'
import { InvalidArgumentError, Option, type Command } from 'commander'
import type { Config } from '../config/index.js'
import { UsageError } from './errors.js'
import { isBusinessId, refuseRealPerson } from './identity.js'
import { printFields, shown } from './layout.js'
import { addExamples, jsonOption, parseId, readFile } from './options.js'
import type { Exchange } from './send/call.js'
import { parseEndpoint } from './send/endpoint.js'
import type { Address, Letter, LetterFile, LetterOperation } from './send/letter.js'
import { readConfig } from './session.js'
import type { Terminal } from './terminal.js'

interface SendOptions {
  readonly url?: string
  readonly ca?: string
  readonly key?: string
  readonly certificate?: string
  readonly authority?: string
  readonly service?: string
  readonly recipient?: string
  readonly address?: Address
  readonly reference?: string
  readonly title?: string
  readonly text?: string
  readonly textFile?: string
  readonly attachment: readonly string[]
  readonly operation: LetterOperation
  readonly print: boolean
  readonly json?: boolean
}

export function addSendCommand(program: Command, terminal: Terminal): void {
  const send = program
    .command('send')
    .description('sign a message and send it through a real endpoint, as an authority does')
    .option('--url <address>', 'endpoint; the gateway that runs here otherwise', parseEndpoint)
    .option('--ca <file>', "the endpoint's certificate or that of its CA, PEM, for https")
    .option('--key <file>', "private key to sign with, PEM; the sandbox's demo authority's otherwise")
    .option('--certificate <file>', 'its certificate, PEM')
    .option('--authority <id>', 'ViranomaisTunnus; the demo authority otherwise', parseId)
    .option('--service <id>', 'PalveluTunnus; the demo service otherwise', parseId)
    .option('--recipient <id>', 'personal identity code or business id; the first test person otherwise')
    .option('--address <lines>', "'Name; Street; 00100; City', for paper", parseAddress)
    .option('--reference <text>', 'ViranomaisTunniste, new for every message; made up otherwise')
    .option('--title <text>', 'title (Nimeke)')
    .addOption(new Option('--text <text>', 'message (KuvausTeksti)').conflicts('textFile'))
    .option('--text-file <file>', 'file that holds the message, UTF-8')
    .option('--attachment <file>', 'file to attach; may be repeated', collect, [])
    .addOption(
      new Option('--operation <name>', 'what to call')
        .choices(['LahetaViesti', 'LisaaKohteita'])
        .default('LahetaViesti'),
    )
    .option('--no-print', 'do everything but print (LahetaTulostukseen false)')
    .addOption(jsonOption())
    .action((options: SendOptions) => runSend(terminal, options))
  addExamples(send, [
    "send --title 'Päätös' --text 'Liitteenä päätös.' --attachment paatos.pdf",
    'send --operation LisaaKohteita --recipient 150585-901P --text-file viesti.txt',
    'send --url https://asiointi.example.fi --key kunta.key.pem --certificate kunta.crt.pem \\\n' +
      '      --authority kunta_ws --service kunta_ws_1 --recipient 010190-900P --no-print',
  ])
}

const collect = (file: string, files: readonly string[]): string[] => [...files, file]

function parseAddress(text: string): Address {
  const [name, street, postalCode, city, ...more] = text.split(';').map((part) => part.trim())
  if (!name || !street || !postalCode || !city || more.length > 0)
    throw new InvalidArgumentError("Give four parts with semicolons between: 'Name; Street; 00100; City'.")
  return { name, street, postalCode, city }
}

async function runSend(terminal: Terminal, options: SendOptions): Promise<void> {
  const config = await readConfig(terminal)
  const letter = await letterOf(config, options)
  const { loadIdentity } = await import('./send/identity.js')
  const identity = loadIdentity(config, options)
  const { sendLetter } = await import('./send/call.js')
  const { targetOf } = await import('./send/trust.js')
  const target = targetOf(config, options)
  const exchange = await sendLetter(target, identity, letter)
  if (options.json === true)
    terminal.json({ endpoint: target.endpoint, reference: letter.reference, ...jsonOf(exchange) })
  else printExchange(terminal, letter, exchange)
  if (!exchange.answer.accepted) terminal.exitCode = 1
}

async function letterOf(config: Config, options: SendOptions): Promise<Letter> {
  const { demoService, testPersons } = await import('../sandbox/index.js')
  const preset =
    config.mode === 'production'
      ? {}
      : {
          authority: demoService.authorityId,
          service: demoService.id,
          recipient: testPersons[0]!.id,
          address: testAddress,
        }
  const recipient = options.recipient ?? needed(preset.recipient, '--recipient')
  refuseRealPerson(recipient, config.mode)
  return {
    operation: options.operation,
    authorityId: options.authority ?? needed(preset.authority, '--authority'),
    serviceId: options.service ?? needed(preset.service, '--service'),
    // The gateway judges the id: trying what it says to a wrong one is what this command is for.
    recipient: {
      id: recipient,
      idType: isBusinessId(recipient) ? 'CRN' : 'SSN',
      address: options.address ?? preset.address ?? null,
    },
    reference: options.reference ?? `cli-${randomUUID()}`,
    title: options.title ?? 'Testiviesti',
    text: textOf(options),
    files: options.attachment.map(readAttachment),
    print: options.print,
  }
}

export const testAddress: Address = {
  name: 'Testi Henkilö',
  street: 'Esimerkkikatu 1 A 2',
  postalCode: '00100',
  city: 'Helsinki',
}

function needed(preset: string | undefined, flag: string): string {
  if (preset === undefined) throw new UsageError(`In production ${flag} has no default: give it.`)
  return preset
}

function textOf({ text, textFile }: SendOptions): string {
  if (textFile === undefined) return text ?? 'Tämä on testiviesti Asiointitili Gatewayn komentoriviltä.'
  const bytes = readFile(textFile)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new UsageError(`${textFile} is not a text in UTF-8. Save it as UTF-8, or attach it with --attachment.`, {
      cause,
    })
  }
}

const readAttachment = (path: string): LetterFile => ({ name: basename(path), content: readFile(path) })

const jsonOf = ({ answer, exchangeId, requestBytes, durationMs }: Exchange) => ({
  ...answer,
  exchangeId,
  requestBytes,
  durationMs: Math.round(durationMs),
})

/** For people; what `send` and the demo show of an answer. */
export function printExchange(terminal: Terminal, { operation, reference }: Letter, { answer }: Exchange): void {
  const { good, bad } = terminal.paint
  printFields(terminal, [
    ['outcome', answer.accepted ? good('accepted') : bad('refused')],
    [answer.code === null ? 'SOAP Fault' : 'TilaKoodi', `${answer.code ?? ''} ${shown(answer.text)}`.trim()],
    ...answer.items.map(
      (item) =>
        [
          'KohteenTila',
          `${item.code} ${shown(item.text)}${item.number === null ? '' : ` (number ${item.number})`}`,
        ] as const,
    ),
    ['operation', operation],
    ['reference', shown(reference)],
    ['trace id', shown(answer.traceId)],
  ])
}
