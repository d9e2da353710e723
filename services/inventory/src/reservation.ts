/** One product of a reservation. */
export interface Line {
  product_id: string
  quantity: number
}

/**
 * Lines of one product summed into one, in product order: a product listed twice is checked as a whole, and every
 * order locks its products in the same order, so that two orders never wait for each other.
 */
export function mergeLines(lines: readonly Line[]): Line[] {
  const sums = new Map<string, number>()
  for (const { product_id, quantity } of lines) {
    const id = product_id.toLowerCase()
    sums.set(id, (sums.get(id) ?? 0) + quantity)
  }
  return [...sums]
    .map(([product_id, quantity]) => ({ product_id, quantity }))
    .sort((a, b) => (a.product_id < b.product_id ? -1 : 1))
}
