import type { Command } from 'commander'
import { states } from '../message/index.js'
import type { messages } from '../store/index.js'
import { harmless, noteLimit, printFields, printTable, shown } from './layout.js'
import { addExamples, jsonOption, limitOption, parseMessageNumber, parseTraceId, revealOption } from './options.js'
import { actorOf, withSession } from './session.js'
import type { Terminal } from './terminal.js'

type ListedMessage = messages.ListedMessage

interface ListOptions {
  readonly json?: boolean
  readonly reveal?: boolean
  readonly limit: number
  readonly reference?: string
  readonly trace?: string
  readonly number?: string
}

export function addMessagesCommands(program: Command, terminal: Terminal): void {
  const messages = program.command('messages').description('stored messages')
  const list = messages
    .command('list')
    .description('show messages, newest first, without recipients, titles and texts')
    .addOption(limitOption(20))
    .option('--reference <text>', 'only those with this ViranomaisTunniste')
    .option('--trace <id>', 'only those of the request with this trace id', parseTraceId)
    .option('--number <n>', 'only the one with this AsiointitiliTunniste', parseMessageNumber)
    .addOption(revealOption('recipients, titles and texts'))
    .addOption(jsonOption())
    .action((options: ListOptions) => listMessages(terminal, options))
  addExamples(list, [
    'messages list',
    'messages list --limit 100 --json',
    'messages list --reference paatos-2026-17 --reveal',
  ])
  const count = messages
    .command('count')
    .description('print how many messages are stored, one number')
    .action(() => countMessages(terminal))
  addExamples(count, ['messages count'])
}

async function countMessages(terminal: Terminal): Promise<void> {
  const { messages } = await import('../store/index.js')
  const count = await withSession(terminal, ({ db }) => messages.countMessages(db))
  terminal.out(String(count))
}

async function listMessages(terminal: Terminal, options: ListOptions): Promise<void> {
  const list = await findMessages(terminal, options)
  const { reveal, limit } = options
  if (options.json === true) terminal.json(list.map((message) => (reveal === true ? opened(message) : closed(message))))
  else if (list.length === 0) terminal.note('No message fits.')
  else if (reveal === true) for (const message of list) printOpened(terminal, message)
  else printTable(terminal, HEADING, list.map(rowOf))
  noteLimit(terminal, { count: list.length, limit, which: 'newest' })
}

/** What is revealed is written down, and committed, before anybody sees it. */
async function findMessages(terminal: Terminal, options: ListOptions): Promise<ListedMessage[]> {
  const { messages, audit } = await import('../store/index.js')
  const { limit, reference, trace: traceId, number } = options
  return withSession(terminal, ({ db, sealer }) =>
    db.withTransaction(async (tx) => {
      const found = await messages.listMessages(tx, sealer, { limit, reference, traceId, number })
      if (options.reveal === true) {
        const subject = { numbers: found.map((message) => message.number) }
        await audit.insertAudit(tx, { actor: actorOf(terminal), act: 'message.revealed', subject })
      }
      return found
    }),
  )
}

/** Only what is named here: a value that is added to messages later stays closed until somebody decides. */
const closed = (m: ListedMessage) => ({
  number: m.number,
  traceId: m.traceId,
  receivedAt: m.receivedAt,
  operation: m.operation,
  authorityId: m.authorityId,
  serviceId: m.serviceId,
  reference: m.reference,
  state: m.state,
  stateAt: m.stateAt,
  attachments: m.attachments,
  deliveries: m.deliveries,
  history: m.history,
})

const opened = (message: ListedMessage) => ({
  ...closed(message),
  recipient: message.recipient.reveal(),
  content: message.content.reveal(),
})

const HEADING = ['RECEIVED', 'NUMBER', 'STATE', 'SERVICE', 'REFERENCE', 'FILES', 'DELIVERY', 'TRACE ID']

const rowOf = (m: ListedMessage): string[] => [
  shown(m.receivedAt),
  m.number,
  stateText(m.state),
  shown(`${m.authorityId} / ${m.serviceId}`),
  shown(m.reference),
  String(m.attachments),
  deliveryText(m),
  shown(m.traceId),
]

const words = Object.fromEntries(Object.entries(states).map(([word, code]) => [code, word]))

/** `202 queued`, `523 virus found` */
export function stateText(code: number): string {
  const word = words[code]
  return word === undefined ? String(code) : `${code} ${word.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}`
}

export const deliveryText = ({ deliveries }: Pick<ListedMessage, 'deliveries'>): string =>
  deliveries.map(({ channel, state }) => `${channel} ${state}`).join(', ') || '-'

function printOpened(terminal: Terminal, message: ListedMessage): void {
  const { title, body, attachments } = message.content.reveal()
  const { id, idType } = message.recipient.reveal()
  terminal.out(terminal.paint.bold(`Message ${message.number}`))
  printFields(terminal, [
    ['received', shown(message.receivedAt)],
    ['state', stateText(message.state)],
    ['service', shown(`${message.authorityId} / ${message.serviceId}`)],
    ['reference', shown(message.reference)],
    ['delivery', deliveryText(message)],
    ['trace id', shown(message.traceId)],
    ['recipient', `${shown(id)} (${shown(idType)})`],
    ['title', shown(title)],
    ['text', harmless(body ?? '-')],
    ['files', attachments.map(({ name, url }) => shown(url ?? name)).join('\n') || '-'],
  ])
}
