import { nextStep as decide, type Facts, type Step } from '../../services/order/src/order.ts'

export * from '../../services/order/src/order.ts'

/** How often each decision was taken: `goal stock payment → step`. */
export const decisions = new Map<string, number>()

/** The decider the checkout calls in the simulation: the real one, and a note of what it was asked. */
export function nextStep(facts: Facts): Step {
  const step = decide(facts)
  const decision = `${facts.goal} ${facts.stock} ${facts.payment} → ${step}`
  decisions.set(decision, (decisions.get(decision) ?? 0) + 1)
  return step
}
