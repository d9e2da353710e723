import { BlockList, isIPv6 } from 'node:net'

/** An address as a peer has it, without the wrapping of IPv4 in IPv6. */
const plain = (address: string) => address.trim().replace(/^::ffff:(?=\d+\.)/, '')

/** Whether a peer is one of these addresses or networks, with commas between, whose word on the caller is believed. */
export function trustedProxies(list: string): (address: string) => boolean {
  const blocks = new BlockList()
  const names = list
    .split(',')
    .map(entry => entry.trim())
    .filter(entry => entry !== '')
  for (const name of names) {
    const [address = '', prefix] = name.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    if (prefix === undefined) blocks.addAddress(address, family)
    else blocks.addSubnet(address, Number(prefix), family)
  }
  if (names.length === 0) return () => false
  return address => blocks.check(plain(address), isIPv6(plain(address)) ? 'ipv6' : 'ipv4')
}

/**
 * Where a request began: the peer, or, if that is a proxy one believes, the nearest address of `X-Forwarded-For` that is
 * none. What stands further left was written by somebody nobody knows.
 */
export function callerAddress(
  peer: string,
  forwarded_for: string | undefined,
  isTrusted: (address: string) => boolean,
): string {
  if (forwarded_for === undefined || !isTrusted(peer)) return plain(peer)
  const hops = forwarded_for.split(',').map(plain).filter(Boolean)
  return (hops.findLast(hop => !isTrusted(hop)) ?? hops[0] ?? plain(peer)).slice(0, 45)
}
