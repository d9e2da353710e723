/**
 * What happens to a message instead of being taken with a plain 250:
 * - `temporary`: refused with 451; not taken
 * - `permanent`: refused with 550; not taken
 * - `hang`: no answer, the connection is destroyed after a while; not taken
 * - `drop`: taken, and the connection is destroyed before the answer: the sender does not know
 * - `slow`: taken, and answered late
 */
export const faultNames = ['temporary', 'permanent', 'hang', 'drop', 'slow'] as const
export type Fault = (typeof faultNames)[number]

/** Set from outside, for whatever comes: `times` messages, each with the probability `share`. */
export type Rule = { fault: Fault; times: number; share: number }

export type Faults = ReturnType<typeof createFaults>

/**
 * Which fault a message meets. The local part of a recipient says so: `drop@…`, `temporary+anything@…` for the first
 * delivery of each message (the next one is taken), `temporary-always@…` for all. `permanent` is for all anyway.
 */
export function createFaults() {
  let rule: Rule | undefined
  /** Messages that met the fault of their recipient once. */
  const met = new Set<string>()

  function ofRecipient(address: string): { fault: Fault; always: boolean } | undefined {
    const local = address.slice(0, address.lastIndexOf('@')).toLowerCase().split('+', 1)[0]!
    const fault = faultNames.find(name => local === name || local === `${name}-always`)
    return fault && { fault, always: local.endsWith('-always') || fault === 'permanent' || fault === 'slow' }
  }

  return {
    get rule() {
      return rule
    },
    set(next: Rule | undefined) {
      rule = next
    },

    /** `hasTaken`: the message was taken before, so a fault of its first delivery is behind it, also over a restart. */
    choose(recipients: string[], message_id: string, hasTaken: boolean): Fault | undefined {
      for (const address of recipients) {
        const found = ofRecipient(address)
        if (!found) continue
        if (found.always) return found.fault
        const key = `${found.fault} ${message_id}`
        if (hasTaken || met.has(key)) continue
        met.add(key)
        return found.fault
      }
      if (!rule || rule.times <= 0 || Math.random() >= rule.share) return undefined
      rule.times--
      return rule.fault
    },
  }
}
