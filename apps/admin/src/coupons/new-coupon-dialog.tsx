import { createCoupon } from '@shopfleet/contracts'
import { useQueryClient } from '@tanstack/react-query'
import { api } from '../api.ts'
import { Check, Field, Row, Select, useForm } from '../ui/form.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { useNotice } from '../ui/notice.tsx'
import { couponsKey, momentIn, numberIn } from './coupon-key.ts'

const initial = {
  ...{ code: '', description: '', kind: 'percent', percent: '10', amount: '', currency: 'USD', min_subtotal: '' },
  ...{ starts_at: '', ends_at: '', max_uses: '', once_per_customer: false },
}

/** What a coupon takes off and who may use it is said once, here. */
export function NewCouponDialog({ onClose }: { onClose: () => void }) {
  const notice = useNotice()
  const queries = useQueryClient()
  const form = useForm({
    initial,
    send(typed) {
      const isPercent = typed.kind === 'percent'
      const min_subtotal = numberIn(typed.min_subtotal)
      return api.call(createCoupon, {
        body: {
          code: typed.code.trim(),
          description: typed.description.trim(),
          ...(isPercent ? { percent: numberIn(typed.percent) } : { amount: numberIn(typed.amount) }),
          ...(isPercent && min_subtotal === undefined ? {} : { currency: typed.currency.trim().toUpperCase() }),
          min_subtotal,
          starts_at: momentIn(typed.starts_at),
          ends_at: momentIn(typed.ends_at),
          max_uses: numberIn(typed.max_uses) ?? null,
          once_per_customer: typed.once_per_customer,
        },
      })
    },
    done({ code }) {
      void queries.invalidateQueries({ queryKey: couponsKey })
      notice({ text: `${code} can be used` })
      onClose()
    },
  })
  const isPercent = form.values.kind === 'percent'
  const shrunk = { inputLabel: { shrink: true } }
  return (
    <FormDialog title="New coupon" act="Make coupon" form={form} onClose={onClose}>
      <Field
        form={form}
        name="code"
        label="Code"
        required
        autoFocus
        helperText="Letters, digits, - and _; at least three"
      />
      <Field form={form} name="description" label="What for" helperText="Shoppers read it beside the code" />
      <Row>
        <Select
          form={form}
          name="kind"
          label="Takes off"
          choices={[
            { value: 'percent', label: 'A percentage' },
            { value: 'amount', label: 'An amount' },
          ]}
        />
        {isPercent ? (
          <Field form={form} name="percent" label="Percent" required />
        ) : (
          <Field form={form} name="amount" label="Amount" required />
        )}
      </Row>
      <Row>
        <Field form={form} name="min_subtotal" label="From a subtotal of" helperText="Empty: any" />
        <Field form={form} name="currency" label="Currency" helperText="Of the amounts" />
      </Row>
      <Row>
        <Field form={form} name="starts_at" label="From" type="datetime-local" slotProps={shrunk} />
        <Field form={form} name="ends_at" label="Until" type="datetime-local" slotProps={shrunk} />
      </Row>
      <Field form={form} name="max_uses" label="Uses in all" helperText="Empty: no limit, and none later" />
      <Check form={form} name="once_per_customer" label="Once for each customer" />
    </FormDialog>
  )
}
