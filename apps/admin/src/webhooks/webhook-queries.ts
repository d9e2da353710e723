import { getWebhook, listWebhookEvents, listWebhooks } from '@shopfleet/contracts'
import { queryOptions } from '@tanstack/react-query'
import { api } from '../api.ts'

export const webhooksKey = ['webhooks'] as const

export const webhooksQuery = queryOptions({
  queryKey: [...webhooksKey, 'all'],
  queryFn: async () => (await api.call(listWebhooks, {})).items,
})
export const webhookQuery = (id: string) =>
  queryOptions({
    queryKey: [...webhooksKey, 'one', id],
    refetchInterval: 10_000,
    queryFn: () => api.call(getWebhook, { params: { id } }),
  })
export const eventsQuery = queryOptions({
  queryKey: [...webhooksKey, 'events'],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async () => (await api.call(listWebhookEvents, {})).items,
})
