import { sendNotification } from '@shopfleet/contracts'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api.ts'
import { Field, Row, Select, useForm } from '../ui/form.tsx'
import { FormDialog } from '../ui/form-dialog.tsx'
import { useNotice } from '../ui/notice.tsx'

type Receiver = { order_id: string } | { user_id: string } | { email: string }

/** A letter to a customer; to whom is known, or asked for. */
export function WriteDialog({ to, about, onClose }: { to?: Receiver; about?: string; onClose: () => void }) {
  const notice = useNotice()
  const queries = useQueryClient()
  const [key] = useState(() => crypto.randomUUID())
  const form = useForm({
    initial: { email: '', subject: about ? `Your order ${about}` : '', text: '', locale: 'en' },
    draft: `message ${JSON.stringify(to ?? 'anyone')}`,
    send: ({ email, subject, text, locale }) =>
      api.call(
        sendNotification,
        { body: { ...(to ?? { email: email.trim() }), subject, text, locale: locale as 'en' } },
        { 'idempotency-key': key },
      ),
    done() {
      notice({ text: 'The message is on its way' })
      void queries.invalidateQueries({ queryKey: ['messages'] })
      if (to && 'order_id' in to) void queries.invalidateQueries({ queryKey: ['order', to.order_id, 'messages'] })
      onClose()
    },
  })
  return (
    <FormDialog title="Write to a customer" act="Send" form={form} onClose={onClose}>
      {to ? null : <Field form={form} name="email" label="E-mail address" type="email" required />}
      <Row>
        <Field form={form} name="subject" label="Subject" required slotProps={{ htmlInput: { maxLength: 150 } }} />
        <Select
          form={form}
          name="locale"
          label="Language around it"
          choices={[
            { value: 'en', label: 'English' },
            { value: 'de', label: 'German' },
          ]}
        />
      </Row>
      <Field
        form={form}
        name="text"
        label="Text"
        required
        multiline
        minRows={6}
        helperText="A blank line begins a paragraph. It is sent with the shop’s greeting."
        slotProps={{ htmlInput: { maxLength: 5000 } }}
      />
    </FormDialog>
  )
}
