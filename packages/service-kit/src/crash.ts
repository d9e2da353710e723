import { currentContext } from '@shopfleet/messaging'

/** Requests whose correlation id begins with this are the ones that are crashed. */
export const crashCorrelation = 'crash-'

/**
 * A boundary that kills the process, without warning, at the n-th durable boundary (before and after each commit and
 * outgoing call) of requests marked for it: `CRASH_AT=n`. Undefined without that setting, and always in production.
 * With n = 0 it only counts; each boundary is told to `onReached`.
 */
export function createCrashBoundary(
  env: Record<string, string | undefined>,
  onReached: (n: number, name: string) => void = () => {},
): ((name: string) => void) | undefined {
  if (env.CRASH_AT === undefined || env.NODE_ENV === 'production') return undefined
  const at = Number(env.CRASH_AT)
  let reached = 0
  return name => {
    if (!currentContext().correlation_id.startsWith(crashCorrelation)) return
    reached++
    onReached(reached, name)
    if (reached === at) process.kill(process.pid, 'SIGKILL')
  }
}
