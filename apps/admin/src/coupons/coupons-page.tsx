import Add from '@mui/icons-material/Add'
import Button from '@mui/material/Button'
import { type Coupon, listCoupons } from '@shopfleet/contracts'
import { useState } from 'react'
import { api } from '../api.ts'
import { count, day, money } from '../formats.ts'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Empty, Page, Section } from '../ui/page.tsx'
import { Status } from '../ui/status.tsx'
import { CouponDialog } from './coupon-dialog.tsx'
import { couponsKey } from './coupon-key.ts'
import { NewCouponDialog } from './new-coupon-dialog.tsx'

/** Whether it can be used now. */
export function standing(coupon: Coupon, now = new Date().toISOString()) {
  if (!coupon.is_active) return { label: 'Off', tone: 'quiet' } as const
  if (coupon.ends_at !== null && coupon.ends_at <= now) return { label: 'Over', tone: 'quiet' } as const
  if (coupon.max_uses !== null && coupon.uses >= coupon.max_uses) return { label: 'Used up', tone: 'warn' } as const
  if (coupon.starts_at !== null && coupon.starts_at > now) return { label: 'Not yet', tone: 'busy' } as const
  return { label: 'On', tone: 'good' } as const
}

export const worth = ({ percent, amount, currency }: Coupon): string =>
  percent === null ? money(amount!, currency!) : `${percent} %`

const window = ({ starts_at, ends_at }: Coupon): string =>
  [starts_at && `from ${day(starts_at)}`, ends_at && `until ${day(ends_at)}`].filter(Boolean).join(' ') || 'always'

const columns: Column<Coupon>[] = [
  { name: 'code', label: 'Code', value: one => one.code, flex: 1.4, isLink: true },
  { name: 'worth', label: 'Takes off', value: worth, width: 110 },
  { name: 'description', label: 'What for', value: one => one.description, flex: 1.4, from: 'md' },
  {
    name: 'min_subtotal',
    label: 'From',
    value: one => (one.min_subtotal === null ? '' : money(one.min_subtotal, one.currency!)),
    width: 100,
    from: 'lg',
  },
  { name: 'window', label: 'When', value: window, flex: 1, from: 'lg' },
  {
    name: 'uses',
    label: 'Uses',
    value: one => one.uses,
    cell: one => (one.max_uses === null ? count(one.uses) : `${count(one.uses)} of ${count(one.max_uses)}`),
    width: 110,
    align: 'right',
  },
  {
    name: 'status',
    label: 'Status',
    value: one => standing(one).label,
    cell: one => <Status of="coupon" {...standing(one)} />,
    width: 110,
    from: 'sm',
  },
]

/** Codes that take something off an order. */
export function Component() {
  const [isAdding, setAdding] = useState(false)
  const [open, setOpen] = useState<Coupon>()
  const add = (
    <Button variant="contained" startIcon={<Add />} onClick={() => setAdding(true)}>
      New coupon
    </Button>
  )
  return (
    <Page
      title="Coupons"
      lead="Codes that take something off an order, with the orders they were used for."
      actions={add}
    >
      <Section isFlush>
        <DataTable
          name="coupons"
          label="Coupons"
          queryKey={couponsKey}
          load={query => api.call(listCoupons, { query })}
          columns={columns}
          onOpen={setOpen}
          empty={
            <Empty
              title="There are no coupons"
              hint="A code takes a percentage or an amount off an order."
              action={add}
            />
          }
        />
      </Section>
      {isAdding ? <NewCouponDialog onClose={() => setAdding(false)} /> : null}
      {open ? <CouponDialog key={open.id} coupon={open} onClose={() => setOpen(undefined)} /> : null}
    </Page>
  )
}
