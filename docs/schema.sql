-- The schema of a migrated database, made by: npm run db:schema -- --write
-- Do not edit; change it by a migration in src/store/migrations. Month partitions are left out.

create sequence message_number;

create table account (
  owner_hash bytea not null,
  id_type text not null,
  sealed_owner bytea not null,
  state text not null,
  joined_at timestamp with time zone not null default now(),
  state_at timestamp with time zone not null default now(),
  environment text,
  language text not null default 'fi'::text,
  sealed_contact bytea,
  wants_email boolean not null default false,
  wants_sms boolean not null default false,
  PRIMARY KEY (owner_hash),
  CHECK (environment = ANY (ARRAY['test'::text, 'production'::text])),
  CHECK (language = ANY (ARRAY['fi'::text, 'sv'::text, 'en'::text])),
  CHECK (state = ANY (ARRAY['active'::text, 'passive'::text]))
);
CREATE INDEX account_joined ON account USING btree (joined_at, owner_hash);
CREATE INDEX account_unplaced ON account USING btree (owner_hash) WHERE environment IS NULL;
comment on table account is 'Mailbox of a citizen or company; owner_hash is the keyed hash of the id, sealed_owner shows it';
comment on column account.environment is 'test: the owner is artificial; null: nobody has looked yet';
comment on column account.sealed_contact is 'e-mail address and telephone number of the owner';

create table answered_request (
  replay_key bytea not null,
  submission_id uuid not null,
  sealed_answer bytea,
  expires_at timestamp with time zone not null,
  PRIMARY KEY (replay_key)
);
CREATE INDEX answered_request_expiry ON answered_request USING btree (expires_at);
comment on table answered_request is 'Answers to signed requests, for as long as the request would still be fresh; replay_key is a SHA-256 over certificate and canonical SignedInfo and stays a day longer than sealed_answer';

create table attachment (
  bucket smallint not null,
  id uuid not null,
  item_id uuid not null,
  position integer not null,
  media_type text,
  size_bytes bigint,
  sha256 bytea,
  scan text,
  scanned_at timestamp with time zone,
  PRIMARY KEY (bucket, id),
  CHECK (scan = ANY (ARRAY['clean'::text, 'found'::text]))
) partition by RANGE (id);
CREATE INDEX attachment_item ON attachment USING btree (bucket, item_id);
comment on table attachment is 'A file or link of an item; name, caption and link are in the sealed content; size and hash are null for a link';
comment on column attachment.scan is 'what the virus scanner said of the bytes; null before it was asked';

create table attachment_data (
  bucket smallint not null,
  attachment_id uuid not null,
  seq integer not null,
  body bytea not null,
  PRIMARY KEY (bucket, attachment_id, seq)
) partition by RANGE (attachment_id);
alter table attachment_data alter body set storage external;
comment on table attachment_data is 'Attachment bytes in rows of 256 KiB';

create table attempt (
  bucket smallint not null,
  id uuid not null,
  delivery_id uuid not null,
  attempt integer not null,
  worker_id uuid not null,
  started_at timestamp with time zone not null default now(),
  ended_at timestamp with time zone,
  outcome text,
  code text,
  detail jsonb,
  PRIMARY KEY (bucket, delivery_id, id),
  CHECK (outcome = ANY (ARRAY['delivered'::text, 'refused'::text, 'unreachable'::text, 'waiting'::text, 'dropped'::text, 'lost'::text]))
) partition by RANGE (id);
comment on table attempt is 'Every try of a delivery, written before it begins; outcome is null while it runs, and lost when its worker never came back';

create table audit (
  id uuid not null,
  at timestamp with time zone not null default now(),
  actor text not null,
  act text not null,
  subject jsonb not null,
  PRIMARY KEY (id)
);
CREATE INDEX audit_service ON audit USING btree ((subject ->> 'authorityId'::text), (subject ->> 'id'::text), id);
comment on table audit is 'Who did what to which ids; written with the act itself';

create table authority (
  id text not null,
  name text not null,
  created_at timestamp with time zone not null default now(),
  PRIMARY KEY (id)
);
comment on table authority is 'Sending organisation; id is its ViranomaisTunnus';

create table breaker (
  line text not null,
  failures integer not null,
  open_until timestamp with time zone,
  failed_at timestamp with time zone not null default now(),
  code text,
  PRIMARY KEY (line)
);
comment on table breaker is 'Targets that did not answer, so that no worker keeps trying all its deliveries on them; a success removes the row';

create table caller_proof (
  id uuid not null,
  authority_id text not null,
  service_id text not null,
  kind text not null,
  hash bytea,
  network cidr,
  label text not null,
  created_at timestamp with time zone not null default now(),
  PRIMARY KEY (id),
  FOREIGN KEY (authority_id, service_id) REFERENCES service(authority_id, id),
  CHECK ((kind = 'network'::text) = (network IS NOT NULL) AND (kind = 'network'::text) = (hash IS NULL)),
  CHECK (kind = ANY (ARRAY['client-certificate'::text, 'network'::text, 'api-key'::text]))
);
CREATE UNIQUE INDEX caller_proof_hash ON caller_proof USING btree (authority_id, service_id, kind, hash) WHERE hash IS NOT NULL;
CREATE INDEX caller_proof_lookup ON caller_proof USING btree (kind, hash);
CREATE UNIQUE INDEX caller_proof_network ON caller_proof USING btree (authority_id, service_id, network) WHERE network IS NOT NULL;
comment on table caller_proof is 'What opens the unsigned endpoint for a service: hash is the SHA-256 of a client certificate or of an API key';

create table caught (
  id uuid not null,
  channel text not null,
  authority_id text not null,
  service_id text not null,
  message_id uuid not null,
  sealed bytea not null,
  created_at timestamp with time zone not null default now(),
  PRIMARY KEY (id)
);
CREATE INDEX caught_created ON caught USING btree (created_at);
comment on table caught is 'E-mail and SMS of test services, kept to be looked at instead of being sent';

create table certificate_status (
  fingerprint bytea not null,
  state text not null,
  source text not null,
  reason text,
  revoked_at timestamp with time zone,
  checked_at timestamp with time zone not null default now(),
  valid_until timestamp with time zone,
  next_check_at timestamp with time zone not null default now(),
  facts jsonb not null default '{}'::jsonb,
  PRIMARY KEY (fingerprint),
  CHECK (source = ANY (ARRAY['ocsp'::text, 'crl'::text, 'chain'::text, 'anchor'::text])),
  CHECK (state = ANY (ARRAY['good'::text, 'revoked'::text, 'untrusted'::text, 'unknown'::text]))
);
CREATE INDEX certificate_status_next_check ON certificate_status USING btree (next_check_at);
comment on table certificate_status is 'What the last look at a registered certificate''s chain and revocation found, and until when that holds; whoever moves next_check_at on makes the next look';

create table change_epoch (
  epoch integer not null,
  cluster text not null,
  created_at timestamp with time zone not null default now(),
  PRIMARY KEY (epoch)
);
comment on table change_epoch is 'Database clusters and timelines that this data has lived in: transaction numbers begin anew in each';

create table citizen_message (
  bucket smallint not null,
  id uuid not null,
  number bigint not null,
  authority_id text not null,
  service_id text not null,
  environment text not null,
  sender_hash bytea not null,
  sealed_sender bytea not null,
  sealed_content bytea not null,
  thread_id uuid not null,
  in_reply_to uuid,
  authority_reference text,
  created_at timestamp with time zone not null default now(),
  PRIMARY KEY (bucket, id),
  CHECK (environment = ANY (ARRAY['test'::text, 'production'::text]))
) partition by RANGE (id);
CREATE INDEX citizen_message_number ON citizen_message USING btree (number);
CREATE INDEX citizen_message_reference ON citizen_message USING btree (authority_id, service_id, authority_reference) WHERE authority_reference IS NOT NULL;
CREATE INDEX citizen_message_sender ON citizen_message USING btree (sender_hash, id);
comment on table citizen_message is 'A citizen''s message to a service: a reply, or a new one; number is its AsiointitiliTunniste; authority_reference is the id that the authority gave it';

create table citizen_message_key (
  sender_hash bytea not null,
  key text not null,
  bucket smallint not null,
  message_id uuid not null,
  created_at timestamp with time zone not null default now(),
  PRIMARY KEY (sender_hash, key)
);
comment on table citizen_message_key is 'Idempotency of what citizens send: one message per sender and key of the calling page';

create table delivery (
  bucket smallint not null,
  id uuid not null,
  message_id uuid not null,
  channel text not null,
  state text not null,
  priority smallint not null default 0,
  run_at timestamp with time zone not null default now(),
  finished_at timestamp with time zone,
  authority_id text not null,
  service_id text not null,
  environment text not null,
  purpose text not null,
  about jsonb,
  attempts integer not null default 0,
  owner uuid,
  lease_until timestamp with time zone,
  reason text,
  created_at timestamp with time zone not null default clock_timestamp(),
  PRIMARY KEY (bucket, id),
  CHECK (channel = ANY (ARRAY['mailbox'::text, 'print'::text, 'email'::text, 'sms'::text, 'return-channel'::text])),
  CHECK ((state = 'leased'::text) = (owner IS NOT NULL) AND (state = 'leased'::text) = (lease_until IS NOT NULL)),
  CHECK (environment = ANY (ARRAY['test'::text, 'production'::text])),
  CHECK (purpose = ANY (ARRAY['message'::text, 'notice'::text, 'reminder'::text, 'state'::text, 'citizen-message'::text])),
  CHECK (state = ANY (ARRAY['ready'::text, 'scheduled'::text, 'leased'::text, 'delivered'::text, 'dead'::text, 'cancelled'::text]))
);
CREATE INDEX delivery_dead ON delivery USING btree (channel, authority_id, service_id, id) WHERE state = 'dead'::text;
CREATE INDEX delivery_id ON delivery USING btree (id);
CREATE INDEX delivery_leased ON delivery USING btree (lease_until) WHERE state = 'leased'::text;
CREATE INDEX delivery_message ON delivery USING btree (bucket, message_id);
CREATE INDEX delivery_ready ON delivery USING btree (authority_id, service_id, channel, environment, priority DESC, id) WHERE state = 'ready'::text;
CREATE INDEX delivery_scheduled ON delivery USING btree (run_at) WHERE state = 'scheduled'::text;
comment on table delivery is 'The outbox: one row for each thing that has to leave; committed with what it is about, and never deleted while it is open';
comment on column delivery.message_id is 'message, or citizen_message when purpose is citizen-message';
comment on column delivery.about is 'what besides the message: state and event of a report; ids and codes only';

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
  sent_at timestamp with time zone not null,
  environment text not null,
  PRIMARY KEY (bucket, id),
  CHECK (environment = ANY (ARRAY['test'::text, 'production'::text]))
) partition by RANGE (id);
CREATE INDEX item_reference ON item USING btree (authority_id, service_id, reference);
CREATE INDEX item_submission ON item USING btree (submission_id);
comment on table item is 'Content of one Kohde, shared by its recipients; reference is its ViranomaisTunniste';

create table joining_code (
  hash bytea not null,
  purpose text not null,
  authority_id text not null,
  service_id text,
  environment text,
  created_by text not null,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  used_by uuid,
  revoked_at timestamp with time zone,
  PRIMARY KEY (hash),
  CHECK (environment = ANY (ARRAY['test'::text, 'production'::text])),
  CHECK (purpose = ANY (ARRAY['registration'::text, 'certificate'::text]))
);
CREATE INDEX joining_code_authority ON joining_code USING btree (authority_id, created_at);
comment on table joining_code is 'One-time leave to register, or to add a certificate; hash is the SHA-256 of the code, used_by the trace id of the request';

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
  state_at timestamp with time zone not null,
  PRIMARY KEY (bucket, id)
) partition by RANGE (id);
CREATE INDEX message_item ON message USING btree (bucket, item_id);
CREATE INDEX message_number_index ON message USING btree (number);
CREATE INDEX message_recipient ON message USING btree (recipient_hash, id);
CREATE INDEX message_waiting ON message USING btree (id) WHERE state = 202;
comment on table message is 'An item for one recipient; number is its AsiointitiliTunniste (sequence * 1024 + bucket)';

create table message_key (
  bucket smallint not null,
  authority_id text not null,
  service_id text not null,
  reference text not null,
  recipient_hash bytea not null,
  message_id uuid not null,
  content_sha256 bytea not null,
  PRIMARY KEY (bucket, authority_id, service_id, reference, recipient_hash)
);
comment on table message_key is 'Idempotency: one message for ever per service, reference and recipient; a failed message gives its key back';

create table operator (
  name text not null,
  key_hash bytea not null,
  created_by text not null,
  created_at timestamp with time zone not null default now(),
  removed_at timestamp with time zone,
  PRIMARY KEY (name),
  UNIQUE (key_hash)
);
comment on table operator is 'People who may approve; key_hash is the SHA-256 of a personal key of 32 random bytes';

create table pause (
  id uuid not null,
  channel text,
  authority_id text,
  service_id text,
  reason text not null,
  created_by text not null,
  created_at timestamp with time zone not null default now(),
  PRIMARY KEY (id),
  CHECK ((authority_id IS NULL) = (service_id IS NULL)),
  CHECK (channel IS NOT NULL OR authority_id IS NOT NULL)
);
CREATE UNIQUE INDEX pause_scope ON pause USING btree (COALESCE(channel, ''::text), COALESCE(authority_id, ''::text), COALESCE(service_id, ''::text));
comment on table pause is 'What an operator has stopped: a channel, a service, or a channel of a service; its deliveries wait';

create table registration (
  authority_id text not null,
  service_id text not null,
  business_id text,
  names jsonb not null,
  wishes jsonb not null,
  sealed_contacts bytea,
  process jsonb not null default '{}'::jsonb,
  revision integer not null default 1,
  created_at timestamp with time zone not null default now(),
  changed_at timestamp with time zone not null default now(),
  PRIMARY KEY (authority_id, service_id),
  FOREIGN KEY (authority_id, service_id) REFERENCES service(authority_id, id)
);
comment on table registration is 'What an authority asked for and the joining process of its service (docs/joining.md); a change of what is approved raises revision';

create table registration_approval (
  authority_id text not null,
  service_id text not null,
  revision integer not null,
  operator text not null,
  at timestamp with time zone not null default now(),
  PRIMARY KEY (authority_id, service_id, revision, operator),
  FOREIGN KEY (authority_id, service_id) REFERENCES registration(authority_id, service_id)
);
comment on table registration_approval is 'Operators who approved a revision of a registration for production; two different ones are needed';

create table registration_file (
  id uuid not null,
  authority_id text not null,
  service_id text not null,
  name text not null,
  size_bytes bigint not null,
  sha256 bytea not null,
  sealed bytea not null,
  created_at timestamp with time zone not null default now(),
  PRIMARY KEY (id),
  FOREIGN KEY (authority_id, service_id) REFERENCES registration(authority_id, service_id)
);
CREATE INDEX registration_file_service ON registration_file USING btree (authority_id, service_id);
comment on table registration_file is 'Evidence files of a joining process, sealed';

create table schema_migration (
  id integer not null default nextval('schema_migration_id_seq'::regclass),
  name character varying(255) not null,
  run_on timestamp without time zone not null,
  PRIMARY KEY (id)
);

create table service (
  authority_id text not null,
  id text not null,
  name text not null,
  environment text not null,
  settings jsonb not null default '{}'::jsonb,
  created_at timestamp with time zone not null default now(),
  state text not null,
  suspended_from text,
  state_at timestamp with time zone not null default now(),
  state_reason text,
  PRIMARY KEY (authority_id, id),
  FOREIGN KEY (authority_id) REFERENCES authority(id),
  CHECK ((state = 'suspended'::text) = (suspended_from IS NOT NULL)),
  CHECK (environment = ANY (ARRAY['test'::text, 'production'::text])),
  CHECK (state = ANY (ARRAY['draft'::text, 'submitted'::text, 'test'::text, 'accepted'::text, 'production'::text, 'suspended'::text, 'withdrawn'::text])),
  CHECK (suspended_from = ANY (ARRAY['test'::text, 'accepted'::text, 'production'::text]))
);
comment on table service is 'Service of an authority; id is its PalveluTunnus; settings are documented in docs/service-settings.md';
comment on column service.environment is 'what it was registered for; it acts in production in the state production only';

create table service_certificate (
  fingerprint bytea not null,
  authority_id text not null,
  service_id text not null,
  der bytea not null,
  subject text not null,
  not_before timestamp with time zone not null,
  not_after timestamp with time zone not null,
  created_at timestamp with time zone not null default now(),
  PRIMARY KEY (fingerprint, authority_id, service_id),
  FOREIGN KEY (authority_id, service_id) REFERENCES service(authority_id, id)
);
CREATE INDEX service_certificate_service ON service_certificate USING btree (authority_id, service_id);
comment on table service_certificate is 'Certificates pinned to services; fingerprint is the SHA-256 of the DER';

create table state_event (
  bucket smallint not null,
  id uuid not null,
  message_id uuid not null,
  state smallint not null,
  at timestamp with time zone not null,
  source text not null,
  authority_id text not null,
  service_id text not null,
  epoch integer not null,
  xact xid8 not null default pg_current_xact_id(),
  PRIMARY KEY (bucket, message_id, id)
) partition by RANGE (id);
CREATE INDEX state_event_changes ON state_event USING btree (authority_id, service_id, epoch, xact, id);
comment on table state_event is 'History of a message: each state, when, and which part of the gateway said so';

create table submission (
  id uuid not null,
  received_at timestamp with time zone not null,
  answered_at timestamp with time zone not null,
  endpoint text not null,
  operation text,
  outcome text not null,
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
  notes jsonb,
  PRIMARY KEY (id),
  CHECK (endpoint = ANY (ARRAY['signed'::text, 'non-signed'::text, 'joining'::text])),
  CHECK (outcome = ANY (ARRAY['accepted'::text, 'refused'::text, 'repeated'::text]))
) partition by RANGE (id);
CREATE INDEX submission_caller ON submission USING btree (authority_id, service_id, id);
CREATE INDEX submission_caller_exchange ON submission USING btree (authority_id, service_id, exchange_id, id) WHERE exchange_id IS NOT NULL;
CREATE INDEX submission_exchange ON submission USING btree (exchange_id) WHERE exchange_id IS NOT NULL;
comment on table submission is 'The message log: one row a SOAP request, accepted or refused; id is the trace id in the answer';
comment on column submission.code is 'our error code of a refusal (docs/errors.md), null when accepted';
comment on column submission.status_code is 'TilaKoodi of the answer, null for a SOAP Fault';

create table submission_evidence (
  submission_id uuid not null,
  seq integer not null,
  sealed bytea,
  attachment_bucket smallint,
  attachment_id uuid,
  PRIMARY KEY (submission_id, seq)
) partition by RANGE (submission_id);
alter table submission_evidence alter sealed set storage external;
comment on table submission_evidence is 'The original request byte for byte: sealed pieces, and attachments whose plain base64 is made again from their bytes';
