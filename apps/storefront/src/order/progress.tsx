import type { Order } from '@shopfleet/contracts'
import { useTexts } from '../shop.tsx'
import { orderTexts } from '../texts/order.ts'
import { Hidden } from '../ui/hidden.tsx'
import { Icon } from '../ui/icon.tsx'
import { styled } from '../ui/styled.ts'
import { stepsOf } from './steps.ts'

const Steps = styled('ol')(({ theme }) => ({
  display: 'grid',
  gridAutoFlow: 'column',
  gridAutoColumns: 'minmax(0, 1fr)',
  '& li': {
    position: 'relative',
    display: 'grid',
    justifyItems: 'center',
    gap: 10,
    textAlign: 'center',
    fontSize: '0.875rem',
    color: theme.vars.palette.text.secondary,
  },
  // The way from the step before.
  '& li + li::before': {
    content: '""',
    position: 'absolute',
    top: 21,
    right: 'calc(50% + 28px)',
    width: 'calc(100% - 56px)',
    height: 2,
    borderRadius: 2,
    background: theme.vars.palette.ink.line,
  },
  '& li[data-state=done] + li[data-state=done]::before, & li[data-state=done] + li[data-state=now]::before': {
    background: theme.vars.palette.secondary.main,
  },
  '& .dot': {
    display: 'grid',
    placeItems: 'center',
    width: 44,
    height: 44,
    borderRadius: 999,
    border: `2px solid ${theme.vars.palette.ink.line}`,
    transition: 'background .3s, border-color .3s, color .3s',
  },
  '& li[data-state=done]': { color: theme.vars.palette.text.primary },
  '& li[data-state=done] .dot': {
    background: theme.vars.palette.secondary.main,
    borderColor: theme.vars.palette.secondary.main,
    color: theme.vars.palette.secondary.contrastText,
  },
  '& li[data-state=now]': { color: theme.vars.palette.text.primary, fontWeight: 600 },
  '& li[data-state=now] .dot': {
    borderColor: theme.vars.palette.secondary.main,
    color: theme.vars.palette.secondary.main,
    animation: 'breathe 2.4s ease-in-out infinite',
  },
  '@keyframes breathe': {
    '50%': { boxShadow: `0 0 0 6px color-mix(in srgb, ${theme.vars.palette.secondary.main} 18%, transparent)` },
  },
  '& li[data-state=stop] .dot': { borderColor: theme.vars.palette.error.main, color: theme.vars.palette.error.main },
  '& li[data-state=stop]': { color: theme.vars.palette.error.main, fontWeight: 600 },
}))

export function Progress({ order }: { order: Pick<Order, 'status' | 'payment_status'> }) {
  const t = useTexts(orderTexts)
  const said = { done: t.done, now: t.now, open: t.open, stop: '' }
  return (
    <Steps aria-label={t.progress}>
      {stepsOf(order).map(({ name, icon, state }) => (
        <li key={name} data-state={state} aria-current={state === 'now' ? 'step' : undefined}>
          <span className="dot">
            <Icon name={icon} size={20} />
          </span>
          <span>
            {t.steps[name]}
            <Hidden>{said[state] ? `, ${said[state]}` : ''}</Hidden>
          </span>
        </li>
      ))}
    </Steps>
  )
}
