import { useTexts } from '../shop.tsx'
import { browseTexts } from '../texts/browse.ts'
import { Icon, type IconName } from '../ui/icon.tsx'
import { styled } from '../ui/styled.ts'

const List = styled('ul')(({ theme }) => ({
  display: 'grid',
  gap: 'clamp(18px, 2vw, 28px)',
  marginTop: 'clamp(32px, 4.5vw, 64px)',
  paddingBlock: 'clamp(22px, 2.6vw, 34px)',
  borderBlock: `1px solid ${theme.vars.palette.divider}`,
  [theme.breakpoints.up('sm')]: { gridTemplateColumns: 'repeat(3, 1fr)' },
  '& li': { display: 'flex', gap: 14 },
  '& svg': { color: theme.vars.palette.secondary.main, marginTop: 1 },
  '& strong': { display: 'block', fontWeight: 580, letterSpacing: '-0.01em' },
  '& span span': { fontSize: '0.9375rem', lineHeight: 1.5, color: theme.vars.palette.text.secondary },
}))

/** What one can count on here, and the platform behind it proves. */
export function Promises() {
  const t = useTexts(browseTexts)
  const all: [IconName, string, string][] = [
    ['box', t.promiseStock, t.promiseStockText],
    ['shield', t.promisePaid, t.promisePaidText],
    ['back', t.promiseCancel, t.promiseCancelText],
  ]
  return (
    <List>
      {all.map(([icon, title, text]) => (
        <li key={icon}>
          <Icon name={icon} size={26} />
          <span>
            <strong>{title}</strong>
            <span>{text}</span>
          </span>
        </li>
      ))}
    </List>
  )
}
