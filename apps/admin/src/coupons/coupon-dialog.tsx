import Button from '@mui/material/Button'
import { type Coupon, deleteCoupon, updateCoupon } from '@shopfleet/contracts'
import { useQueryClient } from '@tanstack/react-query'
import { api } from '../api.ts'
import { problemText } from '../problem.ts'
import { Check, Field, Row, useForm } from '../ui/form.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { useNotice } from '../ui/notice.tsx'
import { couponsKey, momentIn, numberIn, typedOf } from './coupon-key.ts'

/** When and how often a coupon may be used; switching it off. */
export function CouponDialog({ coupon, onClose }: { coupon: Coupon; onClose: () => void }) {
  const notice = useNotice()
  const queries = useQueryClient()
  const params = { id: coupon.id }
  function finish(text: string) {
    void queries.invalidateQueries({ queryKey: couponsKey })
    notice({ text })
    onClose()
  }
  const form = useForm({
    initial: {
      description: coupon.description,
      starts_at: typedOf(coupon.starts_at),
      ends_at: typedOf(coupon.ends_at),
      max_uses: coupon.max_uses === null ? '' : String(coupon.max_uses),
      is_active: coupon.is_active,
    },
    send: ({ description, starts_at, ends_at, max_uses, is_active }) =>
      api.call(updateCoupon, {
        params,
        body: {
          description: description.trim(),
          // To the minute is all that the fields show: what was not changed stays to the millisecond.
          ...(starts_at === typedOf(coupon.starts_at) ? {} : { starts_at: momentIn(starts_at) }),
          ...(ends_at === typedOf(coupon.ends_at) ? {} : { ends_at: momentIn(ends_at) }),
          max_uses: numberIn(max_uses) ?? null,
          is_active,
        },
      }),
    done: ({ code }) => finish(`${code} is changed`),
  })
  async function remove() {
    try {
      await api.call(deleteCoupon, { params })
      finish(`${coupon.code} is deleted`)
    } catch (error) {
      notice({ text: problemText(error), kind: 'error' })
    }
  }
  const shrunk = { inputLabel: { shrink: true } }
  return (
    <FormDialog title={`Coupon ${coupon.code}`} act="Save" form={form} onClose={onClose}>
      <Field form={form} name="description" label="What for" autoFocus />
      <Row>
        <Field form={form} name="starts_at" label="From" type="datetime-local" slotProps={shrunk} />
        <Field form={form} name="ends_at" label="Until" type="datetime-local" slotProps={shrunk} />
      </Row>
      <Field form={form} name="max_uses" label="Uses in all" helperText={`${coupon.uses} so far`} />
      <Check form={form} name="is_active" label="It can be used" />
      {coupon.uses === 0 ? (
        <Button color="error" onClick={() => void remove()} sx={{ justifySelf: 'start', alignSelf: 'flex-start' }}>
          Delete
        </Button>
      ) : null}
    </FormDialog>
  )
}
