import { createRealtimeClient, type Follow, type LiveMessage } from '@shopfleet/contracts'
import { useEffect, useRef, useState } from 'react'
import { api } from './api.ts'

/** What happens in the shop, as it happens. While the channel cannot be reached, one is told to look every half minute. */

const channel = createRealtimeClient({ renew: () => api.renew() })
const lookEvery_ms = 30_000

export interface LiveListener {
  heard(message: LiveMessage): void
  /** Something may have been missed: read afresh. Once at the beginning too. */
  stale(): void
}

/** Follows while the component is shown. Whether it is heard just now. */
export function useLive(follow: Follow | undefined, listener: LiveListener): boolean {
  const [isLive, setLive] = useState(false)
  const latest = useRef(listener)
  useEffect(() => {
    latest.current = listener
  })
  const what = follow && JSON.stringify(follow)
  useEffect(() => {
    if (what === undefined) return
    let isRefused = false
    let looking: ReturnType<typeof setInterval> | undefined
    const show = () => {
      const state = channel.state()
      setLive(state === 'live' && !isRefused)
      clearInterval(looking)
      looking = state === 'away' ? setInterval(() => latest.current.stale(), lookEvery_ms) : undefined
    }
    const stopFollowing = channel.follow(JSON.parse(what) as Follow, {
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
    })
    const stopListening = channel.onState(show)
    show()
    return () => {
      stopFollowing()
      stopListening()
      clearInterval(looking)
    }
  }, [what])
  return isLive
}
