import { Link } from 'react-router'
import { useShopName } from '../profile.ts'
import { useTexts } from '../shop.tsx'
import { shopTexts } from '../texts/shop.ts'
import { styled } from '../ui/styled.ts'

const Mark = styled(Link)({
  gridArea: 'logo',
  display: 'inline-flex',
  alignItems: 'center',
  gap: 9,
  minHeight: 44,
  color: 'inherit',
  textDecoration: 'none',
  fontSize: '1.1875rem',
  fontWeight: 700,
  letterSpacing: '-0.035em',
  // A long name gives way to what one came for.
  minWidth: 0,
  '& svg': { flex: 'none' },
  '& span': { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap', maxWidth: '18ch' },
})

export function Logo() {
  const t = useTexts(shopTexts)
  const name = useShopName()
  return (
    <Mark to="/" aria-label={`${name}, ${t.home}`}>
      <svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true" fill="none">
        <path d="M3 8.5h18l-1.7 11.4a1.7 1.7 0 0 1-1.7 1.4H6.4a1.7 1.7 0 0 1-1.7-1.4z" fill="currentColor" />
        <path
          d="M7.5 11V7.2a4.5 4.5 0 0 1 9 0V11"
          stroke="var(--mui-palette-secondary-light)"
          strokeWidth="2.2"
          strokeLinecap="round"
        />
      </svg>
      <span>{name}</span>
    </Mark>
  )
}
