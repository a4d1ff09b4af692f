import { uuidv7 } from 'uuidv7'
import { GatewayError } from '../errors.js'
import type { AttemptOutcome, Channel, DeliveryState, Purpose } from '../message/index.js'
import type { Environment } from '../registration/index.js'
import type { Queryable, Tx } from './database.js'
import { CLAIM } from './outbox-claim.js'

/** A delivery in the hands of a worker, with the attempt that has begun. */
export interface Job {
  readonly bucket: number
  readonly id: string
  readonly messageId: string
  readonly channel: Channel
  readonly purpose: Purpose
  readonly about: Readonly<Record<string, unknown>> | null
  readonly priority: number
  readonly authorityId: string
  readonly serviceId: string
  readonly environment: Environment
  readonly createdAt: Date
  /** counted from 1 */
  readonly attempt: number
  readonly attemptId: string
  /** unanswered attempts on its line before this one */
  readonly lineFailures: number
}

/** The lease of a delivery ran out and somebody else has it: whatever this worker found out is not written. */
export class LeaseLost extends GatewayError<'LEASE_LOST'> {}

export interface Claiming {
  readonly workerId: string
  readonly leaseMs: number
  /** how many at most, of each channel and in all */
  readonly free: Readonly<Partial<Record<Channel, number>>>
  readonly limit: number
  /** how many at most of a line, by `lineOf`, or of any other line of a channel, by `channel/*` */
  readonly freeOfLine?: Readonly<Record<string, number>>
  /** how many at most of e-mail, SMS and return channels together; as many as in all when missing */
  readonly freeOutside?: number
}

/**
 * Takes deliveries that are ready and begins an attempt at each, in one statement: most urgent first; among equals the
 * lines (a channel of a service) take turns. None of suspended services, of what is paused, of targets that do not
 * answer; reports of one message in their order. Two workers never get the same one.
 */
export async function claim(
  db: Queryable,
  { workerId, leaseMs, free, limit, freeOfLine = {}, freeOutside = limit }: Claiming,
): Promise<Job[]> {
  const attemptIds = Array.from({ length: limit }, () => uuidv7())
  const { rows } = await db.query<Job>(CLAIM, [
    workerId,
    leaseMs,
    JSON.stringify(free),
    limit,
    attemptIds,
    BREAKER.failures,
    JSON.stringify(freeOfLine),
    freeOutside,
  ])
  return rows
}

/** Keeps the deliveries in hand, by their ids and never by owner (reliability.md §2 rule 1). @returns the ids kept */
export async function renew(
  db: Queryable,
  jobs: readonly Job[],
  { workerId, leaseMs }: Pick<Claiming, 'workerId' | 'leaseMs'>,
): Promise<Set<string>> {
  const { rows } = await db.query<{ id: string }>(
    `update delivery d set lease_until = now() + $4 * interval '1 millisecond'
     from unnest($1::smallint[], $2::uuid[]) as held (bucket, id)
     where d.bucket = held.bucket and d.id = held.id and d.owner = $3 and d.state = 'leased' returning d.id`,
    [jobs.map(({ bucket }) => bucket), jobs.map(({ id }) => id), workerId, leaseMs],
  )
  return new Set(rows.map(({ id }) => id))
}

/** What a finished attempt leaves. */
export interface Finish {
  readonly outcome: AttemptOutcome
  /** why, in our words; null when it was delivered */
  readonly code: string | null
  /** ids, codes and measures; nothing about people */
  readonly detail?: object
  readonly next: Extract<DeliveryState, 'delivered' | 'dead' | 'cancelled'> | { readonly retryAfterMs: number }
}

/**
 * Writes what came of an attempt, if the delivery is still this worker's.
 * @throws LeaseLost
 */
export async function finish(tx: Tx, job: Job, workerId: string, result: Finish): Promise<void> {
  const { next } = result
  const again = typeof next === 'object'
  const { rowCount } = await tx.query(
    `with done as (
       update delivery set state = $5::text, owner = null, lease_until = null, reason = $6,
         finished_at = case when $5::text = 'scheduled' then null else now() end,
         run_at = now() + $7 * interval '1 millisecond', attempts = attempts - $8
       where bucket = $1 and id = $2 and owner = $3 and attempts = $4 and state = 'leased' returning id)
     update attempt set ended_at = clock_timestamp(), outcome = $9, code = $6, detail = $10
     where bucket = $1 and delivery_id = $2 and id = $11 and exists (select from done)`,
    [
      ...[job.bucket, job.id, workerId, job.attempt, again ? 'scheduled' : next, result.code],
      ...[again ? Math.round(next.retryAfterMs) : 0, result.outcome === 'waiting' ? 1 : 0, result.outcome],
      ...[result.detail ?? null, job.attemptId],
    ],
  )
  if (rowCount === 0) throw new LeaseLost('LEASE_LOST', 'The delivery belongs to another worker by now')
}

/** How many attempts of a delivery ended so before. */
export async function countOutcomes(db: Queryable, job: Job, outcome: AttemptOutcome): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    'select count(*)::float8 as count from attempt where bucket = $1 and delivery_id = $2 and outcome = $3',
    [job.bucket, job.id, outcome],
  )
  return rows[0]!.count
}

/**
 * Notes how far an attempt has come, for whoever makes the next one; committed when this returns. A worker that has
 * lost its lease, or given the delivery back, notes nothing.
 * @throws LeaseLost
 */
export async function note(db: Queryable, job: Job, about: object): Promise<void> {
  const { rowCount } = await db.query(
    `update delivery set about = coalesce(about, '{}') || $4
     where bucket = $1 and id = $2 and attempts = $3 and state = 'leased'
       and exists (select from attempt a where a.bucket = $1 and a.delivery_id = $2 and a.id = $5 and a.outcome is null)`,
    [job.bucket, job.id, job.attempt, about, job.attemptId],
  )
  if (rowCount === 0) throw new LeaseLost('LEASE_LOST', 'The delivery belongs to another worker by now')
}

/** Gives deliveries back untried, as they were: the worker stops. */
export async function giveBack(db: Queryable, jobs: readonly Job[], workerId: string): Promise<void> {
  await db.query(
    `with back as (
       update delivery d set state = 'ready', owner = null, lease_until = null, attempts = attempts - 1
       from unnest($1::smallint[], $2::uuid[]) as held (bucket, id)
       where d.bucket = held.bucket and d.id = held.id and d.owner = $3 and d.state = 'leased' returning d.bucket, d.id)
     update attempt a set ended_at = clock_timestamp(), outcome = 'waiting', code = 'WORKER_STOPPED'
     from back where a.bucket = back.bucket and a.delivery_id = back.id and a.id = any ($4)`,
    [jobs.map(({ bucket }) => bucket), jobs.map(({ id }) => id), workerId, jobs.map(({ attemptId }) => attemptId)],
  )
}

/** Rows that one round takes at most, so that no round holds many locks for long. */
const ROUND = 1_000

/** Makes what has become due ready. @returns how many */
export async function promote(db: Queryable): Promise<number> {
  const { rowCount } = await db.query(
    `update delivery set state = 'ready' where ctid = any (array(
       select ctid from delivery where state = 'scheduled' and run_at <= now() order by run_at limit ${ROUND}
       for update skip locked))`,
  )
  return rowCount ?? 0
}

/** A delivery that took so many workers down with it is not tried on another one. */
const MOST_LOST = 20

/** Takes deliveries back whose worker has not renewed its lease. @returns how many */
export async function reap(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `with back as (
       update delivery d set owner = null, lease_until = null,
         state = case when lost.often then 'dead' else 'ready' end,
         reason = case when lost.often then 'WORKERS_LOST' else reason end,
         finished_at = case when lost.often then now() end
       from (select l.ctid as row, (select count(*) from attempt a
               where a.bucket = l.bucket and a.delivery_id = l.id and a.outcome = 'lost') >= ${MOST_LOST} - 1 as often
             from delivery l where l.ctid = any (array(
               select ctid from delivery where state = 'leased' and lease_until < now() order by lease_until limit ${ROUND}
               for update skip locked))) lost
       where d.ctid = lost.row returning d.bucket, d.id),
     lost as (
       update attempt a set ended_at = clock_timestamp(), outcome = 'lost' from back
       where a.bucket = back.bucket and a.delivery_id = back.id and a.outcome is null)
     select count(*)::float8 as count from back`,
  )
  return rows[0]!.count
}

// ── Targets that do not answer ────────────────────────────────────────────────────────────────────────────────────────

/** After so many unanswered attempts in a row a line rests; each further one after the rest doubles the next. */
const BREAKER = { failures: 5, restMs: 5_000, longestMs: 300_000 } as const

/**
 * What breaks together: each authority's return channel by itself, every other channel as a whole, with the test side
 * apart: its mail catcher says nothing of production's server.
 */
export const lineOf = ({
  channel,
  environment,
  authorityId,
  serviceId,
}: Pick<Job, 'channel' | 'environment' | 'authorityId' | 'serviceId'>): string =>
  channel === 'return-channel' ? `${channel}/${authorityId}/${serviceId}` : `${channel}/${environment}`

/** What was in hand when the rest began tells nothing new when it fails: one moment's trouble is not a long one. */
export async function noteUnanswered(tx: Queryable, job: Job, code: string): Promise<void> {
  await tx.query(
    `insert into breaker (line, failures, code) values ($1, 1, $2)
     on conflict (line) do update set failures = breaker.failures + 1, failed_at = now(), code = $2,
       open_until = case when breaker.failures + 1 >= $3 then now() + interval '1 millisecond' *
         least($4 * power(2, least(breaker.failures + 1 - $3, 20)), $5) end
     where breaker.open_until is null or breaker.open_until <= now()`,
    [lineOf(job), code, BREAKER.failures, BREAKER.restMs, BREAKER.longestMs],
  )
}

export async function noteAnswered(db: Queryable, job: Job): Promise<void> {
  await db.query('delete from breaker where line = $1', [lineOf(job)])
}

// ── Doorbell ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export const BELL = 'asti_delivery'

/** Rings for the workers of other processes; never in a transaction that stores (reliability.md §2 rule 6). */
export async function ring(db: Queryable): Promise<void> {
  await db.query(`select pg_notify('${BELL}', '')`)
}
