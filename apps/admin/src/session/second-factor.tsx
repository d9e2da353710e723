import Box from '@mui/material/Box'
import Button from '@mui/material/Button'
import MuiLink from '@mui/material/Link'
import Stack from '@mui/material/Stack'
import Typography from '@mui/material/Typography'
import { confirmMfa, enrolMfa, Problem, type ReplyOf } from '@shopfleet/contracts'
import { useState } from 'react'
import { api } from '../api.ts'
import { FieldErrors } from '../problem.ts'
import { saveFile } from '../ui/csv.ts'
import { Field, Form, useForm } from '../ui/form.tsx'

type Enrolled = ReplyOf<typeof enrolMfa>

/** An authenticator app in three steps: the password, a code of the app, the recovery codes. */
export function SecondFactorSetup({ onDone }: { onDone: () => void }) {
  const [secret, setSecret] = useState<Enrolled | undefined>()
  const [codes, setCodes] = useState<string[] | undefined>()
  if (codes) return <RecoveryCodes codes={codes} onDone={onDone} />
  if (secret) return <ConfirmForm secret={secret} onConfirmed={setCodes} />
  return <StartForm onStarted={setSecret} />
}

function StartForm({ onStarted }: { onStarted: (secret: Enrolled) => void }) {
  const form = useForm({
    initial: { current_password: '' },
    async send({ current_password }) {
      try {
        return await api.call(enrolMfa, { body: { current_password } })
      } catch (error) {
        if (error instanceof Problem && error.problem === 'wrong-password')
          throw new FieldErrors({ current_password: 'That is not your password.' })
        throw error
      }
    },
    done: onStarted,
  })
  return (
    <Form form={form} label="Begin" act="Begin">
      <Field
        form={form}
        name="current_password"
        label="Your password"
        type="password"
        autoComplete="current-password"
      />
    </Form>
  )
}

function ConfirmForm({ secret, onConfirmed }: { secret: Enrolled; onConfirmed: (codes: string[]) => void }) {
  const form = useForm({
    initial: { code: '' },
    async send({ code }) {
      try {
        return await api.call(confirmMfa, { body: { code: code.trim() } })
      } catch (error) {
        if (error instanceof Problem && error.problem === 'invalid-code')
          throw new FieldErrors({ code: 'The code is wrong. Is the clock of the device right?' })
        throw error
      }
    },
    done: ({ recovery_codes }) => onConfirmed(recovery_codes),
  })
  return (
    <Stack sx={{ gap: 2 }}>
      <Typography variant="body2">
        Add this key to your authenticator app, or{' '}
        <MuiLink href={secret.otpauth_url}>open the app on this device</MuiLink>.
      </Typography>
      <Box component="code" sx={{ p: 1.5, borderRadius: 1, bgcolor: 'background.sunken', overflowWrap: 'anywhere' }}>
        {secret.secret.replace(/(.{4})/g, '$1 ').trim()}
      </Box>
      <Form form={form} label="Confirm" act="Confirm">
        <Field
          form={form}
          name="code"
          label="Code the app shows"
          autoComplete="one-time-code"
          slotProps={{ htmlInput: { inputMode: 'numeric' } }}
        />
      </Form>
    </Stack>
  )
}

function RecoveryCodes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  return (
    <Stack sx={{ gap: 2 }}>
      <Typography variant="body2">
        If the device is lost, each of these codes lets you in once. They are not shown again.
      </Typography>
      <Box
        component="ul"
        aria-label="Recovery codes"
        sx={{
          m: 0,
          p: 1.5,
          listStyle: 'none',
          borderRadius: 1,
          bgcolor: 'background.sunken',
          display: 'grid',
          gridTemplateColumns: '1fr 1fr',
          gap: 0.5,
        }}
      >
        {codes.map(code => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </Box>
      <Stack direction="row" sx={{ gap: 1 }}>
        <Button
          variant="outlined"
          onClick={() => saveFile('recovery-codes.txt', `${codes.join('\n')}\n`, 'text/plain')}
        >
          Save as a file
        </Button>
        <Button variant="contained" onClick={onDone}>
          I have kept them
        </Button>
      </Stack>
    </Stack>
  )
}
