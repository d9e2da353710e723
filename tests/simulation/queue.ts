export interface Waiting {
  at: number
  seq: number
  go: () => void
  /** Whether nobody waits for it any more. */
  over?: () => boolean
}

/** What waits, taken by time and then in the order of asking: a binary heap. */
export function createQueue() {
  const heap: Waiting[] = []
  const before = (a: Waiting, b: Waiting) => a.at < b.at || (a.at === b.at && a.seq < b.seq)

  return {
    add(waiting: Waiting): void {
      let i = heap.push(waiting) - 1
      while (i > 0) {
        const parent = (i - 1) >> 1
        if (before(heap[parent]!, waiting)) break
        heap[i] = heap[parent]!
        i = parent
      }
      heap[i] = waiting
    },

    take(): Waiting | undefined {
      const first = heap[0]
      const last = heap.pop()
      if (!first || !last || heap.length === 0) return first
      let i = 0
      for (;;) {
        let child = 2 * i + 1
        if (child >= heap.length) break
        if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++
        if (before(last, heap[child]!)) break
        heap[i] = heap[child]!
        i = child
      }
      heap[i] = last
      return first
    },
  }
}
