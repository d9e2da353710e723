import Button from '@mui/material/Button'
import Typography from '@mui/material/Typography'
import { deleteUser, getUser, listUserOrders, type User, updateUser } from '@shopfleet/contracts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { api } from '../api.ts'
import { moment, words } from '../formats.ts'
import { UserMessages } from '../messages/user-messages.tsx'
import { WriteDialog } from '../messages/write-dialog.tsx'
import { orderColumns } from '../orders/orders-page.tsx'
import { problemText } from '../problem.ts'
import { useMay, useMe } from '../session/session.ts'
import { RoleCard } from '../staff/role-card.tsx'
import { useConfirm } from '../ui/confirm.tsx'
import { DataTable } from '../ui/data-table.tsx'
import { Field, Form, useForm } from '../ui/form.tsx'
import { useNotice } from '../ui/notice.tsx'
import { Columns, Empty, Failed, Loading, Page, Section } from '../ui/page.tsx'
import { Status } from '../ui/status.tsx'
import { RecordCard } from './record-card.tsx'

/** One account: who it is, what they ordered, what was written to them, and what is theirs by law. */
export function Component() {
  const { id } = useParams() as { id: string }
  const [mayOrders, mayAdmin] = [useMay('orders'), useMay('admin')]
  const {
    data: user,
    error,
    refetch,
  } = useQuery({ queryKey: ['user', id], queryFn: () => api.call(getUser, { params: { id } }) })
  const back = { to: user && user.role !== 'customer' ? '/staff' : '/customers', label: 'Back to the list' }
  if (!user)
    return (
      <Page title="Account" back={back}>
        {error ? <Failed error={error} retry={refetch} /> : <Loading />}
      </Page>
    )
  return (
    <Page
      title={user.name ?? user.email}
      back={back}
      badge={<Status of={user.is_active ? 'active' : 'disabled'} />}
      lead={`${user.email} · ${words(user.role)} · since ${moment(user.created_at)}`}
      actions={<Actions user={user} />}
    >
      <Columns
        main={
          mayOrders ? (
            <>
              <Section title="Orders" isFlush>
                <DataTable
                  name={`orders-of-${user.email}`}
                  label="Orders of the customer"
                  queryKey={['orders', 'of', id]}
                  load={query => api.call(listUserOrders, { params: { user_id: id }, query })}
                  columns={orderColumns.filter(({ name }) => name !== 'email')}
                  href={order => `/orders/${order.id}`}
                  empty={<Empty title="No orders" hint="Nothing was ordered with this account yet." />}
                />
              </Section>
              <UserMessages user_id={id} />
            </>
          ) : (
            <Section>
              <Empty title="Orders and messages are not shown" hint="They need the permission “Orders”." />
            </Section>
          )
        }
        side={
          <>
            <ProfileForm key={user.updated_at} user={user} />
            <RoleCard user={user} />
            {mayAdmin ? <RecordCard user={user} /> : null}
          </>
        }
      />
    </Page>
  )
}

function ProfileForm({ user }: { user: User }) {
  const notice = useNotice()
  const queries = useQueryClient()
  const form = useForm({
    initial: { email: user.email, first_name: user.first_name ?? '', last_name: user.last_name ?? '' },
    send({ email, first_name, last_name }) {
      const body = {
        ...(email.trim() === user.email ? {} : { email: email.trim() }),
        ...(first_name.trim() === (user.first_name ?? '') ? {} : { first_name: first_name.trim() }),
        ...(last_name.trim() === (user.last_name ?? '') ? {} : { last_name: last_name.trim() }),
      }
      return api.call(updateUser, { params: { id: user.id }, body })
    },
    done(answer) {
      queries.setQueryData(['user', user.id], answer)
      void queries.invalidateQueries({ queryKey: ['users'] })
      notice({ text: 'The account is saved' })
    },
  })
  return (
    <Section title="Profile">
      <Form form={form} label="Profile" act="Save" onlyChanged>
        <Field form={form} name="email" label="E-mail address" type="email" sx={{ mt: 1 }} />
        <Field form={form} name="first_name" label="First name" />
        <Field form={form} name="last_name" label="Last name" />
      </Form>
    </Section>
  )
}

function Actions({ user }: { user: User }) {
  const me = useMe()
  const mayOrders = useMay('orders')
  const ask = useConfirm()
  const notice = useNotice()
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [isWriting, setWriting] = useState(false)

  async function setActive(is_active: boolean) {
    try {
      const answer = await api.call(updateUser, { params: { id: user.id }, body: { is_active } })
      queries.setQueryData(['user', user.id], answer)
      void queries.invalidateQueries({ queryKey: ['users'] })
      notice({
        text: is_active ? 'The account is open again' : 'The account is disabled: its sessions have ended',
        undo: { act: () => void setActive(!is_active) },
      })
    } catch (error) {
      notice({ text: problemText(error), kind: 'error' })
    }
  }
  async function erase() {
    const said = await ask({
      title: `Erase ${user.email}?`,
      text: (
        <>
          Every service drops what names this person; orders stay for the books, without a name. This cannot be taken
          back.
          <Typography variant="body2" sx={{ mt: 1, color: 'text.primary' }}>
            Type the e-mail address to go on.
          </Typography>
        </>
      ),
      act: 'Erase for good',
      isDangerous: true,
      reason: { label: 'E-mail address', isRequired: true, maxLength: 254 },
    })
    if (said === undefined) return
    if (said.toLowerCase() !== user.email.toLowerCase())
      return notice({ text: 'That was another address: nothing was erased.', kind: 'info' })
    try {
      await api.call(deleteUser, { params: { id: user.id } })
      await navigate('/customers')
      queries.removeQueries({ queryKey: ['user', user.id] })
      void queries.invalidateQueries({ queryKey: ['users'] })
      notice({ text: 'The person is being forgotten, by every service' })
    } catch (error) {
      notice({ text: problemText(error), kind: 'error' })
    }
  }
  const isMe = user.id === me.id
  return (
    <>
      {mayOrders ? (
        <Button variant="outlined" color="secondary" onClick={() => setWriting(true)}>
          Write
        </Button>
      ) : null}
      <Button variant="outlined" color="secondary" disabled={isMe} onClick={() => void setActive(!user.is_active)}>
        {user.is_active ? 'Disable' : 'Enable'}
      </Button>
      <Button variant="outlined" color="error" disabled={isMe} onClick={() => void erase()}>
        Erase
      </Button>
      {isWriting ? <WriteDialog to={{ user_id: user.id }} onClose={() => setWriting(false)} /> : null}
    </>
  )
}
