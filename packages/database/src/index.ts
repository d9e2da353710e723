export type { Boundary } from './boundary.ts'
export { type ConnectOptions, connect } from './connect.ts'
export { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from './embedded-postgres.ts'
export { errorCode, isCheckViolation, isUnavailable, isUniqueViolation } from './errors.ts'
export { alone, type RunMany } from './gather.ts'
export { explainFileError, LauncherError } from './launcher-error.ts'
export type { Listener } from './listen.ts'
export { migrate } from './migrate.ts'
export { type Provision, provision } from './provision.ts'
export {
  type SeededBug,
  type SeededBugName,
  seeded,
  seededBugOf,
  seededBugs,
  withoutProtection,
} from './seeded-bugs.ts'
export type { Queryable, ReservedSql, Sql, Statement, Tx } from './sql.ts'
export { transaction } from './transaction.ts'
export { unhurried } from './unhurried.ts'
