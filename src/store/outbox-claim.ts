/**
 * One statement that chooses, takes and begins. $1 worker, $2 lease in ms, $3 free places by channel (jsonb), $4 how
 * many at most, $5 ids for the attempts, $6 failures after which a line is tried with one delivery at a time, $7 free
 * places by line (jsonb, as lineOf names them; `channel/*` for lines that are not there), $8 free places for channels
 * whose targets are other people's.
 *
 * `lines` hops from one (service, channel, side) that has something ready to the next, so its cost follows the number of
 * such lines and not the length of the queue. Rows that are locked are updated by their place: no plan can turn that
 * into a walk through the table.
 */
export const CLAIM = `
with recursive lines as (
  (select authority_id, service_id, channel, environment from delivery where state = 'ready'
   order by authority_id, service_id, channel, environment limit 1)
  union all
  select n.* from lines l cross join lateral (
    select d.authority_id, d.service_id, d.channel, d.environment from delivery d
    where d.state = 'ready' and (d.authority_id, d.service_id, d.channel, d.environment)
      > (l.authority_id, l.service_id, l.channel, l.environment)
    order by d.authority_id, d.service_id, d.channel, d.environment limit 1) n
),
named_lines as (
  select l.*, case l.channel when 'return-channel'
    then l.channel || '/' || l.authority_id || '/' || l.service_id else l.channel || '/' || l.environment end as line
  from lines l
),
open_lines as (
  select l.*, coalesce(b.failures, 0) as failures,
    ($3::jsonb ->> l.channel)::int as free,
    least(coalesce($7::jsonb ->> l.line, $7::jsonb ->> (l.channel || '/*'))::int, ($3::jsonb ->> l.channel)::int, $4::int) as line_free
  from named_lines l
  join service s on s.authority_id = l.authority_id and s.id = l.service_id and s.state <> 'suspended'
  left join breaker b on b.line = l.line
  where ($3::jsonb ->> l.channel)::int > 0 and coalesce(($7::jsonb ->> l.line)::int, 1) > 0
    and (b.open_until is null or b.open_until <= now())
    and (coalesce(b.failures, 0) < $6 or not exists (select from delivery x where x.state = 'leased'
      and x.channel = l.channel and x.environment = l.environment
      and (l.channel <> 'return-channel' or (x.authority_id = l.authority_id and x.service_id = l.service_id))))
    and not exists (select from pause p where (p.channel is null or p.channel = l.channel)
      and (p.authority_id is null or (p.authority_id = l.authority_id and p.service_id = l.service_id)))
),
candidates as (
  select d.bucket, d.id, d.priority, l.channel, l.line, l.free, l.failures,
    row_number() over (partition by l.authority_id, l.service_id, l.channel order by d.priority desc, d.id) as nth
  from open_lines l cross join lateral (
    select o.bucket, o.id, o.priority from delivery o
    where o.state = 'ready' and o.authority_id = l.authority_id and o.service_id = l.service_id
      and o.channel = l.channel and o.environment = l.environment
      and (l.channel <> 'return-channel' or not exists (
        select from delivery e where e.bucket = o.bucket and e.message_id = o.message_id
          and e.channel = 'return-channel' and (e.created_at, e.id) < (o.created_at, o.id) and e.finished_at is null))
    order by o.priority desc, o.id limit case when l.failures >= $6 then 1 else l.line_free end) d
),
ranked as (
  select c.*, row_number() over (partition by c.channel order by c.priority desc, c.nth, c.id) as place,
    row_number() over (partition by c.line order by c.priority desc, c.nth, c.id) as place_in_line,
    row_number() over (partition by c.channel in ('email', 'sms', 'return-channel')
      order by c.priority desc, c.nth, c.id) as place_outside
  from candidates c
),
chosen as (
  select d.row, r.id, r.failures
  from (select * from ranked where place <= free and (failures < $6 or place_in_line = 1)
          and (channel in ('mailbox', 'print') or place_outside <= $8)
        order by priority desc, nth, id) r cross join lateral (
    select o.ctid as row from delivery o where o.bucket = r.bucket and o.id = r.id and o.state = 'ready'
    for update skip locked) d
  limit $4
),
taken as (
  update delivery set state = 'leased', owner = $1, lease_until = now() + $2 * interval '1 millisecond',
    attempts = attempts + 1
  where ctid = any (array(select row from chosen)) returning *
),
claimed as (select t.*, c.failures from taken t join chosen c on c.id = t.id),
numbered as (select *, ($5::uuid[])[row_number() over (order by priority desc, id)] as attempt_id from claimed),
begun as (
  insert into attempt (bucket, id, delivery_id, attempt, worker_id)
  select bucket, attempt_id, id, attempts, $1 from numbered
)
select bucket, id, message_id as "messageId", channel, purpose, about, priority, authority_id as "authorityId",
  service_id as "serviceId", environment, created_at as "createdAt", attempts as attempt, attempt_id as "attemptId",
  failures as "lineFailures"
from numbered order by priority desc, id`
