import { listUserNotifications } from '@shopfleet/contracts'
import { api } from '../api.ts'
import { DataTable } from '../ui/data-table.tsx'
import { Empty, Section } from '../ui/page.tsx'
import { messageColumns } from './message-columns.tsx'

/** What was written to a customer. */
export function UserMessages({ user_id }: { user_id: string }) {
  return (
    <Section title="Messages" isFlush>
      <DataTable
        name={`messages-${user_id}`}
        label="Messages to the customer"
        queryKey={['messages', 'of', user_id]}
        load={query => api.call(listUserNotifications, { params: { user_id }, query })}
        columns={messageColumns}
        href={message => `/messages/${message.id}`}
        empty={<Empty title="No messages" hint="Nothing was written to this account yet." />}
      />
    </Section>
  )
}
