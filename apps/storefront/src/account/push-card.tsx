import type { NotificationPreferences } from '@shopfleet/contracts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useShop, useTexts } from '../shop.tsx'
import { accountTexts } from '../texts/account.ts'
import { useToast } from '../ui/toast.tsx'
import { Card, CardHead } from './frame.tsx'
import { forgetBrowser, isTold, pushSupport, tellBrowser } from './push.ts'
import { SwitchRow } from './switch-row.tsx'

export interface PushCardProps {
  /** Whether orders are told to the browsers that subscribed. */
  isOn: boolean
  change(change: Partial<NotificationPreferences>): Promise<void>
}

const pushKey = ['own', 'push'] as const

/** Messages to this browser. */
export function PushCard({ isOn, change }: PushCardProps) {
  const t = useTexts(accountTexts)
  const { api } = useShop()
  const queries = useQueryClient()
  const toast = useToast()
  const { data: told = false } = useQuery({ queryKey: pushKey, staleTime: 0, queryFn: isTold })
  const [isBusy, setBusy] = useState(false)
  const support = pushSupport()

  async function toggle(is: boolean) {
    setBusy(true)
    try {
      if (!is) await forgetBrowser(api)
      else if (!(await tellBrowser(api))) return toast(t.pushRefused, { kind: 'bad' })
      if (is && !isOn) await change({ push_order_updates: true })
      else toast(t.saved)
    } catch {
      toast(t.pushFailed, { kind: 'bad' })
    } finally {
      await queries.invalidateQueries({ queryKey: pushKey })
      setBusy(false)
    }
  }

  const text = support === 'none' ? t.pushNone : support === 'denied' ? t.pushDenied : t.pushText
  return (
    <Card aria-labelledby="push-title">
      <CardHead id="push-title" title={t.byPush} />
      <SwitchRow
        label={t.pushUpdates}
        text={text}
        checked={told && isOn}
        disabled={isBusy || (support !== 'possible' && !told)}
        onChange={is => void toggle(is)}
      />
    </Card>
  )
}
