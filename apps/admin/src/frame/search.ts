import { listCatalogue, listOrders, listUsers } from '@shopfleet/contracts'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api } from '../api.ts'
import { ago, money, words } from '../formats.ts'
import { type Me, may } from '../session/session.ts'
import { pagesFor } from './navigation.tsx'

export interface Found {
  kind: 'Page' | 'Order' | 'Product' | 'Person'
  label: string
  hint?: string
  to: string
}

const pause_ms = 180
const most = 5

function findPages(me: Me, text: string): Found[] {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean)
  return pagesFor(me)
    .filter(({ menu }) => {
      const words = `${menu.label} ${menu.words ?? ''}`.toLowerCase()
      return wanted.every(word => words.includes(word))
    })
    .map(({ path, menu }) => ({ kind: 'Page', label: menu.label, to: path }))
}

async function findOrders(text: string): Promise<Found[]> {
  const number = /^(sf-?)?\d+$/i.test(text) ? `SF-${text.replace(/\D/g, '')}` : undefined
  if (!number && !text.includes('@')) return []
  const { items } = await api.call(listOrders, {
    query: number ? { number, limit: most } : { email: text, limit: most },
  })
  return items.map(order => ({
    kind: 'Order',
    label: `${order.number} · ${money(order.total, order.currency)}`,
    hint: `${words(order.status)}, ${ago(order.created_at)}${order.email ? `, ${order.email}` : ''}`,
    to: `/orders/${order.id}`,
  }))
}

async function findProducts(text: string): Promise<Found[]> {
  const { items } = await api.call(listCatalogue, { query: { q: text, limit: most } })
  return items.map(product => ({
    kind: 'Product',
    label: product.name,
    hint: `${product.sku} · ${money(product.price, product.currency)}${product.is_active ? '' : ' · not for sale'}`,
    to: `/products/${product.id}`,
  }))
}

async function findPeople(text: string): Promise<Found[]> {
  const { items } = await api.call(listUsers, { query: { email_begins: text, limit: most } })
  return items.map(user => ({
    kind: 'Person',
    label: user.name ?? user.email,
    hint: `${user.email}${user.role === 'customer' ? '' : ` · ${words(user.role)}`}`,
    to: `/customers/${user.id}`,
  }))
}

/** What there is by these words, of what somebody may see. A part that does not answer leaves the others. */
export function useFound(me: Me, text: string): { found: Found[]; isAsking: boolean } {
  const [asked, setAsked] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text.trim()), pause_ms)
    return () => clearTimeout(timer)
  }, [text])
  const { data, isFetching } = useQuery({
    queryKey: ['search', asked],
    enabled: asked.length >= 2,
    placeholderData: keepPreviousData,
    queryFn: async () => {
      const parts = await Promise.allSettled([
        may(me, 'orders') ? findOrders(asked) : [],
        may(me, 'catalogue') ? findProducts(asked) : [],
        may(me, 'users') ? findPeople(asked) : [],
      ])
      return parts.flatMap(part => (part.status === 'fulfilled' ? part.value : []))
    },
  })
  const things = asked.length >= 2 ? (data ?? []) : []
  return { found: [...findPages(me, text.trim()), ...things], isAsking: isFetching || asked !== text.trim() }
}
