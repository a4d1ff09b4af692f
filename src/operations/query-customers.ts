import { isForeignTo, type QueryCustomers, type Recipient } from '../message/index.js'
import { environmentIn, type Environment } from '../registration/index.js'
import { sensitive, type Sensitive } from '../sensitive.js'
import { accounts } from '../store/index.js'
import { CallerError } from './caller.js'
import { inTransaction, type Context, type Recorder, type Submitted } from './context.js'

export interface AccountFound {
  readonly recipient: Sensitive<Pick<Recipient, 'id' | 'idType'>>
  readonly state: 'active' | 'passive' | 'none'
  /** when the account got its state; the time of asking where there is none */
  readonly stateAt: Date
}

/**
 * Tells which recipients have an account: the listed ones, one answer each in their order, or all that were opened in
 * an interval. Listing all tells identity codes, so a service needs leave for it.
 * @returns 'tooMany' when the answer would concern more recipients than one call may; nothing is recorded then
 * @throws CallerError OPERATION_NOT_ALLOWED
 */
export async function queryCustomers(
  context: Context,
  { query }: QueryCustomers,
  submitted: Submitted,
  record: Recorder<readonly AccountFound[]>,
): Promise<readonly AccountFound[] | 'tooMany'> {
  if (query.kind === 'all' && submitted.service.settings.mayListAccounts !== true) {
    throw new CallerError('OPERATION_NOT_ALLOWED', 'The service may not list all accounts')
  }
  const limit = context.policy.maxRecipientsPerQuery
  const environment = environmentIn(submitted.service.state)
  const found =
    query.kind === 'all'
      ? await listAll(context, { ...query, environment, limit })
      : await findListed(context, query.recipients, { environment, limit })
  if (found === 'tooMany' || found.length > limit) return 'tooMany'
  await inTransaction(context, submitted, (tx) => record(tx, found))
  return found
}

async function listAll(
  { db, sealer }: Context,
  { from, to, environment, limit }: { from: Date | null; to: Date | null; environment: Environment; limit: number },
): Promise<AccountFound[] | 'tooMany'> {
  const found = await accounts.listAccounts(db, sealer, { from, to, environment, limit: limit + 1 })
  // Before the others are left out: a list that was cut off must not pass for a whole one.
  if (found.length > limit) return 'tooMany'
  const own = found.filter(({ owner }) => !isForeignTo(environment, owner.reveal()))
  return own.map(({ owner, idType, state, stateAt }) => ({
    recipient: sensitive({ id: owner.reveal(), idType }),
    state,
    stateAt,
  }))
}

async function findListed(
  { db, sealer, clock }: Context,
  recipients: readonly Sensitive<Recipient>[],
  { environment, limit }: { environment: Environment; limit: number },
): Promise<AccountFound[]> {
  const hashes = recipients.map((recipient) => sealer.hashId(recipient.reveal().id))
  const states = await accounts.accountStates(db, hashes.slice(0, limit))
  const now = clock.now()
  return recipients.map((recipient, i) => {
    // Nobody of the other side has an account as far as this service is concerned.
    const isForeign = isForeignTo(environment, recipient.reveal().id)
    const account = isForeign ? undefined : states.get(hashes[i]!.toString('hex'))
    return { recipient, state: account?.state ?? 'none', stateAt: account?.stateAt ?? now }
  })
}
