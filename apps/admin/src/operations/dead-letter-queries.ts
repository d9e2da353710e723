import { type DeadLetter, listDeadLetters } from '@shopfleet/contracts'
import { queryOptions } from '@tanstack/react-query'
import { api } from '../api.ts'

export const lettersKey = ['dead-letters'] as const

/** One of them, among those of its service: from the oldest on, until it is there. */
async function findLetter(service: string, event_id: string): Promise<DeadLetter | null> {
  for (let after: number | undefined; ; ) {
    const { items } = await api.call(listDeadLetters, {
      query: { service, limit: 100, ...(after === undefined ? {} : { after }) },
    })
    const letter = items.find(one => one.event_id === event_id)
    if (letter) return letter
    if (items.length < 100) return null
    after = items.at(-1)!.id
  }
}

export const letterQuery = (service: string, event_id: string) =>
  queryOptions({
    queryKey: [...lettersKey, 'one', service, event_id],
    refetchOnWindowFocus: false,
    queryFn: () => findLetter(service, event_id),
  })
