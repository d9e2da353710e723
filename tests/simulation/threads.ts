import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Sum } from './run.ts'

/*
 * Seeds played on all processors. Worlds share nothing, so a thread for each is all there is to it. (In a test it also
 * keeps the test runner out, which follows every promise of the thread it is in and takes as long as the worlds do.)
 */

export interface Task {
  /** The name of a deliberate mistake. */
  mistake?: string
  from: number
  sagas?: number
  seconds?: number
}

export interface Part {
  sum: Sum
  decisions: string[]
}

/** Most of what is made is gone at the end of a step: with room for it, little is ever collected. */
const resourceLimits = { maxYoungGenerationSizeMb: 192 }

export function startThreads(count = availableParallelism()) {
  const waiting: { task: Task; end: (part: Part) => void; fail: (error: unknown) => void }[] = []
  const idle: Worker[] = []
  const all = new Set<Worker>()

  function next(): void {
    while (waiting.length > 0) {
      const thread = idle.pop() ?? (all.size < count ? start() : undefined)
      if (!thread) return
      const { task, end, fail } = waiting.shift()!
      const done = () => {
        thread.off('message', answered)
        thread.off('error', failed)
      }
      const answered = (part: Part) => {
        done()
        idle.push(thread)
        end(part)
        next()
      }
      const failed = (error: unknown) => {
        done()
        all.delete(thread)
        fail(error)
        next()
      }
      thread.on('message', answered)
      thread.on('error', failed)
      thread.postMessage(task)
    }
  }

  function start(): Worker {
    const thread = new Worker(new URL('./thread.ts', import.meta.url), { resourceLimits })
    all.add(thread)
    return thread
  }

  return {
    count,
    play: (task: Task): Promise<Part> =>
      new Promise((end, fail) => {
        waiting.push({ task, end, fail })
        next()
      }),
    async stop(): Promise<void> {
      await Promise.all([...all].map(thread => thread.terminate()))
    },
  }
}
