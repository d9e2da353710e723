import { type Client, createPushSubscription, deletePushSubscription, getPushKey } from '@shopfleet/contracts'
import { keep, kept } from '../kept.ts'

/** Messages to this very browser, also while the shop is not open in it (Web Push). */

/** The platform's id of this browser's subscription. */
const subscriptionKey = 'push-subscription'
const worker = '/push-worker.js'

/** What this browser can do: some know no push, and people may have said no to notices. */
export function pushSupport(): 'none' | 'denied' | 'possible' {
  if (!('serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window)) return 'none'
  return Notification.permission === 'denied' ? 'denied' : 'possible'
}

async function currentSubscription(): Promise<PushSubscription | null> {
  if (pushSupport() === 'none') return null
  const registration = await navigator.serviceWorker.getRegistration(worker)
  return (await registration?.pushManager.getSubscription()) ?? null
}

/** Whether this browser is told; it may have dropped its side, or the platform may not know it. */
export async function isTold(): Promise<boolean> {
  return kept(subscriptionKey) !== undefined && (await currentSubscription()) !== null
}

/** Asks for leave to show notices and subscribes. False: it was not given. */
export async function tellBrowser(api: Client): Promise<boolean> {
  if ((await Notification.requestPermission()) !== 'granted') return false
  await navigator.serviceWorker.register(worker)
  const { pushManager } = await navigator.serviceWorker.ready
  const { public_key } = await api.call(getPushKey, {})
  const subscription =
    (await pushManager.getSubscription()) ??
    (await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: public_key }))
  const body = subscription.toJSON() as { endpoint: string; keys: { p256dh: string; auth: string } }
  const { id } = await api.call(createPushSubscription, { body })
  keep(subscriptionKey, id)
  return true
}

/** This browser is not told any more: switched off, or nobody is signed in to it. */
export async function forgetBrowser(api: Client): Promise<void> {
  const id = kept(subscriptionKey)
  if (id === undefined) return
  await (await currentSubscription())?.unsubscribe()
  // The platform drops a browser that does not answer any more; telling it is a courtesy.
  await api.send(deletePushSubscription, { params: { id } })
  keep(subscriptionKey, undefined)
}
