import Button from '@mui/material/Button'
import List from '@mui/material/List'
import ListItem from '@mui/material/ListItem'
import ListItemText from '@mui/material/ListItemText'
import Stack from '@mui/material/Stack'
import Typography from '@mui/material/Typography'
import { changePassword, disableMfa, endSession, getMfa, listSessions, Problem } from '@shopfleet/contracts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api.ts'
import { ago, words } from '../formats.ts'
import { FieldErrors, problemText } from '../problem.ts'
import { SecondFactorSetup } from '../session/second-factor.tsx'
import { useMe } from '../session/session.ts'
import { Field, Form, useForm } from '../ui/form.tsx'
import { useNotice } from '../ui/notice.tsx'
import { Columns, Facts, Failed, Loading, Page, Section } from '../ui/page.tsx'
import { Status } from '../ui/status.tsx'

/** One's own account: password, second factor, where one is signed in. */
export function Component() {
  const me = useMe()
  return (
    <Page title="Your account" lead={me.email}>
      <Columns
        main={
          <>
            <SecondFactor />
            <Devices />
          </>
        }
        side={
          <>
            <Section title="What you may do">
              <Facts
                facts={[
                  ['Role', words(me.role)],
                  ['Permissions', me.permissions.map(words).join(', ')],
                ]}
              />
            </Section>
            <PasswordForm />
          </>
        }
      />
    </Page>
  )
}

function PasswordForm() {
  const notice = useNotice()
  const form = useForm({
    initial: { current_password: '', password: '' },
    async send(body) {
      try {
        return await api.call(changePassword, { body })
      } catch (error) {
        if (error instanceof Problem && error.problem === 'wrong-password')
          throw new FieldErrors({ current_password: 'That is not your password.' })
        throw error
      }
    },
    done() {
      form.reset({ current_password: '', password: '' })
      notice({ text: 'Your password is changed; your other sessions have ended' })
    },
  })
  return (
    <Section title="Password">
      <Form form={form} label="Password" act="Change password">
        <Field
          form={form}
          name="current_password"
          label="Password as it is"
          type="password"
          autoComplete="current-password"
          sx={{ mt: 1 }}
        />
        <Field form={form} name="password" label="New password" type="password" autoComplete="new-password" />
      </Form>
    </Section>
  )
}

function SecondFactor() {
  const queries = useQueryClient()
  const { data, error, refetch } = useQuery({ queryKey: ['mfa'], queryFn: () => api.call(getMfa, {}) })
  const [isSettingUp, setSettingUp] = useState(false)
  const done = () => {
    setSettingUp(false)
    void queries.invalidateQueries({ queryKey: ['mfa'] })
  }
  return (
    <Section title="Second factor">
      {error ? <Failed error={error} retry={refetch} /> : null}
      {!data && !error ? <Loading lines={1} /> : null}
      {data?.enabled ? (
        <Stack sx={{ gap: 2 }}>
          <Status of="active" label={`On; ${data.recovery_codes_left} recovery codes left`} />
          <DisableForm onDone={done} />
        </Stack>
      ) : null}
      {data && !data.enabled && isSettingUp ? <SecondFactorSetup onDone={done} /> : null}
      {data && !data.enabled && !isSettingUp ? (
        <Stack sx={{ gap: 1.5, alignItems: 'flex-start' }}>
          <Typography variant="body2" color="textSecondary">
            A code of an authenticator app besides the password: a stolen password alone opens nothing then.
          </Typography>
          <Button variant="contained" onClick={() => setSettingUp(true)}>
            Set up
          </Button>
        </Stack>
      ) : null}
    </Section>
  )
}

function DisableForm({ onDone }: { onDone: () => void }) {
  const notice = useNotice()
  const form = useForm({
    initial: { code: '', current_password: '' },
    async send({ code, current_password }) {
      try {
        return await api.call(disableMfa, { body: { code: code.trim(), current_password } })
      } catch (error) {
        if (error instanceof Problem && error.problem === 'invalid-code')
          throw new FieldErrors({ code: 'The code is wrong, or was used before.' })
        if (error instanceof Problem && error.problem === 'wrong-password')
          throw new FieldErrors({ current_password: 'That is not your password.' })
        throw error
      }
    },
    done() {
      notice({ text: 'The second factor is off', kind: 'info' })
      onDone()
    },
  })
  return (
    <Form form={form} label="Switch off the second factor" act="Switch off">
      <Field form={form} name="code" label="Code" autoComplete="one-time-code" />
      <Field
        id="mfa-password"
        form={form}
        name="current_password"
        label="Password"
        type="password"
        autoComplete="current-password"
      />
    </Form>
  )
}

function Devices() {
  const queries = useQueryClient()
  const notice = useNotice()
  const { data, error, refetch } = useQuery({
    queryKey: ['devices'],
    queryFn: async () => (await api.call(listSessions, {})).items,
  })
  async function end(id: string) {
    try {
      await api.call(endSession, { params: { id } })
      notice({ text: 'That session has ended' })
    } catch (failure) {
      notice({ text: problemText(failure), kind: 'error' })
    }
    void queries.invalidateQueries({ queryKey: ['devices'] })
  }
  return (
    <Section title="Where you are signed in">
      {error ? <Failed error={error} retry={refetch} /> : null}
      {!data && !error ? <Loading lines={2} /> : null}
      <List disablePadding>
        {data?.map(device => (
          <ListItem
            key={device.id}
            disableGutters
            secondaryAction={
              device.current ? null : (
                <Button onClick={() => void end(device.id)} aria-label={`End the session on ${device.device}`}>
                  End
                </Button>
              )
            }
          >
            <ListItemText
              primary={device.current ? `${device.device} (this one)` : device.device}
              secondary={`${device.ip ?? 'unknown address'} · ${ago(device.last_used_at)}`}
            />
          </ListItem>
        ))}
      </List>
    </Section>
  )
}
