import { createHash } from 'node:crypto'
import type { Command } from 'commander'
import type { Config } from '../config/index.js'
import type { Fate } from './demo/fate.js'
import { CommandError } from './errors.js'
import { maskId } from './identity.js'
import { printFields, shown, sizeText } from './layout.js'
import { addExamples, CLI } from './options.js'
import { deliveryText, stateText } from './messages.js'
import { printExchange, testAddress } from './send.js'
import type { Exchange } from './send/call.js'
import { parseEndpoint } from './send/endpoint.js'
import type { Letter } from './send/letter.js'
import { readConfig, withSession } from './session.js'
import type { Terminal } from './terminal.js'

export function addDemoCommand(program: Command, terminal: Terminal): void {
  const demo = program
    .command('demo')
    .description('send a signed letter through the running gateway and follow it into the database, step by step')
    .option('--url <address>', 'endpoint; the gateway that runs here otherwise', parseEndpoint)
    .action((options: { url?: string }) => runDemo(terminal, options))
  addExamples(demo, ['npm run demo', 'PORT=8081 npm run demo'])
}

async function runDemo(terminal: Terminal, { url }: { url?: string }): Promise<void> {
  const config = await readConfig(terminal)
  if (config.mode === 'production') {
    throw new CommandError(
      'NOT_HERE',
      `The demo is for the sandbox only. To send a message of your own, see: ${CLI} send --help`,
    )
  }
  const { isAlive, targetOf } = await import('./send/trust.js')
  const target = targetOf(config, { ...(url !== undefined && { url }) })
  const { endpoint } = target
  // Asked first, so that no database is started for nothing.
  if (!(await isAlive(target))) throw noGateway(endpoint)
  const { loadIdentity } = await import('./send/identity.js')
  const { sendLetter } = await import('./send/call.js')
  const { judge, readFate, readFateWhenDelivered } = await import('./demo/fate.js')
  const identity = loadIdentity(config, {})
  const letter = await makeLetter()
  const step = stepper(terminal)

  step('The letter')
  printLetter(terminal, letter)
  step('Signed and sent as an authority does it')
  const first = await sendLetter(target, identity, letter)
  printSending(terminal, endpoint, first)
  step('The answer')
  printExchange(terminal, letter, first)

  await withSession(terminal, async (session) => {
    const fate = await readFateWhenDelivered(session, letter, first)
    if (fate === 'unknown') throw elsewhere(endpoint, config)
    if (fate === 'refused') throw refused(first)
    step('What became of it')
    printFate(terminal, fate)
    step('The same letter sent again')
    const second = await sendLetter(target, identity, letter)
    printExchange(terminal, letter, second)
    const verdicts = judge(letter, fate, second, await readFate(session, letter, first))
    step('What that shows')
    for (const { sentence, holds } of verdicts) {
      terminal.out(`  ${holds ? terminal.paint.good('yes') : terminal.paint.bad('NO ')}  ${sentence}`)
    }
    if (verdicts.some(({ holds }) => !holds)) terminal.exitCode = 1
  })
  step('Try next')
  for (const command of nextCommands(letter, first)) terminal.out(`  ${command}`)
}

const noGateway = (endpoint: string): CommandError =>
  new CommandError(
    'ENDPOINT_UNREACHABLE',
    `No gateway answers at ${new URL(endpoint).origin}. Start it in another terminal with: npm start\n` +
      'Then run the demo again. If the gateway has another port, say so: PORT=8081 npm run demo',
  )

async function makeLetter(): Promise<Letter> {
  const { demoService, testPersons } = await import('../sandbox/index.js')
  const { makeLetterPdf, TITLE } = await import('./demo/pdf.js')
  const now = new Date()
  const reference = `demo-${now.toISOString().replace(/\D/g, '')}`
  const { id, idType } = testPersons[0]!
  return {
    operation: 'LahetaViesti',
    authorityId: demoService.authorityId,
    serviceId: demoService.id,
    recipient: { id, idType, address: testAddress },
    reference,
    title: TITLE,
    text: 'Hyvä vastaanottaja,\n\nliitteenä on päätös hakemuksestanne.',
    files: [{ name: 'paatos.pdf', content: await makeLetterPdf({ reference, date: now }) }],
    print: true,
  }
}

function stepper(terminal: Terminal): (title: string) => void {
  let number = 0
  return (title) => terminal.out(`${number++ === 0 ? '' : '\n'}${terminal.paint.bold(`${number}. ${title}`)}`)
}

function printLetter(terminal: Terminal, letter: Letter): void {
  const { name, content } = letter.files[0]!
  printFields(terminal, [
    ['from', `${letter.authorityId} / ${letter.serviceId}, the demo authority`],
    ['to', `${maskId(letter.recipient.id)}, an artificial test person with an active mailbox`],
    ['reference', letter.reference],
    ['title, text', `${letter.title.length} and ${letter.text.length} characters`],
    ['attachment', `${name}, ${sizeText(content.length)}, made just now`],
    ['its SHA-256', createHash('sha256').update(content).digest('hex')],
  ])
}

function printSending(terminal: Terminal, endpoint: string, { requestBytes, durationMs }: Exchange): void {
  printFields(terminal, [
    ['to', endpoint],
    ['with', 'the soap package (node-soap), made from the WSDL that the gateway serves'],
    ['signature', 'WS-Security X.509, RSA with SHA-256, over Body and Timestamp'],
    ['request', `${sizeText(requestBytes)}, answered in ${Math.round(durationMs)} ms`],
  ])
}

function printFate(terminal: Terminal, { message, checkCount, attachment, sha256 }: Fate): void {
  printFields(terminal, [
    ['request', `accepted after ${checkCount} checks of the signature, all in the log`],
    ['message', `number ${message.number}`],
    ...message.history.map(
      ({ state, at, source }) => ['state', `${stateText(state)} since ${shown(new Date(at))} (${source})`] as const,
    ),
    ['delivery', deliveryText(message)],
    ['attachment', `${shown(attachment.mediaType)}, ${sizeText(attachment.sizeBytes ?? 0)}, read back whole`],
    ['its SHA-256', sha256],
    ['people', 'id, title and text are sealed; only --reveal opens them, and is audited'],
  ])
}

function elsewhere(endpoint: string, { dataDir, databaseUrl }: Config): CommandError {
  const place = databaseUrl === undefined ? `the data in ${dataDir}` : 'the database of DATABASE_URL'
  return new CommandError(
    'NOT_HERE',
    `The gateway at ${new URL(endpoint).origin} does not work on ${place}: the letter is not there.\n` +
      'Run the demo with the same ASTI_DATA_DIR or DATABASE_URL as the gateway.',
  )
}

const refused = ({ answer }: Exchange): CommandError =>
  new CommandError('REFUSED', `The gateway refused the letter. See why with: ${CLI} log show ${answer.traceId ?? ''}`)

const nextCommands = (letter: Letter, { answer }: Exchange): string[] => [
  `${CLI} messages list --reference ${letter.reference} --reveal`,
  `${CLI} log show ${answer.traceId ?? '<trace-id>'}`,
  `${CLI} log list`,
  `${CLI} send --title 'Oma viesti' --text 'Hei!'`,
]
