// What backing up and restoring a server needs of this package, apart from the pools the services use.

export { type CopyOutcome, copyDatabase } from './database-copy.ts'
export { type BaseBackup, syncPath, takeBase, verifyBase } from './postgres-base.ts'
export { type Cluster, placeCluster, superuser } from './postgres-cluster.ts'
export { isPostgres, readPostmaster } from './postgres-process.ts'
export {
  exchange,
  listAside,
  type Recovered,
  type RecoveryOptions,
  recover,
  startAside,
  systemOf,
} from './postgres-recovery.ts'
export {
  formatPosition,
  openReplication,
  parsePosition,
  type Replication,
  segmentName,
} from './postgres-replication.ts'
export { listWal, pruneWal, receiveWal, walSlot } from './postgres-wal.ts'
