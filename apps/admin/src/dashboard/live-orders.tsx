import Chip from '@mui/material/Chip'
import List from '@mui/material/List'
import ListItem from '@mui/material/ListItem'
import ListItemButton from '@mui/material/ListItemButton'
import ListItemText from '@mui/material/ListItemText'
import Typography from '@mui/material/Typography'
import { listOrders } from '@shopfleet/contracts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from 'react-router'
import { api } from '../api.ts'
import { ago, money, words } from '../formats.ts'
import { useLive } from '../live.ts'
import { ordersKey } from '../orders/order-queries.ts'
import { Empty, Failed, Loading, Section } from '../ui/page.tsx'
import { Status } from '../ui/status.tsx'

const shown = 8

/** The latest orders, as they come in and go on. */
export function LiveOrders() {
  const queries = useQueryClient()
  const { data, error, refetch } = useQuery({
    queryKey: [...ordersKey, 'latest'],
    queryFn: async () => (await api.call(listOrders, { query: { limit: shown } })).items,
  })
  const refresh = () => void queries.invalidateQueries({ queryKey: ordersKey })
  const isLive = useLive({ channel: 'staff-orders' }, { heard: refresh, stale: refresh })
  return (
    <Section
      title="Latest orders"
      isFlush
      actions={isLive ? <Chip size="small" label="Live" color="success" variant="outlined" /> : null}
    >
      {error ? <Failed error={error} retry={refetch} /> : null}
      {!data && !error ? <Loading lines={6} /> : null}
      {data?.length === 0 ? (
        <Empty title="No orders yet" hint="The first one appears here the moment it is placed." />
      ) : null}
      <List dense disablePadding aria-label="Latest orders">
        {data?.map(order => (
          <ListItem key={order.id} disablePadding>
            <ListItemButton component={Link} to={`/orders/${order.id}`} sx={{ gap: 2 }}>
              <ListItemText
                primary={order.number}
                secondary={`${ago(order.created_at)}${order.email ? ` · ${order.email}` : ''}`}
                slotProps={{ primary: { sx: { fontWeight: 560 } }, secondary: { noWrap: true } }}
              />
              <Typography variant="caption" component="span">
                <Status of={order.status} label={words(order.status)} />
              </Typography>
              <Typography variant="body2" sx={{ minWidth: 84, textAlign: 'right', fontVariantNumeric: 'tabular-nums' }}>
                {money(order.total, order.currency)}
              </Typography>
            </ListItemButton>
          </ListItem>
        ))}
      </List>
    </Section>
  )
}
