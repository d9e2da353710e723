import Box from '@mui/material/Box'
import Stack from '@mui/material/Stack'
import TextField from '@mui/material/TextField'
import Typography from '@mui/material/Typography'
import { type Order, refundOfLine, refundOrder, toMajor, toMinor } from '@shopfleet/contracts'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api.ts'
import { count, money } from '../formats.ts'
import { FieldErrors } from '../problem.ts'
import { Check, Field, useForm } from '../ui/form.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { useNotice } from '../ui/notice.tsx'
import { ordersKey } from './order-queries.ts'

/** Lines and an amount to give back, and what that comes to before it is done. */

type Item = Order['items'][number]
type Chosen = { item_id: string; quantity: number }[]

const leftOf = (item: Item) => item.quantity - item.refunded_quantity

/** Whatever was typed, no more than are left. */
const unitsOf = (item: Item, typed: string | boolean | undefined): number =>
  Math.max(0, Math.min(leftOf(item), Math.floor(Number(typed) || 0)))

function comesTo(order: Order, lines: Chosen): number {
  const minor = (amount: number) => toMinor(amount, order.currency)
  return lines.reduce((sum, { item_id, quantity }) => {
    const { paid, refunded, ...item } = order.items.find(one => one.id === item_id)!
    return sum + refundOfLine({ ...item, paid_minor: minor(paid), refunded_minor: minor(refunded) }, quantity)
  }, 0)
}

/** What was typed as an amount, in minor units; nothing is nothing. Not a number: undefined. */
function readAmount(text: string, currency: string): number | undefined {
  const value = Number(text.trim().replace(',', '.').replace('−', '-'))
  try {
    return toMinor(value, currency)
  } catch {
    return undefined
  }
}

export function RefundDialog({ order, onClose }: { order: Order; onClose: () => void }) {
  const notice = useNotice()
  const queries = useQueryClient()
  // One for each wish, as long as the dialog is open: pressed twice, or sent again after a cut, it is one refund.
  const [keys] = useState(() => new Map<string, string>())
  const { currency, items } = order
  const show = (minor: number) => money(toMajor(minor, currency), currency)
  const left_minor = toMinor(order.total, currency) - toMinor(order.refunded, currency)
  const chosenOf = (values: Record<string, string | boolean>): Chosen =>
    items.flatMap(item => {
      const quantity = unitsOf(item, values[item.id])
      return quantity > 0 ? [{ item_id: item.id, quantity }] : []
    })
  const form = useForm({
    initial: {
      ...Object.fromEntries(items.map(item => [item.id, '0'])),
      amount: '',
      // What has not left the house is still there.
      restock: order.status === 'processing',
      reason: '',
    } as Record<string, string | boolean>,
    async send(values) {
      const lines = chosenOf(values)
      const beside = readAmount(String(values.amount), currency)
      if (beside === undefined) throw new FieldErrors({ amount: `An amount in ${currency}, or none.` })
      const total = comesTo(order, lines) + beside
      if (total <= 0) throw new FieldErrors({ amount: 'Choose items, or an amount above zero.' })
      if (total > left_minor) throw new FieldErrors({ amount: `At most ${show(left_minor)} is left.` })
      const reason = String(values.reason).trim()
      const body = {
        lines,
        ...(beside === 0 ? {} : { amount: toMajor(beside, currency) }),
        expected_total: toMajor(total, currency),
        restock: lines.length > 0 && values.restock === true,
        ...(reason ? { reason } : {}),
      }
      const wish = JSON.stringify(body)
      const key = keys.get(wish) ?? crypto.randomUUID()
      keys.set(wish, key)
      return api.call(refundOrder, { params: { id: order.id }, body }, { 'idempotency-key': key })
    },
    done(refund) {
      const isMade = refund.status === 'made'
      notice({
        text: isMade
          ? `${money(refund.amount, currency)} went back`
          : 'The provider has not confirmed yet: the refund is asked for until it is known',
        kind: isMade ? 'success' : 'info',
      })
      void queries.invalidateQueries({ queryKey: ['order', order.id] })
      void queries.invalidateQueries({ queryKey: ordersKey })
      onClose()
    },
  })
  const lines = chosenOf(form.values)
  const ofLines = comesTo(order, lines)
  const beside = readAmount(String(form.values.amount), currency)
  const total = ofLines + (beside ?? 0)
  return (
    <FormDialog title="Refund" act="Give back" form={form} isDangerous onClose={onClose}>
      <Typography variant="body2" color="textSecondary">
        {show(left_minor)} can go back. The customer is told, and sees which items. A refund cannot be taken back.
      </Typography>
      <Box component="ul" aria-label="Items" sx={{ m: 0, p: 0, listStyle: 'none' }}>
        {items.map(item => (
          <Line key={item.id} item={item} order={order} value={String(form.values[item.id])} form={form} />
        ))}
      </Box>
      <Field
        form={form}
        name="amount"
        label={`Beside the items, in ${currency}`}
        helperText="Shipping, or for a dent. With a minus: what is kept back."
        slotProps={{ htmlInput: { inputMode: 'text' } }}
      />
      {lines.length > 0 ? <Check form={form} name="restock" label="The items are in stock again" /> : null}
      <Field
        form={form}
        name="reason"
        label="Reason"
        helperText="For the books; the customer does not see it."
        slotProps={{ htmlInput: { maxLength: 200 } }}
      />
      <Stack
        direction="row"
        role="status"
        sx={{ justifyContent: 'space-between', borderTop: 1, borderColor: 'divider', pt: 1.5, fontWeight: 640 }}
      >
        <span>Comes to</span>
        <Box
          component="span"
          sx={{ fontVariantNumeric: 'tabular-nums', color: total > left_minor ? 'error.main' : undefined }}
        >
          {show(total)}
        </Box>
      </Stack>
    </FormDialog>
  )
}

interface LineProps {
  item: Item
  order: Order
  value: string
  form: ReturnType<typeof useForm<Record<string, string | boolean>>>
}

function Line({ item, order, value, form }: LineProps) {
  const left = leftOf(item)
  const quantity = unitsOf(item, value)
  const amount = toMajor(quantity > 0 ? comesTo(order, [{ item_id: item.id, quantity }]) : 0, order.currency)
  return (
    <Stack
      component="li"
      direction="row"
      sx={{ alignItems: 'center', gap: 1.5, py: 1, borderTop: 1, borderColor: 'divider' }}
    >
      <Box sx={{ flex: 1, minWidth: 0 }}>
        <Typography variant="body2" sx={{ fontWeight: 560, overflowWrap: 'anywhere' }}>
          {item.product_name}
        </Typography>
        <Typography variant="caption" color="textSecondary" component="div">
          {left === 0
            ? 'All given back'
            : `${count(left)} of ${count(item.quantity)} left · paid ${money(item.paid, order.currency)}`}
        </Typography>
      </Box>
      <TextField
        type="number"
        size="small"
        label="Units"
        name={item.id}
        id={`field-${item.id}`}
        value={value}
        disabled={left === 0}
        onChange={event => form.set(item.id, event.target.value)}
        onBlur={() => form.set(item.id, String(quantity))}
        slotProps={{
          htmlInput: { min: 0, max: left, step: 1, 'aria-label': `Units of ${item.product_name} to give back` },
        }}
        sx={{ width: 84, flex: 'none' }}
      />
      <Typography
        variant="body2"
        sx={{ width: 88, flex: 'none', textAlign: 'right', fontVariantNumeric: 'tabular-nums' }}
      >
        {money(amount, order.currency)}
      </Typography>
    </Stack>
  )
}
