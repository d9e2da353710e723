import type { ShopClient } from './client.ts'
import type { Figures } from './figures.ts'
import type { RunClock } from './history.ts'
import type { ChaosOptions } from './options.ts'
import type { Storm } from './storm.ts'

/** A line a second: how long it runs, what became of the requests, what is broken. */
export function showProgress(options: {
  options: ChaosOptions
  figures: Figures
  storm: Storm
  clock: RunClock
  client: ShopClient
  load_ms: number
}): { stop(): void } {
  const { figures, storm, clock, client } = options
  const began_ms = clock.t_ms()
  let before = { ...figures.counts, checkouts: figures.checkouts(), paid: figures.paid() }
  const timer = setInterval(() => {
    const now = { ...figures.counts, checkouts: figures.checkouts(), paid: figures.paid() }
    const since = (name: keyof typeof now) => now[name] - before[name]
    const elapsed = Math.round((clock.t_ms() - began_ms) / 1000)
    const broken = storm.current()
    options.options.say(
      [
        `${String(elapsed).padStart(4)}/${Math.round(options.load_ms / 1000)} s`,
        `ok ${String(since('ok')).padStart(4)} refused ${String(since('fail')).padStart(3)} unknown ${String(since('info')).padStart(3)}`,
        `checkouts ${String(now.checkouts).padStart(5)} paid ${String(now.paid).padStart(5)}`,
        `open ${String(client.underWay()).padStart(3)}`,
        broken.length > 0
          ? `faults ${storm.lines.filter(line => line.phase === 'begin').length}: ${broken.join(', ')}`
          : '',
      ].join('  '),
    )
    before = now
  }, 1000)
  return { stop: () => clearInterval(timer) }
}
