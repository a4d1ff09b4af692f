-- Up Migration

-- A service's place among the states (src/registration/states.ts). Services that are there already were in use.
alter table service add column state text not null default 'test'
  check (state in ('draft', 'submitted', 'test', 'accepted', 'production', 'suspended', 'withdrawn'));
alter table service add column suspended_from text check (suspended_from in ('test', 'accepted', 'production'));
alter table service add column state_at timestamptz not null default now();
alter table service add column state_reason text;
update service set state = 'production' where environment = 'production';
alter table service alter column state drop default;
alter table service add check ((state = 'suspended') = (suspended_from is not null));
comment on column service.environment is 'what it was registered for; it acts in production in the state production only';

create table registration (
  authority_id text not null,
  service_id text not null,
  business_id text,
  names jsonb not null,
  wishes jsonb not null,
  sealed_contacts bytea,
  process jsonb not null default '{}',
  revision integer not null default 1,
  created_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  primary key (authority_id, service_id),
  foreign key (authority_id, service_id) references service
);
insert into registration (authority_id, service_id, names, wishes)
  select s.authority_id, s.id, json_build_object('authority', json_build_object('fi', a.name), 'service', json_build_object('fi', s.name)), '{}'
  from service s join authority a on a.id = s.authority_id;
comment on table registration is 'What an authority asked for and the joining process of its service (docs/joining.md); a change of what is approved raises revision';

create table registration_approval (
  authority_id text not null,
  service_id text not null,
  revision integer not null,
  operator text not null,
  at timestamptz not null default now(),
  primary key (authority_id, service_id, revision, operator),
  foreign key (authority_id, service_id) references registration
);
comment on table registration_approval is 'Operators who approved a revision of a registration for production; two different ones are needed';

create table registration_file (
  id uuid primary key,
  authority_id text not null,
  service_id text not null,
  name text not null,
  size_bytes bigint not null,
  sha256 bytea not null,
  sealed bytea not null,
  created_at timestamptz not null default now(),
  foreign key (authority_id, service_id) references registration
);
comment on table registration_file is 'Evidence files of a joining process, sealed';
create index registration_file_service on registration_file (authority_id, service_id);

create table joining_code (
  hash bytea primary key,
  purpose text not null check (purpose in ('registration', 'certificate')),
  authority_id text not null,
  service_id text,
  environment text check (environment in ('test', 'production')),
  created_by text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  used_by uuid,
  revoked_at timestamptz
);
comment on table joining_code is 'One-time leave to register, or to add a certificate; hash is the SHA-256 of the code, used_by the trace id of the request';
create index joining_code_authority on joining_code (authority_id, created_at);

create table operator (
  name text primary key,
  key_hash bytea not null unique,
  created_by text not null,
  created_at timestamptz not null default now(),
  removed_at timestamptz
);
comment on table operator is 'People who may approve; key_hash is the SHA-256 of a personal key of 32 random bytes';

-- What the environments keep apart: rows say at which side they were made.
-- Only the sealed owner tells the side of an account: the gateway looks at its next start (store/accounts.ts).
alter table account add column environment text check (environment in ('test', 'production'));
create index account_unplaced on account (owner_hash) where environment is null;
comment on column account.environment is 'test: the owner is artificial; null: nobody has looked yet';
alter table item add column environment text not null default 'test' check (environment in ('test', 'production'));
update item i set environment = 'production' from service s
  where s.authority_id = i.authority_id and s.id = i.service_id and s.environment = 'production';
alter table item alter column environment drop default;

-- Queues are read per service: pauses, suspensions, fairness. Keys of old rows come from their items.
alter table delivery add column authority_id text;
alter table delivery add column service_id text;
alter table delivery add column environment text check (environment in ('test', 'production'));
update delivery d set authority_id = i.authority_id, service_id = i.service_id, environment = i.environment
  from message m join item i on i.bucket = m.bucket and i.id = m.item_id where m.bucket = d.bucket and m.id = d.message_id;
alter table delivery alter column authority_id set not null;
alter table delivery alter column service_id set not null;
alter table delivery alter column environment set not null;

create index delivery_service on delivery (authority_id, service_id) where state = 'ready';

-- Changes in the order of their commits, which times and sequences cannot give (ADR 17).
create table change_epoch (
  epoch integer primary key,
  cluster text not null,
  created_at timestamptz not null default now()
);
comment on table change_epoch is 'Database clusters and timelines that this data has lived in: transaction numbers begin anew in each';
insert into change_epoch (epoch, cluster)
  select 1, s.system_identifier || ':' || c.timeline_id from pg_control_system() s, pg_control_checkpoint() c;

alter table state_event add column authority_id text;
alter table state_event add column service_id text;
alter table state_event add column epoch integer not null default 1;
alter table state_event alter column epoch drop default;
alter table state_event add column xact xid8 not null default pg_current_xact_id();
update state_event e set authority_id = i.authority_id, service_id = i.service_id
  from message m join item i on i.bucket = m.bucket and i.id = m.item_id where m.bucket = e.bucket and m.id = e.message_id;
alter table state_event alter column authority_id set not null;
alter table state_event alter column service_id set not null;
create index state_event_changes on state_event (authority_id, service_id, epoch, xact, id);

alter table submission drop constraint submission_endpoint_check;
alter table submission add constraint submission_endpoint_check check (endpoint in ('signed', 'non-signed', 'joining'));
create index submission_caller_exchange on submission (authority_id, service_id, exchange_id, id) where exchange_id is not null;

create index audit_service on audit ((subject ->> 'authorityId'), (subject ->> 'id'), id);
