import PersonAdd from '@mui/icons-material/PersonAdd'
import Button from '@mui/material/Button'
import { listUsers, type User } from '@shopfleet/contracts'
import { useState } from 'react'
import { api } from '../api.ts'
import { type Column, DataTable, NothingFound } from '../ui/data-table.tsx'
import { FilterBar, TextFilter, useFilters } from '../ui/filters.tsx'
import { Empty, Page, Section } from '../ui/page.tsx'
import { Status } from '../ui/status.tsx'
import { Time } from '../ui/time.tsx'
import { NewAccountDialog } from './new-account-dialog.tsx'

export const userColumns: Column<User>[] = [
  { name: 'email', label: 'E-mail', value: user => user.email, flex: 2, isLink: true },
  { name: 'name', label: 'Name', value: user => user.name, flex: 1.4, from: 'sm' },
  {
    name: 'is_active',
    label: 'Account',
    value: user => user.is_active,
    width: 110,
    cell: user => <Status of={user.is_active ? 'active' : 'disabled'} />,
  },
  {
    name: 'email_verified_at',
    label: 'E-mail confirmed',
    value: user => user.email_verified_at,
    width: 140,
    from: 'lg',
    cell: user => (user.email_verified_at ? <Time at={user.email_verified_at} /> : 'Not yet'),
  },
  {
    name: 'created_at',
    label: 'Since',
    value: user => user.created_at,
    cell: user => <Time at={user.created_at} />,
    width: 120,
    from: 'md',
  },
]

export function Component() {
  const filters = useFilters(['q'])
  const { q } = filters.values
  const [isAdding, setAdding] = useState(false)
  return (
    <Page
      title="Customers"
      lead="Who has an account. Guests are found by the e-mail of their orders."
      actions={
        <Button variant="contained" startIcon={<PersonAdd />} onClick={() => setAdding(true)}>
          New customer
        </Button>
      }
    >
      <Section isFlush>
        <FilterBar>
          <TextFilter filters={filters} name="q" label="E-mail begins with" width={280} />
        </FilterBar>
        <DataTable
          name="customers"
          label="Customers"
          queryKey={['users', 'customers', q]}
          load={page => api.call(listUsers, { query: { ...page, staff: false, ...(q ? { email_begins: q } : {}) } })}
          columns={userColumns}
          href={user => `/customers/${user.id}`}
          empty={
            filters.isFiltered ? (
              <NothingFound what="customer" clear={filters.clear} />
            ) : (
              <Empty title="No customers yet" hint="Whoever registers in the shop appears here." />
            )
          }
        />
      </Section>
      {isAdding ? <NewAccountDialog onClose={() => setAdding(false)} /> : null}
    </Page>
  )
}
