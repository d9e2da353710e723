import Box from '@mui/material/Box'
import List from '@mui/material/List'
import ListItem from '@mui/material/ListItem'
import ListItemButton from '@mui/material/ListItemButton'
import ListItemIcon from '@mui/material/ListItemIcon'
import ListItemText from '@mui/material/ListItemText'
import Typography from '@mui/material/Typography'
import { Link, useLocation } from 'react-router'
import { groups, type PageEntry, pages } from '../pages.ts'
import { useProfile } from '../profile.ts'
import { type Me, may } from '../session/session.ts'

type Listed = PageEntry & Required<Pick<PageEntry, 'menu'>>

/** The pages in the navigation that somebody may see. */
export const pagesFor = (me: Me): Listed[] =>
  pages.filter((page): page is Listed => page.menu !== undefined && may(me, page.permission))

const isWithin = (pathname: string, path: string) =>
  path === '/' ? pathname === '/' : pathname === path || pathname.startsWith(`${path}/`)

export function NavigationMenu({ me }: { me: Me }) {
  const { pathname } = useLocation()
  const mine = pagesFor(me)
  const { shop_name } = useProfile()
  return (
    <Box sx={{ px: 1.25, pb: 3 }}>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1.25, px: 1, height: 56 }}>
        <img src="/favicon.svg" alt="" width={26} height={26} />
        <Typography noWrap title={shop_name} sx={{ fontWeight: 640, letterSpacing: '-0.015em' }}>
          {shop_name}
        </Typography>
      </Box>
      {groups.map(group => {
        const listed = mine.filter(page => page.menu.group === group)
        if (listed.length === 0) return null
        return (
          <Box key={group} sx={{ mt: group ? 1.75 : 0 }}>
            {group ? (
              <Typography variant="caption" component="h2" color="textSecondary" sx={{ px: 1, fontWeight: 560 }}>
                {group}
              </Typography>
            ) : null}
            <List disablePadding sx={{ mt: 0.25 }} aria-label={group || 'Overview'}>
              {listed.map(({ path, menu: { label, icon: Icon } }) => {
                const isHere = isWithin(pathname, path)
                return (
                  <ListItem key={path} disablePadding>
                    <ListItemButton
                      component={Link}
                      to={path}
                      selected={isHere}
                      aria-current={isHere ? 'page' : undefined}
                      sx={{
                        borderRadius: 1.5,
                        py: 0.5,
                        px: 1,
                        minHeight: 34,
                        '& svg': { fontSize: 19, color: isHere ? 'primary.main' : 'text.secondary' },
                      }}
                    >
                      <ListItemIcon sx={{ minWidth: 30 }}>
                        <Icon />
                      </ListItemIcon>
                      <ListItemText
                        primary={label}
                        slotProps={{ primary: { variant: 'body2', sx: { fontWeight: isHere ? 600 : 480 } } }}
                      />
                    </ListItemButton>
                  </ListItem>
                )
              })}
            </List>
          </Box>
        )
      })}
    </Box>
  )
}
