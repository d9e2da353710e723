import Box from '@mui/material/Box'
import MuiLink from '@mui/material/Link'
import Table from '@mui/material/Table'
import TableBody from '@mui/material/TableBody'
import TableCell from '@mui/material/TableCell'
import TableHead from '@mui/material/TableHead'
import TableRow from '@mui/material/TableRow'
import { listServices, type ReplyOf } from '@shopfleet/contracts'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { api } from '../api.ts'
import { count, words } from '../formats.ts'
import { Failed, Loading, Page, Section } from '../ui/page.tsx'
import { Status } from '../ui/status.tsx'

type Service = ReplyOf<typeof listServices>['items'][number]

export const servicesQuery = {
  queryKey: ['services'],
  queryFn: async () => (await api.call(listServices, {})).items,
  refetchInterval: 10_000,
}

/** Events others said that a service has not heard yet. */
const behind = ({ messaging }: Service) =>
  (messaging?.topics ?? []).reduce(
    (sum, { position, highest }) => sum + Math.max(0, (highest ?? position) - position),
    0,
  )

export function Component() {
  const { data, error, refetch } = useQuery(servicesQuery)
  const down = data?.filter(({ healthy }) => !healthy).length
  return (
    <Page
      title="System health"
      lead={
        data
          ? down === 0
            ? `All ${count(data.length)} services answer.`
            : `${count(down!)} of ${count(data.length)} services do not answer.`
          : ' '
      }
    >
      {error ? <Failed error={error} retry={refetch} /> : null}
      <Section isFlush>
        {!data && !error ? <Loading lines={8} /> : null}
        {data ? (
          <Box sx={{ overflowX: 'auto' }} tabIndex={0} role="region" aria-label="Services">
            <Table size="small" sx={{ minWidth: 720, fontVariantNumeric: 'tabular-nums' }}>
              <TableHead>
                <TableRow>
                  <TableCell>Service</TableCell>
                  <TableCell>Health</TableCell>
                  <TableCell align="right">Answered in</TableCell>
                  <TableCell align="right">Events to send</TableCell>
                  <TableCell align="right">Events to hear</TableCell>
                  <TableCell align="right">Dead letters</TableCell>
                  <TableCell>Version</TableCell>
                </TableRow>
              </TableHead>
              <TableBody>
                {data.map(service => (
                  <TableRow key={service.service} hover>
                    <TableCell component="th" scope="row" sx={{ fontWeight: 560 }}>
                      {words(service.service)}
                    </TableCell>
                    <TableCell>
                      <Status
                        of="health"
                        tone={service.healthy ? 'good' : 'bad'}
                        label={service.healthy ? 'Up' : (service.error ?? 'Does not answer')}
                      />
                    </TableCell>
                    <TableCell align="right">
                      {service.answered_ms === null ? '—' : `${service.answered_ms.toFixed(0)} ms`}
                    </TableCell>
                    <TableCell align="right">
                      {service.messaging ? count(service.messaging.outbox.waiting) : '—'}
                    </TableCell>
                    <TableCell align="right">{service.messaging ? count(behind(service)) : '—'}</TableCell>
                    <TableCell align="right">
                      {service.messaging && service.messaging.dead_letters.open > 0 ? (
                        <MuiLink component={Link} to={`/dead-letters?service=${service.service}`} color="error">
                          {count(service.messaging.dead_letters.open)}
                        </MuiLink>
                      ) : service.messaging ? (
                        '0'
                      ) : (
                        '—'
                      )}
                    </TableCell>
                    <TableCell sx={{ color: 'text.secondary' }}>{service.version ?? '—'}</TableCell>
                  </TableRow>
                ))}
              </TableBody>
            </Table>
          </Box>
        ) : null}
      </Section>
    </Page>
  )
}
