import type { Command } from 'commander'
import type { Channel } from '../../message/index.js'
import type { pauses } from '../../store/index.js'
import { addYesOption, confirm, type Confirming } from '../confirm.js'
import { UsageError } from '../errors.js'
import { printTable, shown } from '../layout.js'
import { addExamples, jsonOption, parseId } from '../options.js'
import { actorOf, withSession } from '../session.js'
import type { Terminal } from '../terminal.js'
import { channelOption } from './filter.js'

interface PauseOptions extends Confirming {
  readonly channel?: Channel
  readonly authority?: string
  readonly service?: string
  readonly because: string
  readonly json?: boolean
}

export function addPauseCommands(delivery: Command, terminal: Terminal): void {
  for (const name of ['pause', 'resume'] as const) {
    const command = delivery
      .command(name)
      .description(name === 'pause' ? 'stop a channel, a service, or a channel of a service' : 'let it go on')
      .addOption(channelOption('which channel; all of the service when not given'))
      .option('--authority <id>', 'ViranomaisTunnus of the service', parseId)
      .option('--service <id>', 'PalveluTunnus; all services when not given', parseId)
    addYesOption(command, terminal)
      .requiredOption('--because <text>', 'why; kept with the audit')
      .addOption(jsonOption())
      .action((options: PauseOptions) => act(terminal, name, options))
    addExamples(
      command,
      [
        `delivery ${name} --channel print --because 'the provider asked for it'`,
        `delivery ${name} --authority kunta_ws --service kunta_ws_1 --channel return-channel --because 'their server moves'`,
      ],
      '{ channel, authorityId, serviceId, changed }',
    )
  }
  const stopped = delivery
    .command('stopped')
    .description('show what is paused, and which targets do not answer')
    .addOption(jsonOption())
    .action((options: { json?: boolean }) => listStopped(terminal, options))
  addExamples(
    stopped,
    ['delivery stopped'],
    '{ pauses: [{ channel, authorityId, serviceId, reason, createdBy, createdAt }], unanswered: [{ line, failures, openUntil, failedAt, code }] }',
  )
}

/** @throws UsageError */
function scopeOf({ channel, authority, service }: PauseOptions): pauses.PauseScope {
  if ((authority === undefined) !== (service === undefined))
    throw new UsageError('A service is meant by --authority and --service together.')
  if (channel === undefined && authority === undefined)
    throw new UsageError('Give --channel, or --authority and --service, or all three.')
  return {
    channel: channel ?? null,
    service: authority === undefined ? null : { authorityId: authority, serviceId: service! },
  }
}

const nameOf = ({ channel, service }: pauses.PauseScope): string =>
  [
    channel === null ? 'Everything' : `The channel ${channel}`,
    ...(service === null ? [] : [`of ${shown(service.authorityId)} / ${shown(service.serviceId)}`]),
  ].join(' ')

async function act(terminal: Terminal, name: 'pause' | 'resume', options: PauseOptions): Promise<void> {
  const scope = scopeOf(options)
  const will = name === 'pause' ? 'stops: its deliveries wait in the queue.' : 'goes on.'
  await confirm(terminal, options, [`${nameOf(scope)} ${will}`])
  const { operators } = await import('../../operations/index.js')
  const order = { scope, actor: actorOf(terminal), reason: options.because }
  const changed = await withSession(terminal, (session) =>
    name === 'pause' ? operators.pauseDelivery(session, order) : operators.resumeDelivery(session, order),
  )
  const { channel, service } = scope
  if (options.json === true)
    return terminal.json({
      ...{ channel, authorityId: service?.authorityId ?? null, serviceId: service?.serviceId ?? null, changed },
    })
  terminal.out(changed ? `${nameOf(scope)} ${will}` : `Nothing to do: it was ${name}d already.`)
}

async function listStopped(terminal: Terminal, { json }: { json?: boolean }): Promise<void> {
  const { pauses } = await import('../../store/index.js')
  const found = await withSession(terminal, async ({ db }) => ({
    pauses: await pauses.listPauses(db),
    unanswered: await pauses.listBreakers(db),
  }))
  if (json === true) return terminal.json(found)
  if (found.pauses.length === 0) terminal.note('Nothing is paused.')
  else
    printTable(
      terminal,
      ['CHANNEL', 'AUTHORITY', 'SERVICE', 'SINCE', 'BY', 'WHY'],
      found.pauses.map((one) => [
        ...[shown(one.channel), shown(one.authorityId), shown(one.serviceId)],
        ...[shown(one.createdAt), shown(one.createdBy), shown(one.reason)],
      ]),
    )
  if (found.unanswered.length === 0) terminal.note('Every target answers.')
  else
    printTable(
      terminal,
      ['TARGET', 'UNANSWERED', 'RESTS UNTIL', 'LAST', 'CODE'],
      found.unanswered.map((one) => [
        ...[shown(one.line), String(one.failures), shown(one.openUntil), shown(one.failedAt), shown(one.code)],
      ]),
    )
}
