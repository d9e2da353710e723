import type { Follow, LiveMessage, Product } from '@shopfleet/contracts'
import { useEffect, useRef, useState } from 'react'
import { useSession } from './session.tsx'
import { useShop } from './shop.tsx'

/**
 * What the platform says as it happens. While a component is shown it follows something; where the channel cannot be
 * reached, it is told every half minute to look for itself.
 */

export interface LiveListener {
  heard(message: LiveMessage): void
  /** Something may have been missed: read afresh what is shown. Once at the beginning, too. */
  stale(): void
}

const lookEvery_ms = 30_000

/** Follows while the component is shown; nothing, where there is nothing to follow. Answers whether it is heard just now. */
export function useLive(follow: Follow | undefined, listener: LiveListener): boolean {
  const { api } = useShop()
  const { user } = useSession()
  const [isLive, setLive] = useState(false)
  const latest = useRef(listener)
  useEffect(() => {
    latest.current = listener
  })
  const what = follow && JSON.stringify(follow)
  const who = user === undefined ? undefined : (user?.id ?? null)

  useEffect(() => {
    // Who it is for is known in a moment.
    if (what === undefined || who === undefined) return
    const stops: (() => void)[] = []
    let isOver = false
    let isRefused = false
    let looking: ReturnType<typeof setInterval> | undefined
    import('./live-channel.ts').then(
      ({ channelFor }) => {
        if (isOver) return
        const channel = channelFor(who, api)
        const show = () => {
          const state = channel.state()
          setLive(state === 'live' && !isRefused)
          clearInterval(looking)
          looking = state === 'away' ? setInterval(() => latest.current.stale(), lookEvery_ms) : undefined
        }
        stops.push(
          channel.follow(JSON.parse(what) as Follow, {
            heard: message => latest.current.heard(message),
            stale() {
              isRefused = false
              show()
              latest.current.stale()
            },
            refused() {
              isRefused = true
              show()
            },
          }),
          channel.onState(show),
        )
        show()
      },
      // Without its code pages show what they read.
      () => {},
    )
    return () => {
      isOver = true
      clearInterval(looking)
      for (const stop of stops) stop()
      setLive(false)
    }
  }, [what, who, api])
  return isLive
}

type Told = Pick<Product, 'id' | 'stock_quantity' | 'price' | 'currency'>

/**
 * A product as it is now. What was heard wins over what was read: answers are kept for a moment on their way, and tell of
 * the stock of before. `refresh` reads the product again.
 */
export function useLiveProduct<P extends Told>(product: P, refresh: () => void): P {
  const [heard, setHeard] = useState<{ of: string; told: Partial<Told> }>()
  const { id } = product
  const hear = (told: Partial<Told>) =>
    // Of another one that was looked at before nothing is kept.
    setHeard(before => ({ of: id, told: before?.of === id ? { ...before.told, ...told } : told }))
  useLive(
    { channel: 'products', product_ids: [id] },
    {
      heard(message) {
        if (message.type === 'stock') hear({ stock_quantity: message.stock })
        if (message.type !== 'product') return
        const { price, currency } = message
        if (price !== null && currency !== null) hear({ price, currency })
        // Its name or its pictures may be others, or it has gone.
        refresh()
      },
      stale() {
        setHeard(undefined)
        refresh()
      },
    },
  )
  return heard?.of === id ? { ...product, ...heard.told } : product
}
