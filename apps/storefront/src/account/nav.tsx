import { styled } from '@mui/material/styles'
import { NavLink } from 'react-router'
import { useTexts } from '../shop.tsx'
import { useSignOut } from '../sign-in/arrive.ts'
import { accountTexts } from '../texts/account.ts'
import { Icon, type IconName } from '../ui/icon.tsx'

type Texts = (typeof accountTexts)['en']

/** The pages of an account, in the order they are listed in. */
export const accountPages = [
  { to: '/account/orders', icon: 'box', name: 'orders', text: 'ordersText' },
  { to: '/account/wishlist', icon: 'heart', name: 'wishlist', text: 'wishlistText' },
  { to: '/account/reviews', icon: 'star', name: 'reviews', text: 'reviewsText' },
  { to: '/account/addresses', icon: 'pin', name: 'addresses', text: 'addressesText' },
  { to: '/account/profile', icon: 'person', name: 'profile', text: 'profileText' },
  { to: '/account/security', icon: 'shield', name: 'security', text: 'securityText' },
  { to: '/account/notifications', icon: 'bell', name: 'notifications', text: 'notificationsText' },
  { to: '/account/data', icon: 'lock', name: 'data', text: 'dataText' },
] as const satisfies { to: string; icon: IconName; name: keyof Texts; text: keyof Texts }[]

const List = styled('ul')(({ theme }) => ({
  display: 'grid',
  gap: 2,
  '& a, & button': {
    display: 'flex',
    alignItems: 'center',
    gap: 12,
    width: '100%',
    minHeight: 46,
    padding: '0 14px',
    border: 0,
    borderRadius: 12,
    background: 'none',
    color: theme.vars!.palette.text.secondary,
    font: 'inherit',
    fontSize: '0.9375rem',
    fontWeight: 500,
    textAlign: 'left',
    textDecoration: 'none',
    cursor: 'pointer',
    '&:hover': { background: theme.vars!.palette.ink.faint, color: theme.vars!.palette.text.primary },
    '&[aria-current=page]': {
      background: theme.vars!.palette.background.sunken,
      color: theme.vars!.palette.text.primary,
      fontWeight: 600,
    },
  },
  '& .apart': { marginTop: 10, paddingTop: 10, borderTop: `1px solid ${theme.vars!.palette.divider}` },
}))

/** All pages of the account at its side, and the way out. */
export function AccountNav() {
  const t = useTexts(accountTexts)
  const signOut = useSignOut()
  return (
    <nav aria-label={t.nav}>
      <List>
        <li>
          <NavLink to="/account" end>
            <Icon name="grid" size={20} />
            {t.overview}
          </NavLink>
        </li>
        {accountPages.map(({ to, icon, name }) => (
          <li key={to}>
            <NavLink to={to}>
              <Icon name={icon} size={20} />
              {t[name]}
            </NavLink>
          </li>
        ))}
        <li className="apart">
          <button type="button" onClick={() => void signOut()}>
            <Icon name="leave" size={20} />
            {t.signOut}
          </button>
        </li>
      </List>
    </nav>
  )
}

const Menu = styled('ul')(({ theme }) => ({
  '& li': { borderTop: `1px solid ${theme.vars!.palette.divider}` },
  '& li:last-child': { borderBottom: `1px solid ${theme.vars!.palette.divider}` },
  '& a, & button': {
    display: 'grid',
    gridTemplateColumns: 'auto 1fr auto',
    alignItems: 'center',
    gap: 16,
    width: '100%',
    minHeight: 68,
    padding: '10px 0',
    border: 0,
    background: 'none',
    color: 'inherit',
    font: 'inherit',
    textAlign: 'left',
    textDecoration: 'none',
    cursor: 'pointer',
  },
  '& strong': { display: 'block', fontWeight: 550 },
  '& small': { fontSize: '0.875rem', color: theme.vars!.palette.text.secondary },
  '& svg:last-child': { color: theme.vars!.palette.text.secondary },
}))

/** The same as a menu of the first page, where there is no room beside it. */
export function AccountMenu() {
  const t = useTexts(accountTexts)
  const signOut = useSignOut()
  return (
    <nav aria-label={t.nav}>
      <Menu>
        {accountPages.map(({ to, icon, name, text }) => (
          <li key={to}>
            <NavLink to={to}>
              <Icon name={icon} />
              <span>
                <strong>{t[name]}</strong>
                <small>{t[text]}</small>
              </span>
              <Icon name="right" size={18} />
            </NavLink>
          </li>
        ))}
        <li>
          <button type="button" onClick={() => void signOut()}>
            <Icon name="leave" />
            <strong>{t.signOut}</strong>
          </button>
        </li>
      </Menu>
    </nav>
  )
}
