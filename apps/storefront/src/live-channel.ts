import { type Client, createRealtimeClient, getProfile, type RealtimeClient } from '@shopfleet/contracts'

/** The one socket of this page. Loaded when a page first has something to follow: none is the faster for it before. */

let channel: RealtimeClient | undefined
let openedFor: string | null | undefined

/** The channel as the user who is signed in, null for a guest; whoever it was of before, it begins anew. */
export function channelFor(user_id: string | null, api: Client): RealtimeClient {
  // Asking for anything of one's own renews a session whose access token has run out.
  channel ??= createRealtimeClient({ renew: () => api.send(getProfile) })
  if (openedFor !== undefined && openedFor !== user_id) channel.reconnect()
  openedFor = user_id
  return channel
}
