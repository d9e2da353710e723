import { useProfile } from '../profile.ts'
import { useTexts } from '../shop.tsx'
import { browseTexts } from '../texts/browse.ts'
import { styled } from '../ui/styled.ts'

const Line = styled('p')(({ theme }) => ({
  display: 'flex',
  alignItems: 'center',
  gap: 10,
  fontSize: '0.9375rem',
  fontWeight: 550,
  '&::before': { content: '""', width: 9, height: 9, borderRadius: 9, background: 'currentColor' },
  '&[data-stock=good]': { color: theme.vars.palette.stock.good },
  '&[data-stock=low]': { color: theme.vars.palette.stock.low },
  '&[data-stock=none]': { color: theme.vars.palette.stock.none },
}))

/** How many there are, as it is this moment; told again when it changes. */
export function StockLine({ quantity }: { quantity: number }) {
  const t = useTexts(browseTexts)
  const { low_stock_threshold } = useProfile()
  const state = quantity < 1 ? 'none' : quantity < low_stock_threshold ? 'low' : 'good'
  const text = { none: t.soldOut, low: t.lowStock(quantity), good: t.inStock }[state]
  return (
    <Line role="status" data-stock={state}>
      {text}
    </Line>
  )
}
