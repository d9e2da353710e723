/** Browsers and systems by what they call themselves; the first that fits, so the impostors' originals come last. */
const browsers: [RegExp, string][] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Chrome|CriOS)\//, 'Chrome'],
  [/\bVersion\/.*\bSafari\//, 'Safari'],
  [/^curl\//, 'curl'],
  [/^(node|undici)\b/i, 'Node.js'],
]
const systems: [RegExp, string][] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
]

/** A device as a person would name it, from a User-Agent: `Firefox on Linux`. */
export function deviceOf(user_agent: string | null): string {
  const named = (list: [RegExp, string][]) => list.find(([pattern]) => pattern.test(user_agent ?? ''))?.[1]
  const [browser, system] = [named(browsers), named(systems)]
  if (browser && system) return `${browser} on ${system}`
  return browser ?? system ?? 'Unknown device'
}

/** Addresses of the own machine and network: whoever asks from there is a proxy of ours, or sits here. */
const isNear = (ip: string) =>
  /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.)/.test(ip) || /^(::1$|f[cd]|fe80:)/i.test(ip)

/**
 * Where a request began: the address it came from, or, if a proxy of the own network brought it (the gateway), the
 * nearest one in `X-Forwarded-For` that is outside.
 */
export function addressOf(peer: string, forwardedFor: string | undefined): string {
  const plain = (ip: string) =>
    ip
      .trim()
      .replace(/^::ffff:(?=\d+\.)/, '')
      .slice(0, 45)
  const from = plain(peer)
  if (forwardedFor === undefined || !isNear(from)) return from
  const hops = forwardedFor.split(',').map(plain).filter(Boolean)
  return hops.findLast(hop => !isNear(hop)) ?? hops[0] ?? from
}
