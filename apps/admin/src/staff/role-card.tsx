import Typography from '@mui/material/Typography'
import { listRoles, setUserRole, type User } from '@shopfleet/contracts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from '../api.ts'
import { words } from '../formats.ts'
import { useMe } from '../session/session.ts'
import { Form, Select, useForm } from '../ui/form.tsx'
import { useNotice } from '../ui/notice.tsx'
import { Section } from '../ui/page.tsx'

export const rolesQuery = {
  queryKey: ['roles'],
  queryFn: async () => (await api.call(listRoles, {})).items,
}

/** What somebody may do here; nobody gives more than they may do themselves. */
export function RoleCard({ user }: { user: User }) {
  const me = useMe()
  const notice = useNotice()
  const queries = useQueryClient()
  const { data: roles } = useQuery(rolesQuery)
  const form = useForm({
    initial: { role: user.role },
    send: ({ role }) => api.call(setUserRole, { params: { id: user.id }, body: { role } }),
    done(answer) {
      queries.setQueryData(['user', user.id], answer)
      void queries.invalidateQueries({ queryKey: ['users'] })
      void queries.invalidateQueries({ queryKey: ['roles'] })
      notice({ text: `${answer.email} is ${words(answer.role).toLowerCase()} now` })
    },
  })
  const chosen = roles?.find(({ name }) => name === form.values.role)
  const names = new Set([user.role, ...(roles ?? []).map(({ name }) => name)])
  return (
    <Section title="Role">
      <Form form={form} label="Role" act="Change role" onlyChanged>
        <Select
          form={form}
          name="role"
          label="Role"
          sx={{ mt: 1 }}
          disabled={user.id === me.id}
          choices={[...names].map(value => ({ value, label: words(value) }))}
        />
        <Typography variant="body2" color="textSecondary">
          {user.id === me.id ? 'Nobody changes their own role. ' : ''}
          {chosen && chosen.permissions.length > 0
            ? `May do: ${chosen.permissions.join(', ')}.`
            : 'May do nothing here.'}
        </Typography>
      </Form>
    </Section>
  )
}
