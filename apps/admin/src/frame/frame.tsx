import Box from '@mui/material/Box'
import Button from '@mui/material/Button'
import Drawer from '@mui/material/Drawer'
import LinearProgress from '@mui/material/LinearProgress'
import { Problem } from '@shopfleet/contracts'
import { useEffect, useState } from 'react'
import { Navigate, Outlet, useLocation, useNavigation } from 'react-router'
import { shopUrl } from '../api.ts'
import { usePageTitle } from '../profile.ts'
import { endSession, type Me, useSession } from '../session/session.ts'
import { Empty, Failed } from '../ui/page.tsx'
import { NavigationMenu } from './navigation.tsx'
import { Palette } from './palette.tsx'
import { Shortcuts } from './shortcuts.tsx'
import { TopBar } from './top-bar.tsx'

const menuWidth = 224

/** Around every page: who may be here, the navigation, the bar above. */
export function Frame() {
  const { me, error, retry } = useSession()
  const { pathname, search } = useLocation()
  if (error instanceof Problem && error.problem === 'mfa-required') return <Navigate to="/enrol" replace />
  if (me === undefined) {
    if (!error) return <LinearProgress aria-label="Loading" />
    return (
      <Box sx={{ maxWidth: 560, mx: 'auto', mt: 8, px: 2 }}>
        <Failed error={error} retry={retry} />
      </Box>
    )
  }
  if (me === null) return <Navigate to={`/sign-in?from=${encodeURIComponent(pathname + search)}`} replace />
  if (me.mustEnrol) return <Navigate to="/enrol" replace />
  if (me.permissions.length === 0) return <NotStaff me={me} />
  return <Inside me={me} />
}

function Inside({ me }: { me: Me }) {
  const [isMenuOpen, setMenuOpen] = useState(false)
  const [isSearching, setSearching] = useState(false)
  const { pathname } = useLocation()
  const { state } = useNavigation()
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page closes the menu.
  useEffect(() => setMenuOpen(false), [pathname])
  const menu = <NavigationMenu me={me} />
  return (
    <Box sx={{ display: 'flex', minHeight: '100dvh' }}>
      <Box
        component="a"
        href="#main"
        sx={{
          position: 'absolute',
          left: -9999,
          '&:focus': { left: 8, top: 8, zIndex: 2000, bgcolor: 'background.paper', p: 1 },
        }}
      >
        Skip to the page
      </Box>
      <Box
        component="nav"
        aria-label="Pages"
        sx={{
          display: { xs: 'none', md: 'block' },
          width: menuWidth,
          flex: 'none',
          borderRight: 1,
          borderColor: 'divider',
          bgcolor: 'background.paper',
          position: 'sticky',
          top: 0,
          height: '100dvh',
          overflowY: 'auto',
        }}
      >
        {menu}
      </Box>
      <Drawer open={isMenuOpen} onClose={() => setMenuOpen(false)} slotProps={{ paper: { sx: { width: 264 } } }}>
        <nav aria-label="Pages">{menu}</nav>
      </Drawer>
      <Box sx={{ flex: 1, minWidth: 0 }}>
        <TopBar me={me} onMenu={() => setMenuOpen(true)} onSearch={() => setSearching(true)} />
        {state === 'loading' ? (
          <LinearProgress
            aria-label="Loading"
            sx={{ position: 'fixed', top: 0, left: 0, right: 0, zIndex: 1400, height: 2 }}
          />
        ) : null}
        <Box component="main" id="main" tabIndex={-1} sx={{ outline: 0 }}>
          <Outlet />
        </Box>
      </Box>
      <Palette isOpen={isSearching} onClose={() => setSearching(false)} />
      <Shortcuts me={me} onSearch={() => setSearching(true)} />
    </Box>
  )
}

function NotStaff({ me }: { me: Me }) {
  return (
    <Box component="main" sx={{ maxWidth: 560, mx: 'auto', mt: 10 }}>
      <title>{usePageTitle('For staff')}</title>
      <Empty
        title="This is where staff work"
        hint={`${me.email} is an account of a customer. Orders and everything else of yours are in the shop; if you work here, ask an administrator for a role.`}
        action={
          <Box sx={{ display: 'flex', gap: 1, justifyContent: 'center' }}>
            <Button variant="contained" href={shopUrl}>
              To the shop
            </Button>
            <Button variant="outlined" onClick={() => void endSession()}>
              Sign out
            </Button>
          </Box>
        }
      />
    </Box>
  )
}
