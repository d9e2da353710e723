import Button from '@mui/material/Button'
import type { Permission } from '@shopfleet/contracts'
import { Link, useRouteError } from 'react-router'
import { words } from '../formats.ts'
import { Empty, Page } from '../ui/page.tsx'

export function NotFound() {
  return (
    <Page title="Not found">
      <Empty
        title="There is no page here"
        hint="The address may be an old one. Everything there is can be found with Ctrl K."
        action={
          <Button component={Link} to="/" variant="outlined">
            To the dashboard
          </Button>
        }
      />
    </Page>
  )
}

export function Forbidden({ permission }: { permission: Permission }) {
  return (
    <Page title="Not yours to see">
      <Empty
        title="Your role does not include this"
        hint={`It needs the permission “${words(permission)}”. An administrator can give you a role that has it.`}
        action={
          <Button component={Link} to="/" variant="outlined">
            To the dashboard
          </Button>
        }
      />
    </Page>
  )
}

/** A page's code could not be fetched, or has a fault. */
export function PageError() {
  const error = useRouteError()
  const isStale = error instanceof TypeError && /import|fetch/i.test(error.message)
  return (
    <Page title={isStale ? 'A new version is there' : 'This page has a fault'}>
      <Empty
        title={isStale ? 'The panel was updated meanwhile' : 'Something in this page went wrong'}
        hint={isStale ? 'Load it again to go on.' : 'Nothing was changed by it. The other pages work.'}
        action={
          <Button variant="contained" onClick={() => location.reload()}>
            Load again
          </Button>
        }
      />
    </Page>
  )
}
