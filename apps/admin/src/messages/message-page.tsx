import Box from '@mui/material/Box'
import Button from '@mui/material/Button'
import MuiLink from '@mui/material/Link'
import Typography from '@mui/material/Typography'
import {
  type MessageTry,
  type Notification,
  type ReplyOf,
  readNotification,
  resendNotification,
} from '@shopfleet/contracts'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { api } from '../api.ts'
import { count, moment, words } from '../formats.ts'
import { problemText } from '../problem.ts'
import { useMay } from '../session/session.ts'
import { useConfirm } from '../ui/confirm.tsx'
import { useNotice } from '../ui/notice.tsx'
import { Columns, Empty, Facts, Failed, Loading, Page, Section } from '../ui/page.tsx'
import { Status } from '../ui/status.tsx'
import { type LetterFormat, LetterHtml, LetterText, letterFormats, OneOf } from './letter.tsx'

/** One message: what it said, to whom, what came of each try to send it; and sending it again. */
export function Component() {
  const { id } = useParams() as { id: string }
  const { data, error, refetch } = useQuery({
    queryKey: ['messages', 'one', id],
    queryFn: () => api.call(readNotification, { params: { id } }),
    // Until it has come to an end.
    refetchInterval: ({ state }) =>
      state.data && ['queued', 'sending'].includes(state.data.message.status) ? 3000 : false,
  })
  const back = { to: '/messages', label: 'To the messages' }
  if (!data)
    return (
      <Page title="Message" back={back}>
        {error ? <Failed error={error} retry={refetch} /> : <Loading />}
      </Page>
    )
  const { message, tries, contents } = data
  return (
    <Page
      title={contents?.subject ?? message.subject ?? words(message.template)}
      back={back}
      badge={<Status of={message.status} />}
      lead={`${words(message.channel)} to ${message.recipient ?? 'somebody not known yet'}`}
      actions={<SendAgain message={message} />}
    >
      <Columns
        main={<Contents message={message} contents={contents} />}
        side={
          <>
            <About message={message} />
            <Tries tries={tries} message={message} />
          </>
        }
      />
    </Page>
  )
}

type Reply = ReplyOf<typeof readNotification>

function Contents({ message, contents }: Pick<Reply, 'message' | 'contents'>) {
  const [format, setFormat] = useState<LetterFormat>('html')
  if (!contents) {
    const isUnderWay = message.status === 'queued' || message.status === 'sending'
    return (
      <Section title="Contents">
        {isUnderWay ? (
          <Empty title="It is written when it is sent" hint="Whom it goes to and how the order stands is asked then." />
        ) : message.status === 'dropped' ? (
          <Empty title="It was not written" hint="There was a reason not to send it." />
        ) : (
          <Empty
            title="What it said is not kept"
            hint="Contents are kept for a while, and never longer than the address."
          />
        )}
      </Section>
    )
  }
  const { html, text } = contents
  return (
    <Section
      title="Contents"
      actions={html ? <OneOf label="Format" value={format} values={letterFormats} set={setFormat} /> : null}
    >
      {html && format === 'html' ? (
        <LetterHtml title="The message as it was sent" html={html} />
      ) : (
        <LetterText text={text} />
      )}
      <Typography variant="caption" color="textSecondary" component="p" sx={{ mt: 1 }}>
        As it was sent. Links that sign in, open an order or unsubscribe are shown without what makes them work, and
        pictures are not loaded.
      </Typography>
    </Section>
  )
}

function About({ message }: { message: Notification }) {
  const mayUsers = useMay('users')
  const { user_id, order_id } = message
  return (
    <Section title="Message">
      <Facts
        facts={[
          message.reason ? ['Reason', message.reason] : undefined,
          ['To', message.recipient ?? 'Not known, or no longer'],
          ['Channel', words(message.channel)],
          ['Template', `${words(message.template)} (${words(message.category).toLowerCase()})`],
          ['Asked for', moment(message.created_at)],
          message.sent_at ? ['Sent', moment(message.sent_at)] : undefined,
          order_id ? ['Order', <Way key="o" to={`/orders/${order_id}`} label="Open the order" />] : undefined,
          user_id && mayUsers
            ? ['Customer', <Way key="c" to={`/customers/${user_id}`} label="Open the customer" />]
            : undefined,
        ]}
      />
    </Section>
  )
}

const Way = ({ to, label }: { to: string; label: string }) => (
  <MuiLink component={Link} to={to}>
    {label}
  </MuiLink>
)

const tones = { sent: 'good', failed: 'bad', dropped: 'quiet', postponed: 'warn' } as const

function Tries({ tries, message }: { tries: MessageTry[]; message: Notification }) {
  return (
    <Section title="Tries">
      {tries.length === 0 ? (
        <Typography variant="body2" color="textSecondary">
          {message.attempts === 0 ? 'It was not tried yet.' : 'What came of them is not kept.'}
        </Typography>
      ) : (
        <Box component="ol" sx={{ m: 0, p: 0, listStyle: 'none', display: 'grid', gap: 1.25 }}>
          {tries.toReversed().map(one => (
            <Box component="li" key={one.first_at}>
              <Typography variant="body2" component="div">
                <Status
                  of={one.outcome}
                  tone={tones[one.outcome]}
                  label={`${one.outcome === 'postponed' ? 'Put off' : words(one.outcome)}${one.times > 1 ? `, ${count(one.times)} times` : ''}`}
                />
              </Typography>
              <Typography variant="caption" color="textSecondary" component="div" sx={{ overflowWrap: 'anywhere' }}>
                {moment(one.first_at)}
                {one.times > 1 ? ` to ${moment(one.last_at)}` : ''}
                {one.reason ? ` · ${one.reason}` : ''}
              </Typography>
            </Box>
          ))}
        </Box>
      )}
    </Section>
  )
}

function SendAgain({ message }: { message: Notification }) {
  const queries = useQueryClient()
  const notice = useNotice()
  const ask = useConfirm()
  const resend = useMutation({
    mutationFn: () => api.call(resendNotification, { params: { id: message.id } }),
    onSuccess: () => notice({ text: 'It is sent again' }),
    onError: error => notice({ text: `It was not sent again. ${problemText(error)}`, kind: 'error' }),
    onSettled: () => void queries.invalidateQueries({ queryKey: ['messages'] }),
  })
  async function sendAgain() {
    const wasSent = message.status === 'sent'
    const said = wasSent
      ? await ask({
          title: 'Send it again?',
          text: 'The receiver may have it already and get it twice.',
          act: 'Send again',
        })
      : ''
    if (said !== undefined) resend.mutate()
  }
  if (message.status === 'queued' || message.status === 'sending') return null
  return (
    <Button
      variant={message.status === 'failed' ? 'contained' : 'outlined'}
      color={message.status === 'failed' ? 'primary' : 'secondary'}
      loading={resend.isPending}
      onClick={() => void sendAgain()}
    >
      Send again
    </Button>
  )
}
