import {
  RegistrationError,
  type ContactRole,
  type Names,
  type RegisteredContact,
  type Wishes,
} from '../../registration/index.js'
import type { services } from '../../store/index.js'
import { CommandError } from '../errors.js'
import { isBusinessId } from '../identity.js'
import { CLI, nameOf } from '../options.js'
import type { Session } from '../session.js'

/**
 * What an authority has applied for, as far as an operator writes it down for one that joins by letter instead of over
 * SOAP (docs/joining.md). What is not named stays as it is.
 */
export const APPLICATION = 'application'

interface Application {
  readonly businessId?: string
  readonly authorityNames?: Names
  readonly serviceNames?: Names
  readonly contacts?: readonly RegisteredContact[]
}

export const applicationTemplate = {
  businessId: '',
  authorityNames: { fi: '', sv: null, en: null },
  serviceNames: { fi: '', sv: null, en: null },
  contacts: [{ name: '', email: null, phone: null, role: 'administration | technical | security' }],
}

type Given = Readonly<Record<string, unknown>>

const MAX_CONTACTS = 20
const ROLES: readonly ContactRole[] = ['administration', 'technical', 'security']

/**
 * All faults at once, by path, without what was given: some of it are names of people.
 * @throws RegistrationError PROCESS_INVALID
 */
export function checkApplication(given: Given): Application {
  const { businessId, authorityNames, serviceNames, contacts, ...others } = given
  const faults = [
    ...(Object.keys(given).length > 0 && Object.keys(others).length === 0
      ? []
      : [`must hold some of ${Object.keys(applicationTemplate).join(', ')}, and nothing else`]),
    ...faultOf('businessId', businessId, {
      holds: (value) => typeof value === 'string' && isBusinessId(value),
      what: 'a business id with its right check digit (1234567-1)',
    }),
    ...faultsOfNames('authorityNames', authorityNames),
    ...faultsOfNames('serviceNames', serviceNames),
    ...faultsOfContacts(contacts),
  ]
  if (faults.length > 0)
    throw new RegistrationError('PROCESS_INVALID', faults.map((fault) => `${APPLICATION}: ${fault}`).join('; '))
  return normalised(given)
}

/** What was left out is null where the authority itself would have left it out. */
function normalised({ contacts, ...rest }: Application): Application {
  if (contacts === undefined) return rest
  return {
    ...rest,
    contacts: contacts.map(({ name, email, phone, role }) => ({
      ...{ name, role },
      email: (email as string | undefined) ?? null,
      phone: (phone as string | undefined) ?? null,
    })),
  }
}

interface Form {
  readonly holds: (value: unknown) => boolean
  readonly what: string
}

const faultOf = (path: string, value: unknown, { holds, what }: Form): string[] =>
  value === undefined || holds(value) ? [] : [`${path} must be ${what}`]

const isObject = (value: unknown): value is Given =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isLine = (value: unknown, max: number): boolean =>
  typeof value === 'string' && value.length <= max && /^\P{C}*\S\P{C}*$/u.test(value)
/** Plausible, not proven. */
const isEmail = (value: unknown): boolean => isLine(value, 254) && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value as string)
const hasOnly = (value: Given, names: readonly string[]): boolean =>
  Object.keys(value).every((name) => names.includes(name))

const names: Form = {
  holds: (value) =>
    isObject(value) &&
    hasOnly(value, ['fi', 'sv', 'en']) &&
    isLine(value['fi'], 200) &&
    [value['sv'], value['en']].every((name) => name == null || isLine(name, 200)),
  what: 'names in fi, and in sv and en or null, of at most 200 characters',
}
const faultsOfNames = (path: string, value: unknown): string[] => faultOf(path, value, names)

const contact: Form = {
  holds: (value) =>
    isObject(value) &&
    hasOnly(value, ['name', 'email', 'phone', 'role']) &&
    isLine(value['name'], 200) &&
    (value['email'] == null || isEmail(value['email'])) &&
    (value['phone'] == null || isLine(value['phone'], 40)) &&
    ROLES.includes(value['role'] as ContactRole),
  what: `{ name, email or null, phone or null, role }, the role one of ${ROLES.join(', ')}`,
}

function faultsOfContacts(value: unknown): string[] {
  if (value === undefined) return []
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_CONTACTS)
    return [`contacts must be a list of 1 to ${MAX_CONTACTS}`]
  return value.flatMap((one: unknown, i) => faultOf(`contacts.${i}`, one, contact))
}

/** @throws CommandError NOT_FOUND, REFUSED */
export function writeApplication(
  { db, sealer }: Session,
  { service: key, actor, application }: { service: services.ServiceId; actor: string; application: Application },
): Promise<void> {
  return db.withTransaction(async (tx) => {
    const { audit, registrations, services } = await import('../../store/index.js')
    const service = await services.lockService(tx, key)
    if (service === null)
      throw new CommandError('NOT_FOUND', `There is no service ${nameOf(key)}. See: ${CLI} registration list`)
    if (service.state === 'withdrawn') throw new CommandError('REFUSED', `${nameOf(key)} was withdrawn, for good.`)
    const before = (await registrations.findRegistration(tx, sealer, key))!
    await registrations.putApplication(tx, sealer, key, {
      // Nothing stays nothing, and is told as missing.
      businessId: application.businessId ?? before.businessId!,
      authorityNames: application.authorityNames ?? before.authorityNames,
      serviceNames: application.serviceNames ?? before.serviceNames,
      wishes: before.wishes as Wishes,
      contacts: application.contacts ?? before.contacts.reveal(),
    })
    const subject = { ...key, part: APPLICATION, changed: Object.keys(application) }
    await audit.insertAudit(tx, { actor, act: 'registration.recorded', subject })
  })
}
