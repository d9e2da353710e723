import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism, getPriority, setPriority } from 'node:os'
import { hash, verify } from '@node-rs/bcrypt'
import { Unavailable } from '@shopfleet/contracts'
import { currentContext } from '@shopfleet/messaging'

/** The lowest there is: a millisecond. */
const leastCost = 4
/** bcrypt reads 72 bytes of a password and drops the rest. */
const bcryptBytes = 72

/** A longer password goes in as its digest, so that all of it counts. */
function digestible(password: string): string {
  if (Buffer.byteLength(password) <= bcryptBytes) return password
  return createHash('sha256').update(password).digest('base64')
}

/** How much libuv's threads stand back (`nice`), and the most there is. */
const standBack = 10
const last = 19

/**
 * Lets whoever answers visitors go before whoever hashes, where both want the same core: the threads of libuv's pool, which are
 * there once the first hash was made, get a lower priority. Linux only; a system that does not let us goes on as it was.
 */
function letVisitorsFirst(): void {
  const threads = '/proc/self/task'
  const priority = Math.min(last, getPriority() + standBack)
  try {
    for (const id of readdirSync(threads)) {
      if (readFileSync(`${threads}/${id}/comm`, 'utf8').startsWith('libuv-worker')) setPriority(Number(id), priority)
    }
  } catch {}
}

/**
 * Hashes and checks passwords off the main thread, a few at a time in order of arrival. A hash costs a quarter of a
 * second of a core by intent: what would wait too long is refused as unavailable instead of starving everything else.
 */
export function createPasswords({ cost, queue }: { cost: number; queue: number }) {
  // libuv's pool has four threads, and files and DNS need one too.
  const slots = Math.min(availableParallelism(), 3)
  const waiting: (() => void)[] = []
  let running = 0
  /** As well formed as any other, of no password: nothing is hashed for it. */
  const nobodysHash = `$2b$${String(cost).padStart(2, '0')}$${'.'.repeat(53)}`

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const { deadline } = currentContext()
    if (running < slots) running++
    else {
      if (waiting.length >= queue) throw new Unavailable('sign-in')
      // Whoever ends hands over the slot, so that nobody overtakes.
      await new Promise<void>(resolve => waiting.push(resolve))
    }
    try {
      if (deadline !== undefined && performance.now() > deadline) throw new Unavailable('sign-in')
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }

  return {
    hash: (password: string) => inTurn(() => hash(digestible(password), cost)),
    /** Whether the password is the one of the hash. Without a hash it takes as long, and is false. */
    async isRight(password: string, passwordHash: string | null | undefined): Promise<boolean> {
      const same = await inTurn(() => verify(digestible(password), passwordHash ?? nobodysHash))
      return same && passwordHash !== null && passwordHash !== undefined
    },
    /** Makes the threads that hash, by the least there is to do for them, so that they can be told to stand back. */
    async warm(): Promise<void> {
      await hash('', leastCost)
      letVisitorsFirst()
    },
  }
}
export type Passwords = ReturnType<typeof createPasswords>
