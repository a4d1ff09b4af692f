-- Up Migration

-- Keys are UUIDv7 made by the gateway, so they sort by time and a month is a range of them: tables that grow for ever
-- are partitioned by their own id, and retention drops partitions. `bucket` is a hash of sending service and
-- reference; it stands first in every key of a message's rows, so that the rows can be spread over shards one day.

create table authority (
  id text primary key,
  name text not null,
  created_at timestamptz not null default now()
);
comment on table authority is 'Sending organisation; id is its ViranomaisTunnus';

create table service (
  authority_id text not null references authority,
  id text not null,
  name text not null,
  environment text not null check (environment in ('test', 'production')),
  settings jsonb not null default '{}',
  created_at timestamptz not null default now(),
  primary key (authority_id, id)
);
comment on table service is 'Service of an authority; id is its PalveluTunnus; settings are documented in docs/service-settings.md';

create table service_certificate (
  fingerprint bytea not null,
  authority_id text not null,
  service_id text not null,
  der bytea not null,
  subject text not null,
  not_before timestamptz not null,
  not_after timestamptz not null,
  created_at timestamptz not null default now(),
  primary key (fingerprint, authority_id, service_id),
  foreign key (authority_id, service_id) references service
);
comment on table service_certificate is 'Certificates pinned to services; fingerprint is the SHA-256 of the DER';
create index service_certificate_service on service_certificate (authority_id, service_id);

create table account (
  owner_hash bytea primary key,
  id_type text not null,
  sealed_owner bytea not null,
  state text not null check (state in ('active', 'passive')),
  joined_at timestamptz not null default now(),
  state_at timestamptz not null default now()
);
comment on table account is 'Mailbox of a citizen or company; owner_hash is the keyed hash of the id, sealed_owner shows it';
create index account_joined on account (joined_at, owner_hash);

create table submission (
  id uuid primary key,
  received_at timestamptz not null,
  answered_at timestamptz not null,
  endpoint text not null check (endpoint in ('signed', 'non-signed')),
  operation text,
  outcome text not null check (outcome in ('accepted', 'refused')),
  code text,
  status_code integer,
  status_text text,
  authority_id text,
  service_id text,
  exchange_id text,
  fingerprint bytea,
  signature_algorithm text,
  digest_algorithm text,
  remote_address inet,
  size_bytes bigint not null,
  item_count integer not null default 0,
  message_count integer not null default 0,
  report jsonb,
  notes jsonb
) partition by range (id);
comment on table submission is 'The message log: one row a SOAP request, accepted or refused; id is the trace id in the answer';
comment on column submission.code is 'our error code of a refusal (docs/errors.md), null when accepted';
comment on column submission.status_code is 'TilaKoodi of the answer, null for a SOAP Fault';
create index submission_caller on submission (authority_id, service_id, id);
create index submission_exchange on submission (exchange_id) where exchange_id is not null;

create table submission_evidence (
  submission_id uuid not null,
  seq integer not null,
  sealed bytea,
  attachment_bucket smallint,
  attachment_id uuid,
  primary key (submission_id, seq)
) partition by range (submission_id);
comment on table submission_evidence is 'The original request byte for byte: sealed pieces, and attachments whose plain base64 is made again from their bytes';
alter table submission_evidence alter sealed set storage external;

create table item (
  bucket smallint not null,
  id uuid not null,
  submission_id uuid not null,
  operation text not null,
  authority_id text not null,
  service_id text not null,
  reference text,
  content_sha256 bytea not null,
  sealed_content bytea not null,
  requires_acknowledgement boolean not null,
  force_read_receipt boolean not null,
  message_kind integer,
  sent_at timestamptz not null,
  primary key (bucket, id)
) partition by range (id);
comment on table item is 'Content of one Kohde, shared by its recipients; reference is its ViranomaisTunniste';
create index item_submission on item (submission_id);
create index item_reference on item (authority_id, service_id, reference);

create sequence message_number;

create table message (
  bucket smallint not null,
  id uuid not null,
  item_id uuid not null,
  number bigint not null,
  recipient_hash bytea not null,
  sealed_recipient bytea not null,
  id_type text,
  thread_id uuid not null,
  in_reply_to uuid,
  state smallint not null,
  state_at timestamptz not null,
  primary key (bucket, id)
) partition by range (id);
comment on table message is 'An item for one recipient; number is its AsiointitiliTunniste (sequence * 1024 + bucket)';
create index message_number_index on message (number);
create index message_recipient on message (recipient_hash, id);
create index message_item on message (bucket, item_id);

create table message_key (
  bucket smallint not null,
  authority_id text not null,
  service_id text not null,
  reference text not null,
  recipient_hash bytea not null,
  message_id uuid not null,
  content_sha256 bytea not null,
  primary key (bucket, authority_id, service_id, reference, recipient_hash)
);
comment on table message_key is 'Idempotency: one message for ever per service, reference and recipient; a failed message gives its key back';

create table attachment (
  bucket smallint not null,
  id uuid not null,
  item_id uuid not null,
  position integer not null,
  media_type text,
  size_bytes bigint,
  sha256 bytea,
  primary key (bucket, id)
) partition by range (id);
comment on table attachment is 'A file or link of an item; name, caption and link are in the sealed content; size and hash are null for a link';
create index attachment_item on attachment (bucket, item_id);

create table attachment_data (
  bucket smallint not null,
  attachment_id uuid not null,
  seq integer not null,
  body bytea not null,
  primary key (bucket, attachment_id, seq)
) partition by range (attachment_id);
comment on table attachment_data is 'Attachment bytes in rows of 256 KiB';
alter table attachment_data alter body set storage external;

create table state_event (
  bucket smallint not null,
  id uuid not null,
  message_id uuid not null,
  state smallint not null,
  at timestamptz not null,
  source text not null,
  primary key (bucket, message_id, id)
) partition by range (id);
comment on table state_event is 'History of a message: each state, when, and which part of the gateway said so';

create table delivery (
  bucket smallint not null,
  id uuid not null,
  message_id uuid not null,
  channel text not null check (channel in ('mailbox', 'print')),
  state text not null check (state in ('ready', 'delivered')),
  priority smallint not null default 0,
  run_at timestamptz not null default now(),
  finished_at timestamptz,
  primary key (bucket, id)
);
comment on table delivery is 'The queue: one row a message and channel; committed with the message';
create index delivery_due on delivery (priority desc, run_at, id) where state = 'ready';
create index delivery_message on delivery (bucket, message_id);

create table audit (
  id uuid primary key,
  at timestamptz not null default now(),
  actor text not null,
  act text not null,
  subject jsonb not null
);
comment on table audit is 'Who did what to which ids; written with the act itself';
