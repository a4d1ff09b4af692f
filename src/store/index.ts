/**
 * PostgreSQL, the only store, and every line of SQL. What is returned from a transaction is committed and flushed;
 * what is about people is sealed here and opened here. Subjects are namespaces; their functions take the connection or
 * transaction that they run on.
 */
export * as accounts from './accounts.js'
export * as answeredRequests from './answered-requests.js'
export * as attachments from './attachments.js'
export * as audit from './audit.js'
export * as callerProofs from './caller-proofs.js'
export * as changes from './changes.js'
export * as certificates from './certificates.js'
export * as deliveries from './deliveries.js'
export * as evidence from './evidence.js'
export * as joiningCodes from './joining-codes.js'
export * as messageStatus from './message-status.js'
export * as messages from './messages.js'
export * as operators from './operators.js'
export * as registrations from './registrations.js'
export * as services from './services.js'
export * as submissions from './submissions.js'
export { isAlreadyThere, openDatabase, StoreUnavailable, type Database, type Queryable, type Tx } from './database.js'
export { listMigrations, listTables, migrate } from './migrate.js'
export { ensurePartitions } from './partitions.js'
export { createSealer, SealError, type Keys, type Sealer } from './sealing.js'
export { assertDurable, EmbeddedPostgresError, startEmbeddedPostgres, type EmbeddedPostgres } from './embedded/index.js'
