import {
  getOrder,
  getOrderTimeline,
  getReservation,
  listAuditLog,
  listDeliveriesAbout,
  listNotifications,
  listOrderRefunds,
  listPaymentSteps,
  listPayments,
  type Order,
  type OrderStatus,
  Problem,
  readNotification,
  setOrderStatus,
} from '@shopfleet/contracts'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api } from '../api.ts'
import { words } from '../formats.ts'
import { problemText } from '../problem.ts'
import { useNotice } from '../ui/notice.tsx'

/** What is asked of one order, and how its status is changed. */

export const ordersKey = ['orders'] as const

export const orderQuery = (id: string) =>
  queryOptions({ queryKey: ['order', id], queryFn: () => api.call(getOrder, { params: { id } }) })

export const timelineQuery = (id: string) =>
  queryOptions({
    queryKey: ['order', id, 'timeline'],
    queryFn: async () => (await api.call(getOrderTimeline, { params: { id } })).items,
  })

export const paymentsQuery = (id: string) =>
  queryOptions({
    queryKey: ['order', id, 'payments'],
    queryFn: async () => (await api.call(listPayments, { query: { order_id: id, limit: 100 } })).items,
  })

export const messagesQuery = (id: string) =>
  queryOptions({
    queryKey: ['order', id, 'messages'],
    async queryFn() {
      const { items } = await api.call(listNotifications, { query: { order_id: id, limit: 100 } })
      // Most go out at the first try, and then there is no more to tell.
      return Promise.all(
        items.map(async message => {
          if (message.attempts < 2) return { ...message, tries: [] }
          return { ...message, tries: (await api.call(readNotification, { params: { id: message.id } })).tries }
        }),
      )
    },
  })

export const stepsQuery = (id: string) =>
  queryOptions({
    queryKey: ['order', id, 'payment steps'],
    queryFn: async () => (await api.call(listPaymentSteps, { query: { order_id: id } })).items,
  })

export const refundsQuery = (id: string) =>
  queryOptions({
    queryKey: ['order', id, 'refunds'],
    queryFn: async () => (await api.call(listOrderRefunds, { params: { id } })).items,
  })

/** Null: no stock was ever asked for. */
export const reservationQuery = (order_id: string) =>
  queryOptions({
    queryKey: ['order', order_id, 'reservation'],
    async queryFn() {
      try {
        return await api.call(getReservation, { params: { order_id } })
      } catch (error) {
        if (error instanceof Problem && error.problem === 'not-found') return null
        throw error
      }
    },
  })

export const deliveriesQuery = (id: string) =>
  queryOptions({
    queryKey: ['order', id, 'deliveries'],
    queryFn: async () => (await api.call(listDeliveriesAbout, { query: { subject: id } })).items,
  })

/** What staff did to any of these: the order, its payments. */
export const auditQuery = (id: string, targets: readonly string[]) =>
  queryOptions({
    queryKey: ['order', id, 'audit', targets],
    queryFn: async () => {
      const pages = await Promise.all(targets.map(target => api.call(listAuditLog, { query: { target, limit: 50 } })))
      return pages.flatMap(page => page.items)
    },
  })

/** A placement that was refused is told from an order that was cancelled. */
export const statusOf = ({ status, refused }: Order): string => (refused ? 'refused' : status)

/** Where staff may take an order from where it is. The platform decides; this only spares a refusal. */
export const nextStatuses: Record<OrderStatus, readonly OrderStatus[]> = {
  pending: ['cancelled'],
  processing: ['shipped', 'cancelled'],
  shipped: ['delivered'],
  delivered: [],
  cancelled: [],
}

const moves: Partial<Record<OrderStatus, string>> = {
  shipped: 'shipped',
  delivered: 'delivered',
  cancelled: 'cancelled',
}

/** Shows the new status at once, and takes it back with the reason when it is refused. */
export function useSetStatus() {
  const queries = useQueryClient()
  const notice = useNotice()
  return useMutation({
    mutationFn: ({ order, status }: { order: Order; status: OrderStatus }) =>
      api.call(setOrderStatus, { params: { id: order.id }, body: { status } }),
    async onMutate({ order, status }) {
      await queries.cancelQueries({ queryKey: ['order', order.id] })
      const before = queries.getQueryData<Order>(['order', order.id])
      if (before) queries.setQueryData(['order', order.id], { ...before, status })
      return { before }
    },
    onSuccess(answer, { order, status }) {
      queries.setQueryData(['order', order.id], answer)
      const isDone = answer.status === status
      notice({
        text: isDone
          ? `${order.number} is ${moves[status] ?? words(status)}`
          : `${order.number} is being ${moves[status]}: the payment provider has not confirmed yet`,
        kind: isDone ? 'success' : 'info',
      })
    },
    onError(error, { order }, context) {
      if (context?.before) queries.setQueryData(['order', order.id], context.before)
      const why =
        error instanceof Problem && error.problem === 'transition-not-allowed'
          ? 'It has gone on meanwhile: this is how it stands now.'
          : problemText(error)
      notice({ text: `${order.number} stays as it was. ${why}`, kind: 'error' })
    },
    onSettled(_answer, _error, { order }) {
      void queries.invalidateQueries({ queryKey: ['order', order.id] })
      void queries.invalidateQueries({ queryKey: ordersKey })
    },
  })
}
