import { placeOrder } from '@shopfleet/contracts'
import { Pool } from 'undici'

export interface PurchaseRun {
  per_second: number
  p50_ms: number
  p97_5_ms: number
  p99_ms: number
  done: number
  errors: number
}

/**
 * Closed loop: `shoppers` buy one after the other for `duration_s`, each a whole guest checkout (stock, payment at the
 * simulator, ledger, events), spread over `product_ids`. Refusals for want of stock count as errors.
 */
export async function measurePurchases(
  gateway: string,
  { product_ids, shoppers, duration_s }: { product_ids: string[]; shoppers: number; duration_s: number },
): Promise<PurchaseRun> {
  const pool = new Pool(gateway, { connections: shoppers, pipelining: 1 })
  const times: number[] = []
  let errors = 0
  let next = 0
  const end = performance.now() + duration_s * 1000
  const shop = async () => {
    while (performance.now() < end) {
      const product_id = product_ids[next++ % product_ids.length]
      const started = performance.now()
      const answer = await pool.request({
        method: placeOrder.method,
        path: placeOrder.path,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ product_id, email: 'bench@example.com', payment_method: 'tok_webhook_never' }),
      })
      await answer.body.dump()
      if (answer.statusCode === 201) times.push(performance.now() - started)
      else errors++
    }
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: shoppers }, shop))
  const elapsed_s = (performance.now() - started) / 1000
  await pool.close()
  times.sort((a, b) => a - b)
  const at = (q: number) => Math.round((times[Math.floor(times.length * q)] ?? 0) * 10) / 10
  return {
    per_second: Math.round(times.length / elapsed_s),
    p50_ms: at(0.5),
    p97_5_ms: at(0.975),
    p99_ms: at(0.99),
    done: times.length,
    errors,
  }
}
