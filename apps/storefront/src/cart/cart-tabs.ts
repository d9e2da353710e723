/** Tabs of one browser tell each other that the cart has changed. Where they cannot, each looks again when it is looked at. */

const name = 'shopfleet-cart'
let channel: BroadcastChannel | undefined

const open = (): BroadcastChannel | undefined => {
  if (typeof BroadcastChannel === 'undefined') return undefined
  channel ??= new BroadcastChannel(name)
  return channel
}

export const tellTabs = (): void => open()?.postMessage('changed')

/** Is told when the cart was changed in another tab. Answers how to stop. */
export function onCartChanged(changed: () => void): () => void {
  const heard = open()
  heard?.addEventListener('message', changed)
  return () => heard?.removeEventListener('message', changed)
}
