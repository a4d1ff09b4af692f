import type { services } from '../../store/index.js'
import { CommandError } from '../errors.js'
import { CLI, nameOf, serviceIdOf, type ServiceOptions } from '../options.js'
import type { Session } from '../session.js'

/** @throws CommandError NOT_FOUND */
export async function readService({ db }: Pick<Session, 'db'>, options: ServiceOptions): Promise<services.Service> {
  const { services } = await import('../../store/index.js')
  const key = serviceIdOf(options)
  const found = (await services.servicesOf(db, key.authorityId)).find(({ id }) => id === key.id)
  if (found === undefined)
    throw new CommandError('NOT_FOUND', `There is no service ${nameOf(key)}. See: ${CLI} service list`)
  return found
}
