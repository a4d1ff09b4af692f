import {
  missingForProduction,
  missingForTest,
  type RegistrationView,
  type Requirement,
  type RequirementFacts,
} from '../../registration/index.js'
import { certificates, registrations, services, type Queryable } from '../../store/index.js'
import type { Context } from '../context.js'

type Reader = Pick<Context, 'sealer' | 'clock' | 'canSign'> & { readonly db: Queryable }

const ALL_OPERATIONS = ['sendMessage', 'addItems', 'queryCustomers', 'getServiceStatus']

/** What requirements are judged by; null when there is no such service. */
export async function findFacts(
  { db, sealer, clock, canSign }: Reader,
  key: services.ServiceId,
): Promise<(RequirementFacts & { readonly registration: registrations.Registration }) | null> {
  const registration = await registrations.findRegistration(db, sealer, key)
  if (registration === null) return null
  const keys = await certificates.keysOf(db, key)
  const now = clock.now()
  return {
    registration,
    environment: registration.environment,
    process: registration.process,
    certificates: keys.map((one) => ({
      notBefore: one.notBefore,
      notAfter: one.notAfter,
      usable: canSign(one, now),
    })),
    contacts: registration.contacts.reveal().length,
    businessId: registration.businessId,
    approvals: registration.approvals,
  }
}

/** What is missing for whatever the service was registered for. */
export const missingOf = (facts: RequirementFacts, now: Date): Requirement[] =>
  facts.environment === 'production' ? missingForProduction(facts, now) : missingForTest(facts, now)

/** A registration as its authority may see it; null when there is no such service. */
export async function viewOf(reader: Reader, key: services.ServiceId): Promise<RegistrationView | null> {
  const { db, clock } = reader
  const facts = await findFacts(reader, key)
  if (facts === null) return null
  const { registration } = facts
  const { settings } = (await services.servicesOf(db, key.authorityId)).find(({ id }) => id === key.id)!
  const keys = await certificates.listRegistrations(db, { authorityId: key.authorityId, serviceId: key.id })
  const { electronic = true, paper = false, verifiable = false } = registration.wishes
  return {
    state: registration.state,
    stateAt: registration.stateAt,
    reason: registration.reason,
    environment: registration.environment,
    businessId: registration.businessId,
    authorityNames: registration.authorityNames,
    serviceNames: registration.serviceNames,
    contacts: registration.contacts,
    operations: settings.operations ?? ALL_OPERATIONS,
    wishes: {
      operations: registration.wishes.operations ?? null,
      electronic,
      paper,
      verifiable,
      messagesPerYear: registration.wishes.messagesPerYear ?? null,
      messagesInPeakHour: registration.wishes.messagesInPeakHour ?? null,
    },
    returnChannel: settings.returnChannel ?? null,
    certificates: keys.map(({ fingerprint, subject, notBefore, notAfter }) => ({
      fingerprint,
      subject,
      notBefore,
      notAfter,
    })),
    productionDate: registration.process.productionDate?.announcedOn ?? null,
    missing: registration.state === 'withdrawn' ? [] : missingOf(facts, clock.now()),
  }
}
