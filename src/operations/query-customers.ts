import type { QueryCustomers, Recipient } from '../message/index.js'
import { sensitive, type Sensitive } from '../sensitive.js'
import { accounts } from '../store/index.js'
import { CallerError } from './caller.js'
import type { Context, Recorder, Submitted } from './context.js'

export interface AccountFound {
  readonly recipient: Sensitive<Pick<Recipient, 'id' | 'idType'>>
  readonly state: 'active' | 'passive' | 'none'
  /** when the account got its state; the time of asking where there is none */
  readonly stateAt: Date
}

export type QueryCustomersResult =
  { readonly kind: 'found'; readonly accounts: readonly AccountFound[] } | { readonly kind: 'tooMany' }

/**
 * Tells which recipients have an account: the listed ones, one answer each in their order, or all that were opened in
 * an interval. Listing all tells identity codes, so a service needs leave for it.
 * @throws CallerError OPERATION_NOT_ALLOWED
 */
export async function queryCustomers(
  { db, sealer, clock, policy }: Context,
  { query }: QueryCustomers,
  { service }: Submitted,
  record: Recorder<QueryCustomersResult>,
): Promise<QueryCustomersResult> {
  const limit = policy.maxRecipientsPerQuery
  const answer = async (result: QueryCustomersResult): Promise<QueryCustomersResult> => {
    await db.withTransaction((tx) => record(tx, result))
    return result
  }
  if (query.kind === 'all') {
    if (service.settings.mayListAccounts !== true)
      throw new CallerError('OPERATION_NOT_ALLOWED', 'The service may not list all accounts')
    const found = await accounts.listAccounts(db, sealer, { from: query.from, to: query.to, limit: limit + 1 })
    if (found.length > limit) return answer({ kind: 'tooMany' })
    return answer({
      kind: 'found',
      accounts: found.map(({ owner, idType, state, stateAt }) => ({
        recipient: sensitive({ id: owner.reveal(), idType }),
        state,
        stateAt,
      })),
    })
  }
  if (query.recipients.length > limit) return answer({ kind: 'tooMany' })
  const hashes = query.recipients.map((recipient) => sealer.hashId(recipient.reveal().id))
  const states = await accounts.accountStates(db, hashes)
  const now = clock.now()
  return answer({
    kind: 'found',
    accounts: query.recipients.map((recipient, i) => {
      const account = states.get(hashes[i]!.toString('hex'))
      return { recipient, state: account?.state ?? 'none', stateAt: account?.stateAt ?? now }
    }),
  })
}
