import Button from '@mui/material/Button'
import Typography from '@mui/material/Typography'
import { getCustomerRecord, type User } from '@shopfleet/contracts'
import { useQuery } from '@tanstack/react-query'
import { api } from '../api.ts'
import { ago, count, money, words } from '../formats.ts'
import { Facts, Failed, Loading, Section } from '../ui/page.tsx'
import { ExportProgress, useExport } from './export-record.tsx'

/** Everything every service keeps of somebody: what is asked for by law, as a file. */
export function RecordCard({ user }: { user: User }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['user', user.id, 'record'],
    queryFn: () => api.call(getCustomerRecord, { params: { id: user.id } }),
    staleTime: 60_000,
  })
  const file = useExport(user)
  const kept = Object.entries(data?.services ?? {}).flatMap(([service, things]) =>
    Object.entries(things)
      .filter(([, list]) => list.length > 0)
      .map(([thing, list]) => [`${words(thing)} (${service})`, count(list.length)] as const),
  )
  return (
    <Section
      title="All that is kept"
      actions={
        <Button disabled={file.waiting !== undefined} onClick={() => void file.begin()}>
          Export
        </Button>
      }
    >
      {file.waiting ? <ExportProgress waiting={file.waiting} cancel={file.cancel} /> : null}
      {error ? <Failed error={error} retry={refetch} /> : null}
      {!data && !error ? <Loading lines={3} /> : null}
      {data && data.away.length > 0 ? (
        <Typography variant="body2" color="error" sx={{ mb: 1 }}>
          Without {data.away.join(', ')}: it does not answer.
        </Typography>
      ) : null}
      {data ? (
        <Facts
          facts={[
            ...kept,
            ...data.payments.map(
              one =>
                [`Paid, order …${one.order_id.slice(-6)}`, money(one.captured - one.refunded, one.currency)] as const,
            ),
            data.audit.length > 0
              ? (['Staff last did', `${words(data.audit[0]!.operation)}, ${ago(data.audit[0]!.at)}`] as const)
              : undefined,
          ]}
        />
      ) : null}
    </Section>
  )
}
