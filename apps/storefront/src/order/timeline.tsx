import { useFormats, useTexts } from '../shop.tsx'
import { orderTexts } from '../texts/order.ts'
import { styled } from '../ui/styled.ts'
import { momentsOf } from './moments.ts'
import type { Moment } from './order-queries.ts'

const List = styled('ol')(({ theme }) => ({
  display: 'grid',
  '& li': { position: 'relative', paddingLeft: 28, paddingBottom: 20 },
  '& li:last-of-type': { paddingBottom: 0 },
  '& li::before': {
    content: '""',
    position: 'absolute',
    left: 3,
    top: 7,
    width: 10,
    height: 10,
    borderRadius: 999,
    background: theme.vars.palette.ink.line,
  },
  '& li:first-of-type::before': { background: theme.vars.palette.secondary.main },
  '& li:not(:last-of-type)::after': {
    content: '""',
    position: 'absolute',
    left: 7,
    top: 22,
    bottom: -2,
    width: 2,
    background: theme.vars.palette.divider,
  },
  '& strong': { display: 'block', fontWeight: 550 },
  '& time': { fontSize: '0.875rem', color: theme.vars.palette.text.secondary },
}))

/** What has happened to an order, the newest first. */
export function Timeline({ history }: { history: readonly Moment[] }) {
  const t = useTexts(orderTexts)
  const { dateTime } = useFormats()
  return (
    <List>
      {momentsOf(history)
        .toReversed()
        .map(({ kind, at }) => (
          <li key={`${at} ${kind}`}>
            <strong>{t.moments[kind]}</strong>
            <time dateTime={at}>{dateTime(at)}</time>
          </li>
        ))}
    </List>
  )
}
