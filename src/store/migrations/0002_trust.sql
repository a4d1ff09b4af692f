-- Up Migration

-- A repeat is a request of its own in the log; it had no effect, and its answer is that of the first.
alter table submission drop constraint submission_outcome_check;
alter table submission add constraint submission_outcome_check check (outcome in ('accepted', 'refused', 'repeated'));

create table answered_request (
  replay_key bytea primary key,
  submission_id uuid not null,
  sealed_answer bytea,
  expires_at timestamptz not null
);
comment on table answered_request is 'Answers to signed requests, for as long as the request would still be fresh; replay_key is a SHA-256 over certificate and canonical SignedInfo and stays a day longer than sealed_answer';
create index answered_request_expiry on answered_request (expires_at);

create table caller_proof (
  id uuid primary key,
  authority_id text not null,
  service_id text not null,
  kind text not null check (kind in ('client-certificate', 'network', 'api-key')),
  hash bytea,
  network cidr,
  label text not null,
  created_at timestamptz not null default now(),
  foreign key (authority_id, service_id) references service,
  check ((kind = 'network') = (network is not null) and (kind = 'network') = (hash is null))
);
comment on table caller_proof is 'What opens the unsigned endpoint for a service: hash is the SHA-256 of a client certificate or of an API key';
create unique index caller_proof_hash on caller_proof (authority_id, service_id, kind, hash) where hash is not null;
create unique index caller_proof_network on caller_proof (authority_id, service_id, network) where network is not null;
create index caller_proof_lookup on caller_proof (kind, hash);

create table certificate_status (
  fingerprint bytea primary key,
  state text not null check (state in ('good', 'revoked', 'untrusted', 'unknown')),
  source text not null check (source in ('ocsp', 'crl', 'chain', 'anchor')),
  reason text,
  revoked_at timestamptz,
  checked_at timestamptz not null default now(),
  valid_until timestamptz,
  next_check_at timestamptz not null default now(),
  facts jsonb not null default '{}'
);
comment on table certificate_status is 'What the last look at a registered certificate''s chain and revocation found, and until when that holds; whoever moves next_check_at on makes the next look';
create index certificate_status_next_check on certificate_status (next_check_at);
