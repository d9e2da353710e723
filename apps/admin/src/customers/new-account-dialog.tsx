import { createUser, setUserRole } from '@shopfleet/contracts'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from 'react-router'
import { api } from '../api.ts'
import { words } from '../formats.ts'
import { problemText } from '../problem.ts'
import { Field, Select, useForm } from '../ui/form.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { useNotice } from '../ui/notice.tsx'

/** An account for somebody; with `roles`, for somebody who is to work here. */
export function NewAccountDialog({ roles, onClose }: { roles?: string[]; onClose: () => void }) {
  const notice = useNotice()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const form = useForm({
    initial: { email: '', name: '', password: '', role: roles?.[0] ?? '' },
    async send({ email, name, password, role }) {
      const user = await api.call(createUser, {
        body: { email: email.trim(), ...(name.trim() ? { name: name.trim() } : {}), ...(password ? { password } : {}) },
      })
      if (!role) return { user, failed: undefined }
      try {
        return { user: await api.call(setUserRole, { params: { id: user.id }, body: { role } }), failed: undefined }
      } catch (error) {
        // The account is there: trying again would only say that it is.
        return { user, failed: problemText(error) }
      }
    },
    done({ user, failed }) {
      void queries.invalidateQueries({ queryKey: ['users'] })
      if (failed) notice({ text: `${user.email} has an account, but not the role. ${failed}`, kind: 'error' })
      else notice({ text: `${user.email} has an account` })
      onClose()
      void navigate(`/customers/${user.id}`)
    },
  })
  return (
    <FormDialog
      title={roles ? 'New member of staff' : 'New customer'}
      act="Create account"
      form={form}
      onClose={onClose}
    >
      <Field form={form} name="email" label="E-mail address" type="email" required autoFocus />
      <Field form={form} name="name" label="Name" slotProps={{ htmlInput: { maxLength: 200 } }} />
      {roles ? (
        <Select form={form} name="role" label="Role" choices={roles.map(value => ({ value, label: words(value) }))} />
      ) : null}
      <Field
        form={form}
        name="password"
        label="First password"
        type="password"
        autoComplete="new-password"
        helperText="At least eight characters. Left empty, they set one by “forgot password”."
      />
    </FormDialog>
  )
}
