import PersonAdd from '@mui/icons-material/PersonAdd'
import Button from '@mui/material/Button'
import { listUsers, type User } from '@shopfleet/contracts'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { api } from '../api.ts'
import { userColumns } from '../customers/customers-page.tsx'
import { NewAccountDialog } from '../customers/new-account-dialog.tsx'
import { words } from '../formats.ts'
import { type Column, DataTable } from '../ui/data-table.tsx'
import { Empty, Page, Section } from '../ui/page.tsx'
import { rolesQuery } from './role-card.tsx'

const role: Column<User> = {
  name: 'role',
  label: 'Role',
  value: user => user.role,
  cell: user => words(user.role),
  flex: 1,
}
const columns = userColumns.toSpliced(2, 0, role)

export function Component() {
  const [isAdding, setAdding] = useState(false)
  const { data: roles } = useQuery(rolesQuery)
  const names = roles?.filter(({ permissions }) => permissions.length > 0).map(({ name }) => name)
  return (
    <Page
      title="Staff"
      lead="Whoever may do something here. Somebody who has an account already gets a role on the page of the account."
      actions={
        <>
          <Button component={Link} to="/roles" variant="outlined" color="secondary">
            Roles
          </Button>
          <Button variant="contained" startIcon={<PersonAdd />} disabled={!names} onClick={() => setAdding(true)}>
            New member
          </Button>
        </>
      }
    >
      <Section isFlush>
        <DataTable
          name="staff"
          label="Staff"
          queryKey={['users', 'staff']}
          load={query => api.call(listUsers, { query: { ...query, staff: true } })}
          columns={columns}
          href={user => `/customers/${user.id}`}
          empty={<Empty title="No staff yet" />}
        />
      </Section>
      {isAdding && names ? <NewAccountDialog roles={names} onClose={() => setAdding(false)} /> : null}
    </Page>
  )
}
