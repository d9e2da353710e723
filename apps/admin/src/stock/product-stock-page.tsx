import Box from '@mui/material/Box'
import Button from '@mui/material/Button'
import Stack from '@mui/material/Stack'
import Typography from '@mui/material/Typography'
import { adjustStock, getStock, listMovements, type Movement, type Stock, setStock } from '@shopfleet/contracts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import type { Static } from 'typebox'
import { api } from '../api.ts'
import { count, shortId } from '../formats.ts'
import { useLive } from '../live.ts'
import { FieldErrors, problemText } from '../problem.ts'
import { useMay } from '../session/session.ts'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Field, Form, useForm } from '../ui/form.tsx'
import { useNotice } from '../ui/notice.tsx'
import { Columns, Empty, Failed, Loading, Page, Section } from '../ui/page.tsx'
import { Time } from '../ui/time.tsx'
import { productQuery } from './stock-names.ts'

type Moved = Static<typeof Movement>
const signed = (delta: number) => (delta > 0 ? `+${count(delta)}` : `−${count(-delta)}`)

const columns: Column<Moved>[] = [
  {
    name: 'created_at',
    label: 'When',
    value: one => one.created_at,
    cell: one => <Time at={one.created_at} isRelative={false} />,
    width: 190,
  },
  {
    name: 'delta',
    label: 'Change',
    value: one => one.delta,
    cell: one => signed(one.delta),
    width: 90,
    align: 'right',
  },
  {
    name: 'on_hand',
    label: 'On hand then',
    value: one => one.on_hand,
    cell: one => count(one.on_hand),
    width: 120,
    align: 'right',
    from: 'sm',
  },
  { name: 'reason', label: 'Reason', value: one => one.reason, flex: 2 },
  {
    name: 'order_id',
    label: 'Order',
    value: one => one.order_id,
    width: 110,
    from: 'md',
    cell: one => (one.order_id ? <Link to={`/orders/${one.order_id}`}>…{shortId(one.order_id)}</Link> : '—'),
  },
]

/** The stock of one product: how it stands, changes with their reason, and everything that moved it. */
export function Component() {
  const { id } = useParams() as { id: string }
  const mayCatalogue = useMay('catalogue')
  const queries = useQueryClient()
  const key = ['stock', 'one', id]
  const {
    data: stock,
    error,
    refetch,
  } = useQuery({ queryKey: key, queryFn: () => api.call(getStock, { params: { product_id: id } }) })
  const { data: product } = useQuery(productQuery(id, mayCatalogue))
  const refresh = () =>
    void queries.invalidateQueries({ queryKey: ['stock'], predicate: query => query.queryKey[1] !== 'product' })
  useLive({ channel: 'products', product_ids: [id] }, { heard: refresh, stale: () => {} })
  const title = product?.name ?? `Product …${shortId(id)}`
  return (
    <Page
      title={title}
      back={{ to: '/stock', label: 'To the stock' }}
      lead={product?.sku}
      actions={
        mayCatalogue ? (
          <Button component={Link} to={`/products/${id}`} variant="outlined" color="secondary">
            Product
          </Button>
        ) : null
      }
    >
      {error ? <Failed error={error} retry={refetch} /> : null}
      {!stock && !error ? <Loading /> : null}
      {stock ? (
        <Columns
          main={
            <>
              <Levels stock={stock} />
              <Section title="History" isFlush>
                <DataTable
                  name={`stock-history-${id}`}
                  label="Movements"
                  queryKey={['stock', 'movements', id]}
                  load={query => api.call(listMovements, { params: { product_id: id }, query })}
                  columns={columns}
                  empty={<Empty title="Nothing moved yet" />}
                />
              </Section>
            </>
          }
          side={
            <>
              <AdjustForm id={id} onChanged={refresh} />
              <CountForm key={stock.on_hand} stock={stock} onChanged={refresh} />
            </>
          }
        />
      ) : null}
    </Page>
  )
}

function Levels({ stock }: { stock: Stock }) {
  const levels = [
    ['Available', stock.available],
    ['Reserved', stock.reserved],
    ['On hand', stock.on_hand],
  ] as const
  return (
    <Box sx={{ display: 'grid', gridTemplateColumns: 'repeat(3, minmax(0, 1fr))', gap: 2 }}>
      {levels.map(([name, value]) => (
        <Section key={name}>
          <Typography variant="body2" color="textSecondary">
            {name}
          </Typography>
          <Typography sx={{ fontSize: '1.5rem', fontWeight: 620, fontVariantNumeric: 'tabular-nums' }}>
            {count(value)}
          </Typography>
        </Section>
      ))}
    </Box>
  )
}

const wholeNumber = (text: string) => /^[+−-]?\d{1,9}$/.test(text.trim())

function AdjustForm({ id, onChanged }: { id: string; onChanged: () => void }) {
  const notice = useNotice()
  const [key, setKey] = useState(() => crypto.randomUUID())
  const adjust = (delta: number, reason: string, idempotency_key: string) =>
    api.call(
      adjustStock,
      { params: { product_id: id }, body: { delta, reason } },
      { 'idempotency-key': idempotency_key },
    )

  async function takeBack(delta: number, reason: string) {
    try {
      await adjust(-delta, `undone: ${reason}`.slice(0, 200), crypto.randomUUID())
      notice({ text: `${signed(-delta)} again` })
    } catch (error) {
      notice({ text: problemText(error), kind: 'error' })
    }
    onChanged()
  }
  const form = useForm({
    initial: { delta: '', reason: '' },
    draft: `stock ${id}`,
    async send({ delta, reason }) {
      const errors: Record<string, string> = {}
      const by = Number(delta.replace('−', '-'))
      if (!wholeNumber(delta) || by === 0) errors.delta = 'A whole number other than zero, with a minus to take away.'
      if (reason.trim() === '') errors.reason = 'Why it changes: whoever counts next year will ask.'
      if (Object.keys(errors).length > 0) throw new FieldErrors(errors)
      return adjust(by, reason.trim(), key)
    },
    done(movement, { reason }) {
      setKey(crypto.randomUUID())
      form.reset({ delta: '', reason: '' })
      notice({
        text: `${signed(movement.delta)}, now ${count(movement.on_hand)} on hand`,
        undo: { act: () => void takeBack(movement.delta, reason.trim()) },
      })
      onChanged()
    },
  })
  return (
    <Section title="Adjust">
      <Form form={form} label="Adjust stock" act="Adjust">
        <Stack sx={{ gap: 2, pt: 1 }}>
          <Field
            form={form}
            name="delta"
            label="Change"
            placeholder="+24 or −3"
            required
            slotProps={{ htmlInput: { inputMode: 'text' } }}
          />
          <Field
            form={form}
            name="reason"
            label="Reason"
            placeholder="Delivery, breakage, return…"
            required
            slotProps={{ htmlInput: { maxLength: 200 } }}
          />
        </Stack>
      </Form>
    </Section>
  )
}

function CountForm({ stock, onChanged }: { stock: Stock; onChanged: () => void }) {
  const notice = useNotice()
  const form = useForm({
    initial: { on_hand: String(stock.on_hand) },
    async send({ on_hand }) {
      if (!/^\d{1,9}$/.test(on_hand.trim())) throw new FieldErrors({ on_hand: 'A whole number, zero or more.' })
      return api.call(setStock, { params: { product_id: stock.product_id }, body: { on_hand: Number(on_hand) } })
    },
    done(answer) {
      notice({ text: `${count(answer.on_hand)} on hand` })
      onChanged()
    },
  })
  return (
    <Section title="Stock take">
      <Form form={form} label="Stock take" act="Set" onlyChanged>
        <Field
          form={form}
          name="on_hand"
          label="Counted on hand"
          helperText="Reserved units included. The difference is written into the history."
          sx={{ mt: 1 }}
          slotProps={{ htmlInput: { inputMode: 'numeric' } }}
        />
      </Form>
    </Section>
  )
}
