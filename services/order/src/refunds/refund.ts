import { allocate, type OrderRefund, type RefundableLine, toMajor } from '@shopfleet/contracts'

/* Refunds: what lines were paid with and how a refund is shown. Pure. What units of a line come to is `refundOfLine`. */

/** An order as far as it says what each of its lines was paid with. */
export interface PaidOrder {
  discount_minor: number
  tax_minor: number
  items: { subtotal_minor: number }[]
}

/**
 * What was paid for each line: its share of the discount taken off, its share of the tax on top. Both are split to the
 * unit, so with the shipping the lines add up to the total of the order.
 */
export function paidOfLines({ discount_minor, tax_minor, items }: PaidOrder): number[] {
  const subtotals = items.map(item => item.subtotal_minor)
  if (discount_minor === 0 && tax_minor === 0) return subtotals
  const discounts = allocate(discount_minor, subtotals)
  const discounted = subtotals.map((subtotal, i) => subtotal - discounts[i]!)
  const taxes = allocate(tax_minor, discounted)
  return discounted.map((amount, i) => amount + taxes[i]!)
}

/** A line of an order, with what it takes to give it back. */
export function refundable<Item extends PaidOrder['items'][number]>(
  order: Omit<PaidOrder, 'items'> & { items: Item[] },
): (Item & Pick<RefundableLine, 'paid_minor'>)[] {
  const paid = paidOfLines(order)
  return order.items.map((item, i) => ({ ...item, paid_minor: paid[i]! }))
}

export interface RefundLineRow {
  item_id: string
  product_id: string
  product_name: string
  quantity: number
  amount_minor: number
}

export interface RefundRow {
  id: string
  order_id: string
  amount_minor: number
  restock: boolean
  reason: string | null
  status: 'asked' | 'made' | 'refused'
  refusal: object | null
  request_hash: string
  currency: string
  created_at: string
  lines: RefundLineRow[]
}

export function refundToWire(row: RefundRow, for_staff: boolean): OrderRefund {
  const { id, order_id, status, currency, created_at } = row
  const major = (minor: number) => toMajor(minor, currency)
  return {
    ...{ id, order_id, status, currency, created_at },
    amount: major(row.amount_minor),
    lines: row.lines.map(({ item_id, product_name, quantity, amount_minor }) => ({
      ...{ item_id, product_name, quantity, amount: major(amount_minor) },
    })),
    is_restocked: row.restock && row.status === 'made' && row.lines.length > 0,
    reason: for_staff ? row.reason : null,
  }
}
