import { type Facts, nextStep, type Step } from '../../services/order/src/order.ts'

/**
 * What the world may answer to a step, as far as the checkout tells answers apart, and as far as the services keep their
 * word: stock is sold after the money is held and released only for an order that is being cancelled; a payment that was
 * refused or undone stays so.
 */
function outcomes(step: Step, facts: Facts): Facts[] {
  const stock = (...values: Facts['stock'][]) => values.map(value => ({ ...facts, stock: value }))
  const payment = (...values: Facts['payment'][]) => values.map(value => ({ ...facts, payment: value }))
  /** Somebody else was there first: what is true is read anew. */
  const anew = (...goals: Facts['goal'][]) =>
    goals.map((now): Facts => ({ goal: now, stock: 'unknown', payment: 'unknown' }))
  const overtaken = anew('hold', 'pay', 'cancel', 'none')
  switch (step) {
    case 'rest':
    case 'wait':
      return []
    case 'reserve':
      // Sold also for one who is late: another has held it meanwhile, and it was paid. Such a one settles nothing.
      return stock('held', 'committed', 'short', 'closed')
    case 'authorise':
      return payment(
        'authorised',
        'captured',
        'in_doubt',
        'undone',
        // Of a card before the one that paid, when the stock is sold.
        'refused',
      )
    case 'commit':
      return facts.payment === 'captured' ? stock('committed', 'closed') : stock('committed', 'short', 'closed')
    case 'capture':
      return payment('captured', 'in_doubt', 'undone')
    case 'close-payments':
      // From a payment that was over before, or from one that nothing is known of.
      return facts.stock === 'unknown' || facts.stock === 'short' ? payment('undone', 'in_doubt') : payment('undone')
    case 'release':
      return stock('released')
    case 'cancel':
      return facts.stock === 'closed' ? anew('cancel', 'none') : [...overtaken, turned(facts)]
    case 'settle-held':
      return facts.stock === 'committed' ? overtaken : [...overtaken, { ...facts, goal: 'none' }]
    case 'fail-payment':
      if (facts.stock === 'committed') return overtaken
      return [...overtaken, turned(facts), { ...facts, goal: 'none' }]
    default:
      return [...overtaken, { ...facts, goal: 'none' }]
  }
}

/** Turned to undoing: what never was asked for need not be undone. */
const turned = (facts: Facts): Facts => ({
  ...facts,
  goal: 'cancel',
  payment: facts.payment === 'untouched' ? 'untouched' : 'unknown',
})

/** Every decision the checkout can come to from where a drive begins, with any answers on the way. */
export function reachableDecisions(): Set<string> {
  const decisions = new Set<string>()
  const open: Facts[] = (['hold', 'pay', 'cancel'] as const).flatMap(goal =>
    (['untouched', 'unknown'] as const)
      // Only the request that has just recorded the order knows that nobody was asked for a payment.
      .filter(payment => payment === 'unknown' || goal !== 'cancel')
      .map(payment => ({ goal, stock: 'unknown' as const, payment })),
  )
  const seen = new Set<string>()
  for (let facts = open.pop(); facts; facts = open.pop()) {
    const name = `${facts.goal} ${facts.stock} ${facts.payment}`
    if (seen.has(name)) continue
    seen.add(name)
    const step = nextStep(facts)
    decisions.add(`${name} → ${step}`)
    open.push(...outcomes(step, facts))
  }
  return decisions
}
