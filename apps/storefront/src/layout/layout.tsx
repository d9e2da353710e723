import { Outlet, ScrollRestoration } from 'react-router'
import { CartDrawerProvider } from '../cart/cart-drawer-state.tsx'
import { CartHost } from '../cart/cart-host.tsx'
import { useTexts } from '../shop.tsx'
import { shopTexts } from '../texts/shop.ts'
import { styled } from '../ui/styled.ts'
import { Footer } from './footer.tsx'
import { Header } from './header.tsx'
import { OfflineBanner } from './offline-banner.tsx'

const Skip = styled('a')(({ theme }) => ({
  position: 'fixed',
  top: 10,
  left: 10,
  zIndex: theme.zIndex.tooltip,
  padding: '12px 20px',
  borderRadius: 999,
  background: theme.vars.palette.primary.main,
  color: theme.vars.palette.primary.contrastText,
  textDecoration: 'none',
  fontWeight: 600,
  transform: 'translateY(-200%)',
  '&:focus': { transform: 'none' },
}))

const Frame = styled('div')({ minHeight: '100dvh', display: 'flex', flexDirection: 'column', '& > main': { flex: 1 } })

/** The frame around every page. */
export function Layout() {
  const t = useTexts(shopTexts)
  return (
    <CartDrawerProvider>
      <Frame>
        <Skip href="#content">{t.skip}</Skip>
        <Header />
        <OfflineBanner />
        <main id="content" tabIndex={-1}>
          <Outlet />
        </main>
        <Footer />
        <ScrollRestoration />
        <CartHost />
      </Frame>
    </CartDrawerProvider>
  )
}
