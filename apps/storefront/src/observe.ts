import { type Observation, observeStorefront } from '@shopfleet/contracts'

/*
 * What is looked at, put into a cart and searched for, told to the shop some at a time when nobody waits for it, also when the
 * page goes away. It names nobody: no cookie goes with it. Who asks not to be followed is not.
 */

const most = 50
const gather_ms = 5000

let gathered: Observation[] = []
let timer: ReturnType<typeof setTimeout> | undefined

const isUnwanted = () =>
  (navigator as { globalPrivacyControl?: boolean }).globalPrivacyControl === true || navigator.doNotTrack === '1'

function tell(): void {
  clearTimeout(timer)
  timer = undefined
  if (gathered.length === 0) return
  const events = gathered
  gathered = []
  // Not sendBeacon, which outlives the page as well but always takes the cookies along.
  void fetch(observeStorefront.path, {
    method: 'POST',
    keepalive: true,
    credentials: 'omit',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ events }),
  }).catch(() => {})
}

/** In the browser only. */
export function observe(observation: Observation): void {
  if (isUnwanted()) return
  if (gathered.length === 0) addEventListener('pagehide', tell, { once: true })
  gathered.push(observation)
  timer ??= setTimeout(tell, gather_ms)
  if (gathered.length === most) tell()
}
