import { onlineManager } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { useTexts } from '../shop.tsx'
import { shopTexts } from '../texts/shop.ts'
import { styled } from '../ui/styled.ts'

const Banner = styled('div')(({ theme }) => ({
  background: theme.vars.palette.warning.main,
  color: theme.vars.palette.background.default,
  textAlign: 'center',
  fontSize: '0.9375rem',
  padding: '10px 20px',
}))

const subscribe = (changed: () => void) => onlineManager.subscribe(changed)

/** Says that the connection is gone, for as long as it is. */
export function OfflineBanner() {
  const t = useTexts(shopTexts)
  const isOnline = useSyncExternalStore(
    subscribe,
    () => onlineManager.isOnline(),
    () => true,
  )
  return <div role="status">{isOnline ? null : <Banner>{t.offline}</Banner>}</div>
}
