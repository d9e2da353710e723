import { type ChaosOptions, defaultOptions } from './options.ts'

export interface Verdict {
  /** `invalid`: under 90 % success outside fault windows, or the run itself failed; it proves nothing. */
  outcome: 'pass' | 'violations' | 'invalid'
  violations: { guarantee: number; what: string; evidence?: unknown }[]
  /** Why the run is invalid. */
  reasons: string[]
}

export interface ChaosRun {
  folder: string
  verdict: Verdict
}

/** Starts a platform, lets shoppers shop while things break, waits for quiet, keeps the evidence and has it judged. */
export async function runChaos(options: Partial<ChaosOptions>): Promise<ChaosRun> {
  const settings = { ...defaultOptions, ...options }
  throw new Error(`a run of ${settings.minutes} minutes cannot be started yet`)
}
