import Button from '@mui/material/Button'
import { type DeadLetter, discardDeadLetter, editDeadLetter, replayDeadLetter } from '@shopfleet/contracts'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { api } from '../api.ts'
import { moment } from '../formats.ts'
import { FieldErrors, problemText } from '../problem.ts'
import { useConfirm } from '../ui/confirm.tsx'
import { Field, Form, useForm } from '../ui/form.tsx'
import { Json } from '../ui/json.tsx'
import { useNotice } from '../ui/notice.tsx'
import { Columns, Empty, Facts, Failed, Loading, Page, Section } from '../ui/page.tsx'
import { Status } from '../ui/status.tsx'
import { letterQuery, lettersKey } from './dead-letter-queries.ts'

const back = { to: '/dead-letters', label: 'To the dead letters' }

export function Component() {
  const { service, id } = useParams() as { service: string; id: string }
  const { data: letter, error, refetch } = useQuery(letterQuery(service, id))
  if (!letter)
    return (
      <Page title="Dead letter" back={back}>
        {error ? <Failed error={error} retry={refetch} /> : null}
        {letter === undefined && !error ? <Loading /> : null}
        {letter === null ? <Empty title="There is no such letter" hint="It may have been cleared away." /> : null}
      </Page>
    )
  return (
    <Page
      title={letter.message.name}
      back={back}
      badge={<Status of={letter.outcome ?? 'open'} />}
      lead={`Could not be applied by ${letter.service}`}
      actions={letter.outcome ? null : <Actions letter={letter} />}
    >
      <Columns
        main={
          <>
            <Section title="Why">
              <Json value={letter.error} label="Error" />
            </Section>
            {letter.outcome ? (
              <Section title="What it said">
                <Json value={letter.message.payload} label="Payload" />
              </Section>
            ) : (
              <PayloadForm key={JSON.stringify(letter.message.payload)} letter={letter} />
            )}
            {letter.original ? (
              <Section title="As it was said at first">
                <Json value={letter.original.payload} label="First payload" />
              </Section>
            ) : null}
          </>
        }
        side={
          <Section title="The event">
            <Facts
              facts={[
                ['Said by', letter.message.service],
                ['Version', String(letter.message.version)],
                ['Said', letter.message.occurred_at],
                ['About', letter.aggregate_id],
                ['Topic', letter.topic],
                ['Attempts', String(letter.attempts)],
                ['Set aside', moment(letter.created_at)],
                letter.replayed_at ? ['Dealt with', moment(letter.replayed_at)] : undefined,
                ['Event', letter.event_id],
                ['Correlation', letter.message.correlation_id],
              ]}
            />
          </Section>
        }
      />
    </Page>
  )
}

const input = ({ service, event_id }: DeadLetter) => ({ params: { id: event_id }, query: { service } })

function Actions({ letter }: { letter: DeadLetter }) {
  const queries = useQueryClient()
  const notice = useNotice()
  const ask = useConfirm()
  const settle = (answer?: DeadLetter) => {
    if (answer) queries.setQueryData(letterQuery(letter.service, letter.event_id).queryKey, answer)
    void queries.invalidateQueries({ queryKey: lettersKey })
  }
  const replay = useMutation({
    mutationFn: () => api.call(replayDeadLetter, input(letter)),
    onSuccess(answer) {
      const isDone = answer.outcome === 'replayed'
      notice({
        text: isDone
          ? 'It is applied now, with what waited behind it'
          : 'It could not be applied again: the reason is below',
        kind: isDone ? 'success' : 'error',
      })
    },
    onError: error => notice({ text: problemText(error), kind: 'error' }),
    onSettled: answer => settle(answer),
  })
  async function discard() {
    const said = await ask({
      title: 'Never apply it?',
      text: `${letter.service} will go on as if this had not happened. What waits behind it is applied. This cannot be taken back.`,
      act: 'Discard for good',
      isDangerous: true,
    })
    if (said === undefined) return
    try {
      settle(await api.call(discardDeadLetter, input(letter)))
      notice({ text: 'It is discarded' })
    } catch (error) {
      notice({ text: problemText(error), kind: 'error' })
    }
  }
  return (
    <>
      <Button variant="outlined" color="error" onClick={() => void discard()}>
        Discard
      </Button>
      <Button variant="contained" loading={replay.isPending} onClick={() => replay.mutate()}>
        Replay
      </Button>
    </>
  )
}

function parse(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch (error) {
    throw new FieldErrors({ payload: `This is no JSON: ${(error as Error).message}` })
  }
  throw new FieldErrors({ payload: 'An object, in braces.' })
}

function PayloadForm({ letter }: { letter: DeadLetter }) {
  const queries = useQueryClient()
  const notice = useNotice()
  const form = useForm({
    initial: { payload: JSON.stringify(letter.message.payload, null, 2) },
    draft: `letter ${letter.event_id}`,
    send: async ({ payload }) => api.call(editDeadLetter, { ...input(letter), body: { payload: parse(payload) } }),
    done(answer) {
      queries.setQueryData(letterQuery(letter.service, letter.event_id).queryKey, answer)
      notice({ text: 'Mended: replay it to have it applied' })
    },
  })
  return (
    <Section title="What it says">
      <Form form={form} label="Mend the event" act="Save" onlyChanged>
        <Field
          form={form}
          name="payload"
          label="Payload"
          multiline
          minRows={8}
          maxRows={24}
          helperText="Its first text is kept. It must be what the event promises."
          sx={{ mt: 1 }}
          slotProps={{
            htmlInput: { spellCheck: false, style: { fontFamily: 'ui-monospace, Menlo, monospace', fontSize: 13 } },
          }}
        />
      </Form>
    </Section>
  )
}
