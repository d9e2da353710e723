import Box from '@mui/material/Box'
import MuiLink from '@mui/material/Link'
import Table from '@mui/material/Table'
import TableBody from '@mui/material/TableBody'
import TableCell from '@mui/material/TableCell'
import TableHead from '@mui/material/TableHead'
import TableRow from '@mui/material/TableRow'
import Typography from '@mui/material/Typography'
import type { Order } from '@shopfleet/contracts'
import { Link } from 'react-router'
import { count, money } from '../formats.ts'
import { useMay } from '../session/session.ts'

/** On a telephone the subtotal is enough. */
const wideOnly = { display: { xs: 'none', sm: 'table-cell' } }

/** What was bought, and how the total comes about. */
export function OrderLines({ order }: { order: Order }) {
  const mayCatalogue = useMay('catalogue')
  const amount = (value: number) => money(value, order.currency)
  const sums = [
    ['Subtotal', order.subtotal],
    ['Discount', -order.discount],
    ['Shipping', order.shipping],
    ['Tax', order.tax],
  ].filter(([name, value]) => value !== 0 || name === 'Subtotal') as [string, number][]
  return (
    <Box sx={{ overflowX: 'auto' }} tabIndex={0} role="region" aria-label="Items of the order">
      <Table size="small" sx={{ fontVariantNumeric: 'tabular-nums', minWidth: { sm: 420 } }}>
        <TableHead>
          <TableRow>
            <TableCell>Product</TableCell>
            <TableCell align="right">Quantity</TableCell>
            <TableCell align="right" sx={wideOnly}>
              Price
            </TableCell>
            <TableCell align="right">Subtotal</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {order.items.map(item => (
            <TableRow key={item.id}>
              <TableCell>
                {mayCatalogue ? (
                  <MuiLink
                    component={Link}
                    to={`/products/${item.product_id}`}
                    color="inherit"
                    sx={{ fontWeight: 560 }}
                  >
                    {item.product_name}
                  </MuiLink>
                ) : (
                  item.product_name
                )}
                <Typography variant="caption" color="textSecondary" component="div">
                  {item.sku}
                  {item.refunded_quantity > 0 ? ` · ${count(item.refunded_quantity)} given back` : null}
                </Typography>
              </TableCell>
              <TableCell align="right">{count(item.quantity)}</TableCell>
              <TableCell align="right" sx={wideOnly}>
                {amount(item.price)}
              </TableCell>
              <TableCell align="right">{amount(item.subtotal)}</TableCell>
            </TableRow>
          ))}
          {sums.map(([name, value]) => (
            <TableRow key={name} sx={{ '& td': { border: 0, py: 0.5, color: 'text.secondary' } }}>
              <TableCell align="right" colSpan={2}>
                {name}
              </TableCell>
              <TableCell sx={wideOnly} />
              <TableCell align="right">{amount(value)}</TableCell>
            </TableRow>
          ))}
          <TableRow sx={{ '& td': { border: 0, fontWeight: 640 } }}>
            <TableCell align="right" colSpan={2}>
              Total
            </TableCell>
            <TableCell sx={wideOnly} />
            <TableCell align="right">{amount(order.total)}</TableCell>
          </TableRow>
          {order.refunded > 0 ? (
            <TableRow sx={{ '& td': { border: 0, pt: 0, color: 'text.secondary' } }}>
              <TableCell align="right" colSpan={2}>
                Given back
              </TableCell>
              <TableCell sx={wideOnly} />
              <TableCell align="right">{amount(-order.refunded)}</TableCell>
            </TableRow>
          ) : null}
        </TableBody>
      </Table>
    </Box>
  )
}
