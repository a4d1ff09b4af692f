-- Up Migration

-- The outbox (ADR 18). ready: may be claimed now. scheduled: not before run_at. leased: in the hands of a worker.
alter table delivery drop constraint delivery_channel_check;
alter table delivery drop constraint delivery_state_check;
alter table delivery add check (channel in ('mailbox', 'print', 'email', 'sms', 'return-channel'));
alter table delivery add check (state in ('ready', 'scheduled', 'leased', 'delivered', 'dead', 'cancelled'));
alter table delivery add column purpose text not null default 'message'
  check (purpose in ('message', 'notice', 'reminder', 'state', 'citizen-message'));
alter table delivery alter column purpose drop default;
alter table delivery add column about jsonb;
alter table delivery add column attempts integer not null default 0;
alter table delivery add column owner uuid;
alter table delivery add column lease_until timestamptz;
alter table delivery add column reason text;
-- The clock and not the transaction's beginning: reports of one message are made under a lock, in the order of this.
alter table delivery add column created_at timestamptz not null default clock_timestamp();
alter table delivery add check ((state = 'leased') = (owner is not null) and (state = 'leased') = (lease_until is not null));
comment on table delivery is 'The outbox: one row for each thing that has to leave; committed with what it is about, and never deleted while it is open';
comment on column delivery.message_id is 'message, or citizen_message when purpose is citizen-message';
comment on column delivery.about is 'what besides the message: state and event of a report; ids and codes only';

drop index delivery_due;
drop index delivery_service;
create index delivery_ready on delivery (authority_id, service_id, channel, environment, priority desc, id) where state = 'ready';
create index delivery_scheduled on delivery (run_at) where state = 'scheduled';
create index delivery_leased on delivery (lease_until) where state = 'leased';
create index delivery_dead on delivery (channel, authority_id, service_id, id) where state = 'dead';
create index delivery_id on delivery (id);
alter table delivery set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);

create table attempt (
  bucket smallint not null,
  id uuid not null,
  delivery_id uuid not null,
  attempt integer not null,
  worker_id uuid not null,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  outcome text check (outcome in ('delivered', 'refused', 'unreachable', 'waiting', 'dropped', 'lost')),
  code text,
  detail jsonb,
  primary key (bucket, delivery_id, id)
) partition by range (id);
comment on table attempt is 'Every try of a delivery, written before it begins; outcome is null while it runs, and lost when its worker never came back';

create table pause (
  id uuid primary key,
  channel text,
  authority_id text,
  service_id text,
  reason text not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  check ((authority_id is null) = (service_id is null)),
  check (channel is not null or authority_id is not null)
);
create unique index pause_scope on pause (coalesce(channel, ''), coalesce(authority_id, ''), coalesce(service_id, ''));
comment on table pause is 'What an operator has stopped: a channel, a service, or a channel of a service; its deliveries wait';

create table breaker (
  line text primary key,
  failures integer not null,
  open_until timestamptz,
  failed_at timestamptz not null default now(),
  code text
);
comment on table breaker is 'Targets that did not answer, so that no worker keeps trying all its deliveries on them; a success removes the row';

-- Recipients' own wishes about notifications.
alter table account add column language text not null default 'fi' check (language in ('fi', 'sv', 'en'));
alter table account add column sealed_contact bytea;
alter table account add column wants_email boolean not null default false;
alter table account add column wants_sms boolean not null default false;
comment on column account.sealed_contact is 'e-mail address and telephone number of the owner';

alter table attachment add column scan text check (scan in ('clean', 'found'));
alter table attachment add column scanned_at timestamptz;
comment on column attachment.scan is 'what the virus scanner said of the bytes; null before it was asked';

create index message_waiting on message (id) where state = 202;

-- What citizens write.
create table citizen_message (
  bucket smallint not null,
  id uuid not null,
  number bigint not null,
  authority_id text not null,
  service_id text not null,
  environment text not null check (environment in ('test', 'production')),
  sender_hash bytea not null,
  sealed_sender bytea not null,
  sealed_content bytea not null,
  thread_id uuid not null,
  in_reply_to uuid,
  authority_reference text,
  created_at timestamptz not null default now(),
  primary key (bucket, id)
) partition by range (id);
create index citizen_message_sender on citizen_message (sender_hash, id);
create index citizen_message_number on citizen_message (number);
create index citizen_message_reference on citizen_message (authority_id, service_id, authority_reference) where authority_reference is not null;
comment on table citizen_message is 'A citizen''s message to a service: a reply, or a new one; number is its AsiointitiliTunniste; authority_reference is the id that the authority gave it';

create table citizen_message_key (
  sender_hash bytea not null,
  key text not null,
  bucket smallint not null,
  message_id uuid not null,
  created_at timestamptz not null default now(),
  primary key (sender_hash, key)
);
comment on table citizen_message_key is 'Idempotency of what citizens send: one message per sender and key of the calling page';

create table caught (
  id uuid primary key,
  channel text not null,
  authority_id text not null,
  service_id text not null,
  message_id uuid not null,
  sealed bytea not null,
  created_at timestamptz not null default now()
);
comment on table caught is 'E-mail and SMS of test services, kept to be looked at instead of being sent';
create index caught_created on caught (created_at);
