/** Rows of the services' tables, as far as the checker reads them. */

export interface OrderRow {
  id: string
  number: string
  user_id: string | null
  email: string | null
  status: 'pending' | 'processing' | 'shipped' | 'delivered' | 'cancelled'
  payment_status: string
  goal: string
  payment_method: string | null
  cancel_reason: string | null
  currency: string
  subtotal_minor: number
  discount_minor: number
  shipping_minor: number
  tax_minor: number
  total_minor: number
  refunded_minor: number
  shipping_address: unknown
  cart_id: string | null
  coupon_code: string | null
  expires_at: string | null
  idempotency_scope: string | null
  idempotency_key: string | null
  created_at: string
}

export interface ItemRow {
  id: string
  order_id: string
  product_id: string
  quantity: number
  price_minor: number
  subtotal_minor: number
  refunded_quantity?: number
  refunded_minor?: number
}

/** A refund of lines of an order, or of an amount; its lines are a table of their own. */
export interface OrderRefundRow {
  id: string
  order_id: string
  amount_minor: number
  restock: boolean
  status: 'asked' | 'made' | 'refused'
  idempotency_key: string | null
  lines: OrderRefundLineRow[]
}

export interface OrderRefundLineRow {
  refund_id: string
  item_id: string
  quantity: number
  amount_minor: number
}

export interface HistoryRow {
  id: number
  order_id: string
  status: string
  payment_status: string
  note: string | null
  at: string
}

export interface AttemptRow {
  order_id: string
  attempt: number
  idempotency_key: string | null
  outcome: string | null
}

export interface PaymentRow {
  id: string
  order_id: string
  attempt: number
  provider_key: string
  status: string
  amount_minor: number
  captured_minor: number
  refunded_minor: number
  refunding_minor: number
  currency: string
  provider: string
  provider_reference: string | null
  payment_method: string | null
  at_once: boolean
  wanted: string | null
  next_check_at: string | null
}

export interface PaymentOrderRow {
  order_id: string
  closed_at: string | null
  next_check_at: string | null
}

export interface RefundRow {
  id: string
  payment_id: string
  amount_minor: number
  status: 'pending' | 'succeeded' | 'failed'
  idempotency_key: string | null
  provider_reference: string | null
}

export interface LedgerRow {
  id: string
  transaction_id: string
  account: string
  amount_minor: number
  currency: string
  payment_id: string
  order_id: string
  kind: string
}

export interface StockRow {
  product_id: string
  on_hand: number
  reserved: number
  revision: number
}

export interface ReservationRow {
  order_id: string
  status: 'held' | 'committed' | 'released' | 'expired'
  expires_at: string
}

export interface ReservationLineRow {
  order_id: string
  product_id: string
  quantity: number
  returned?: number
}

export interface MovementRow {
  id: string
  product_id: string
  delta: number
  reason: string
  order_id: string | null
  on_hand: number
  idempotency_key: string | null
  created_at: string
}

export interface ProductRow {
  id: string
  sku: string
  slug: string
  name: string
  price_minor: number
  currency: string
  is_active: boolean
  stock_available: number
  variant_count: number
  stock_revision: number
  deleted_at: string | null
}

export interface CartRow {
  id: string
  user_id: string | null
  status: 'open' | 'ordered' | 'merged'
}

export interface UserRow {
  id: string
  email: string
  role: string
  erased_at: string | null
}

export interface EventRow {
  topic: string
  position: number
  event_id: string
  /** Said again by a relay that died, where the log does not know what it has: it counts for nothing but the end of its topic. */
  is_repeat?: boolean
  message: {
    id: string
    name: string
    version: number
    service: string
    aggregate_id: string
    payload: any
    correlation_id: string
    occurred_at: string
  }
}

/** One line of the provider's journal; notes have no `n`. */
export interface ProviderLine {
  n?: number
  at: string
  type: string
  payment_id: string
  key: string
  amount: number
  currency: string
  reference: string
  refund_id?: string
  /** Of the first entry of a payment: it was to be captured with its authorisation. */
  at_once?: true
}

export interface MailLine {
  n: number
  at: string
  message_id: string
  to: string[]
  subject: string
  headers: Record<string, string>
  text?: string
}
