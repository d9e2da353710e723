import { fileURLToPath } from 'node:url'

export {
  admitReader,
  type Bus,
  connectPostgresBus,
  type Delivery,
  migrateBus,
  type Passing,
  pruneTopic,
} from './bus.ts'
export { type Cause, type Context, currentCause, currentContext, currentTraceparent, withContext } from './context.ts'
export { createLoop, type Loop } from './loop.ts'
export { type OutboxRow, outboxRow, publish } from './outbox.ts'
export { createOwnEvents, type Learn, type Learnt, type OwnEvents } from './own-events.ts'
export { pruneInbox } from './prune.ts'
export { createRelay, type Relay } from './relay.ts'
export { shareReads } from './shared-reads.ts'
export {
  type DeadLetterRow,
  discardDeadLetter,
  editDeadLetter,
  findDeadLetter,
  listDeadLetters,
  listOwnFindings,
  type MessagingState,
  readMessagingState,
  rewindBeyondEnd,
} from './state.ts'
export { createSubscription, type Handler, on, onMany, type Subscription, type Traced } from './subscription.ts'
export { createTail, type Tail } from './tail.ts'

/** Migrations every service's database gets before its own: outbox, inbox, offsets, dead letters. */
export const messagingMigrations = fileURLToPath(new URL('../migrations', import.meta.url))
