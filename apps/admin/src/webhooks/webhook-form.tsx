import Autocomplete from '@mui/material/Autocomplete'
import TextField from '@mui/material/TextField'
import { createWebhook, updateWebhook, type Webhook } from '@shopfleet/contracts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { api } from '../api.ts'
import { FieldErrors } from '../problem.ts'
import { Field, Form, type FormState, useForm } from '../ui/form.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { useNotice } from '../ui/notice.tsx'
import { Section } from '../ui/page.tsx'
import { SecretDialog } from './secret-dialog.tsx'
import { eventsQuery, webhooksKey } from './webhook-queries.ts'

/** Names of events are one text in a form, with spaces between. */
const namesOf = (text: string | boolean) => String(text).split(' ').filter(Boolean)

function bodyOf({ url, description, events }: Record<'url' | 'description' | 'events', string>) {
  const names = namesOf(events)
  if (names.length === 0) throw new FieldErrors({ events: 'At least one event, or all of them.' })
  return { url: url.trim(), description: description.trim(), events: names }
}

function Fields({ form }: { form: FormState }) {
  const { data } = useQuery(eventsQuery)
  const summaries = new Map(data?.map(({ name, summary }) => [name, summary]))
  return (
    <>
      <Field
        form={form}
        name="url"
        label="Address"
        type="url"
        required
        placeholder="https://erp.example.com/shop"
        helperText="https, at a public address"
        sx={{ mt: 1 }}
      />
      <Autocomplete
        multiple
        size="small"
        disableCloseOnSelect
        options={['*', ...(data ?? []).map(({ name }) => name)]}
        value={namesOf(form.values.events)}
        onChange={(_, names) =>
          form.set('events', (names.at(-1) === '*' ? ['*'] : names.filter(name => name !== '*')).join(' '))
        }
        getOptionLabel={name => (name === '*' ? 'Everything' : name)}
        renderOption={({ key, ...props }, name) => (
          <li key={key} {...props}>
            <span>
              {name === '*' ? 'Everything, also what comes later' : name}
              <br />
              <small>{summaries.get(name)}</small>
            </span>
          </li>
        )}
        renderInput={params => (
          <TextField
            {...params}
            label="Events"
            error={form.fields.events !== undefined}
            helperText={form.fields.events ?? 'What it is told of.'}
          />
        )}
      />
      <Field form={form} name="description" label="What it is for" slotProps={{ htmlInput: { maxLength: 200 } }} />
    </>
  )
}

export function NewWebhookDialog({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient()
  const navigate = useNavigate()
  const [made, setMade] = useState<{ id: string; secret: string } | undefined>()
  const form = useForm({
    initial: { url: '', description: '', events: '' },
    draft: 'webhook new',
    send: async values => api.call(createWebhook, { body: bodyOf(values) }),
    done(answer) {
      void queries.invalidateQueries({ queryKey: webhooksKey })
      setMade(answer)
    },
  })
  if (made)
    return (
      <SecretDialog
        secret={made.secret}
        onClose={() => {
          onClose()
          void navigate(`/webhooks/${made.id}`)
        }}
      />
    )
  return (
    <FormDialog title="New webhook" act="Make webhook" form={form} onClose={onClose}>
      <Fields form={form} />
    </FormDialog>
  )
}

export function WebhookForm({ webhook }: { webhook: Webhook }) {
  const queries = useQueryClient()
  const notice = useNotice()
  const form = useForm({
    initial: { url: webhook.url, description: webhook.description, events: webhook.events.join(' ') },
    send: async values => api.call(updateWebhook, { params: { id: webhook.id }, body: bodyOf(values) }),
    done() {
      notice({ text: 'The webhook is saved' })
      void queries.invalidateQueries({ queryKey: webhooksKey })
    },
  })
  return (
    <Section title="What is sent where">
      <Form form={form} label="Webhook" act="Save" onlyChanged>
        <Fields form={form} />
      </Form>
    </Section>
  )
}
