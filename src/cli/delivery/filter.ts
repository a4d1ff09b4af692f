import { InvalidArgumentError, Option, type Command } from 'commander'
import { channels, type Channel, type DeliveryState } from '../../message/index.js'
import type { deliveryLog } from '../../store/index.js'
import { parseId, parseMessageNumber } from '../options.js'

export interface FilterOptions {
  readonly state?: readonly DeliveryState[]
  readonly channel?: Channel
  readonly authority?: string
  readonly service?: string
  readonly reason?: string
  readonly number?: string
}

const STATES: readonly DeliveryState[] = ['ready', 'scheduled', 'leased', 'delivered', 'dead', 'cancelled']

export const channelOption = (about: string): Option => new Option('--channel <name>', about).choices(channels)

export function addFilterOptions(command: Command): Command {
  return command
    .addOption(channelOption('only those of this channel'))
    .option('--authority <id>', 'only those of this ViranomaisTunnus', parseId)
    .option('--service <id>', 'only those of this PalveluTunnus', parseId)
    .option('--reason <code>', 'only those whose last attempt ended with this code')
    .option('--number <n>', 'only those of the message with this AsiointitiliTunniste', parseMessageNumber)
}

export const stateOption = (): Option =>
  new Option('--state <list>', `only those in these states: ${STATES.join(', ')}`).argParser(parseStates)

function parseStates(text: string): DeliveryState[] {
  const states = text.split(',').map((state) => state.trim()) as DeliveryState[]
  if (states.some((state) => !STATES.includes(state)))
    throw new InvalidArgumentError(`Give a comma list of ${STATES.join(', ')}.`)
  return states
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

export function parseDeliveryId(text: string): string {
  if (!UUID.test(text)) throw new InvalidArgumentError('Give an id as delivery list --json shows it.')
  return text.toLowerCase()
}

export const filterOf = (options: FilterOptions): deliveryLog.DeliveryFilter => ({
  states: options.state,
  channel: options.channel,
  authorityId: options.authority,
  serviceId: options.service,
  reason: options.reason,
  number: options.number,
})
