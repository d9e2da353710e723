import DarkModeOutlined from '@mui/icons-material/DarkModeOutlined'
import LightModeOutlined from '@mui/icons-material/LightModeOutlined'
import MenuIcon from '@mui/icons-material/Menu'
import OpenInNew from '@mui/icons-material/OpenInNew'
import Search from '@mui/icons-material/Search'
import Avatar from '@mui/material/Avatar'
import Box from '@mui/material/Box'
import ButtonBase from '@mui/material/ButtonBase'
import Divider from '@mui/material/Divider'
import IconButton from '@mui/material/IconButton'
import Menu from '@mui/material/Menu'
import MenuItem from '@mui/material/MenuItem'
import Stack from '@mui/material/Stack'
import { useColorScheme } from '@mui/material/styles'
import Tooltip from '@mui/material/Tooltip'
import Typography from '@mui/material/Typography'
import { useState } from 'react'
import { Link } from 'react-router'
import { shopUrl } from '../api.ts'
import { words } from '../formats.ts'
import { problemText } from '../problem.ts'
import { endSession, type Me } from '../session/session.ts'
import { useNotice } from '../ui/notice.tsx'

export function TopBar({ me, onMenu, onSearch }: { me: Me; onMenu: () => void; onSearch: () => void }) {
  return (
    <Stack
      component="header"
      direction="row"
      sx={{
        alignItems: 'center',
        gap: 1,
        px: { xs: 1, md: 3 },
        height: 56,
        position: 'sticky',
        top: 0,
        zIndex: 1100,
        bgcolor: 'background.default',
        borderBottom: 1,
        borderColor: 'divider',
      }}
    >
      <IconButton onClick={onMenu} aria-label="Menu" sx={{ display: { md: 'none' } }}>
        <MenuIcon />
      </IconButton>
      <ButtonBase
        onClick={onSearch}
        sx={{
          flex: 1,
          minWidth: 0,
          maxWidth: 460,
          height: 36,
          px: 1.25,
          gap: 1,
          justifyContent: 'flex-start',
          borderRadius: 2,
          border: 1,
          borderColor: 'divider',
          bgcolor: 'background.paper',
          color: 'text.secondary',
        }}
      >
        <Search fontSize="small" />
        <Typography variant="body2" noWrap sx={{ flex: 1, textAlign: 'left' }}>
          Search orders, products, people, pages
        </Typography>
        <Box component="kbd" sx={{ display: { xs: 'none', sm: 'block' }, fontFamily: 'inherit', fontSize: '0.75rem' }}>
          Ctrl K
        </Box>
      </ButtonBase>
      <Box sx={{ flex: { sm: 1 } }} />
      <ModeSwitch />
      <AccountMenu me={me} />
    </Stack>
  )
}

function ModeSwitch() {
  const { mode, systemMode, setMode } = useColorScheme()
  const isDark = (mode === 'system' ? systemMode : mode) === 'dark'
  const label = isDark ? 'Light colours' : 'Dark colours'
  return (
    <Tooltip title={label}>
      <IconButton onClick={() => setMode(isDark ? 'light' : 'dark')} aria-label={label}>
        {isDark ? <LightModeOutlined fontSize="small" /> : <DarkModeOutlined fontSize="small" />}
      </IconButton>
    </Tooltip>
  )
}

function AccountMenu({ me }: { me: Me }) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null)
  const notice = useNotice()
  const close = () => setAnchor(null)
  async function signOut() {
    close()
    try {
      await endSession()
    } catch (error) {
      notice({ text: `You are still signed in. ${problemText(error)}`, kind: 'error' })
    }
  }
  return (
    <>
      <IconButton onClick={event => setAnchor(event.currentTarget)} aria-label="Your account" aria-haspopup="menu">
        <Avatar
          sx={{
            width: 28,
            height: 28,
            fontSize: 13,
            fontWeight: 600,
            bgcolor: 'primary.main',
            color: 'primary.contrastText',
          }}
        >
          {(me.name ?? me.email).charAt(0).toUpperCase()}
        </Avatar>
      </IconButton>
      <Menu open={anchor !== null} anchorEl={anchor} onClose={close} slotProps={{ list: { dense: true } }}>
        <Box sx={{ px: 2, py: 1, maxWidth: 260 }} component="li" role="presentation">
          <Typography variant="body2" noWrap sx={{ fontWeight: 600 }}>
            {me.name ?? me.email}
          </Typography>
          <Typography variant="caption" color="textSecondary" noWrap component="div">
            {me.name ? `${me.email} · ` : ''}
            {words(me.role)}
          </Typography>
        </Box>
        <Divider component="li" />
        <MenuItem component={Link} to="/account" onClick={close}>
          Your account
        </MenuItem>
        <MenuItem component="a" href={shopUrl} target="_blank" rel="noreferrer" onClick={close}>
          Open the shop
          <OpenInNew sx={{ fontSize: 15, ml: 1, color: 'text.secondary' }} />
        </MenuItem>
        <MenuItem onClick={() => void signOut()}>Sign out</MenuItem>
      </Menu>
    </>
  )
}
