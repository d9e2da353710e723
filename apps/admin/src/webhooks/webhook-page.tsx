import Alert from '@mui/material/Alert'
import Button from '@mui/material/Button'
import {
  deleteWebhook,
  listWebhookDeliveries,
  renewWebhookSecret,
  testWebhook,
  updateWebhook,
  type Webhook,
  type WebhookDelivery,
  webhookStates,
} from '@shopfleet/contracts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'
import { api } from '../api.ts'
import { moment, words } from '../formats.ts'
import { problemText } from '../problem.ts'
import { useConfirm } from '../ui/confirm.tsx'
import { type Column, DataTable, NothingFound } from '../ui/data-table.tsx'
import { ChoiceFilter, FilterBar, useFilters } from '../ui/filters.tsx'
import { useNotice } from '../ui/notice.tsx'
import { Columns, Empty, Facts, Failed, Loading, Page, Section } from '../ui/page.tsx'
import { Status } from '../ui/status.tsx'
import { Time } from '../ui/time.tsx'
import { DeliveryDialog } from './delivery-dialog.tsx'
import { SecretDialog } from './secret-dialog.tsx'
import { WebhookForm } from './webhook-form.tsx'
import { webhookQuery, webhooksKey } from './webhook-queries.ts'
import { standing } from './webhooks-page.tsx'

const back = { to: '/webhooks', label: 'To the webhooks' }

export function Component() {
  const { id } = useParams() as { id: string }
  const { data: webhook, error, refetch } = useQuery(webhookQuery(id))
  if (!webhook)
    return (
      <Page title="Webhook" back={back}>
        {error ? <Failed error={error} retry={refetch} /> : <Loading />}
      </Page>
    )
  return (
    <Page
      title={new URL(webhook.url).host}
      back={back}
      badge={<Status of="webhook" {...standing(webhook)} />}
      lead={webhook.description || webhook.url}
      actions={<Actions webhook={webhook} />}
    >
      {webhook.disabled_reason ? (
        <Alert severity="warning" sx={{ mb: 2 }}>
          It was switched off: {webhook.disabled_reason}
        </Alert>
      ) : null}
      <Columns
        main={<Deliveries webhook={webhook} />}
        side={
          <>
            <WebhookForm key={webhook.updated_at} webhook={webhook} />
            <Section title="How it goes">
              <Facts
                facts={[
                  ['Waiting', String(webhook.waiting)],
                  ['Taken last', webhook.delivered_at ? moment(webhook.delivered_at) : 'Never'],
                  webhook.failing_since ? ['Failing since', moment(webhook.failing_since)] : undefined,
                  ['Since', moment(webhook.created_at)],
                ]}
              />
            </Section>
          </>
        }
      />
    </Page>
  )
}

const tones = { waiting: 'busy', delivered: 'good', failed: 'bad' } as const
const columns: Column<WebhookDelivery>[] = [
  { name: 'event', label: 'Event', value: one => one.event, flex: 1.4, isLink: true },
  {
    name: 'status',
    label: 'Status',
    value: one => one.status,
    cell: one => <Status of={one.status} tone={tones[one.status]} />,
    width: 120,
  },
  { name: 'response_status', label: 'Answer', value: one => one.response_status ?? one.error, flex: 1, from: 'sm' },
  { name: 'attempts', label: 'Attempts', value: one => one.attempts, width: 90, align: 'right', from: 'md' },
  {
    name: 'created_at',
    label: 'When',
    value: one => one.created_at,
    cell: one => <Time at={one.created_at} />,
    width: 120,
    from: 'sm',
  },
]

function Deliveries({ webhook }: { webhook: Webhook }) {
  const filters = useFilters(['status'])
  const { status } = filters.values
  const [opened, setOpened] = useState<WebhookDelivery | undefined>()
  return (
    <Section title="What was sent" isFlush>
      <FilterBar>
        <ChoiceFilter
          filters={filters}
          name="status"
          label="Status"
          choices={webhookStates.map(value => ({ value, label: words(value) }))}
        />
      </FilterBar>
      <DataTable
        name={`deliveries-${webhook.id}`}
        label="Deliveries"
        queryKey={[...webhooksKey, 'deliveries', webhook.id, status]}
        load={page =>
          api.call(listWebhookDeliveries, {
            params: { id: webhook.id },
            query: { ...page, ...(status ? { status: status as WebhookDelivery['status'] } : {}) },
          })
        }
        columns={columns}
        onOpen={setOpened}
        refetch_ms={5000}
        empty={
          status ? (
            <NothingFound what="delivery" clear={filters.clear} />
          ) : (
            <Empty title="Nothing was sent yet" hint="What happens from now on is. A test shows whether it is taken." />
          )
        }
      />
      {opened ? (
        <DeliveryDialog webhook_id={webhook.id} delivery_id={opened.id} onClose={() => setOpened(undefined)} />
      ) : null}
    </Section>
  )
}

function Actions({ webhook }: { webhook: Webhook }) {
  const queries = useQueryClient()
  const ask = useConfirm()
  const notice = useNotice()
  const navigate = useNavigate()
  const [isTesting, setTesting] = useState(false)
  const [secret, setSecret] = useState<string | undefined>()
  const params = { id: webhook.id }
  const refresh = () => void queries.invalidateQueries({ queryKey: webhooksKey })
  /** Says what went wrong; answers whether nothing did. */
  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      notice({ text: problemText(error), kind: 'error' })
    }
    refresh()
  }
  const setActive = (is_active: boolean): Promise<void> =>
    attempt(async () => {
      await api.call(updateWebhook, { params, body: { is_active } })
      notice({
        text: is_active ? 'It is on' : 'It is off: what happens meanwhile is not sent later',
        undo: { act: () => void setActive(!is_active) },
      })
    })
  async function test() {
    setTesting(true)
    await attempt(async () => {
      const { response_status, error } = await api.call(testWebhook, { params })
      const isTaken = response_status !== null && response_status < 300
      notice({
        text: isTaken
          ? `Taken: it answered ${response_status}`
          : `Not taken: ${error ?? `it answered ${response_status}`}`,
        kind: isTaken ? 'success' : 'error',
      })
    })
    setTesting(false)
  }
  async function renew() {
    const said = await ask({
      title: 'Another secret?',
      text: 'The old one signs nothing any more, from this moment: the receiver refuses what comes until it has the new one.',
      act: 'Renew',
      isDangerous: true,
    })
    if (said !== undefined)
      await attempt(async () => setSecret((await api.call(renewWebhookSecret, { params })).secret))
  }
  async function remove() {
    const said = await ask({
      title: 'Delete this webhook?',
      text: 'Its deliveries go with it. This cannot be taken back; it can be switched off instead.',
      act: 'Delete webhook',
      isDangerous: true,
    })
    if (said === undefined) return
    await attempt(async () => {
      await api.call(deleteWebhook, { params })
      await navigate('/webhooks')
      notice({ text: 'The webhook is deleted' })
    })
  }
  return (
    <>
      <Button variant="outlined" color="error" onClick={() => void remove()}>
        Delete
      </Button>
      <Button variant="outlined" color="secondary" onClick={() => void renew()}>
        Renew secret
      </Button>
      <Button variant="outlined" color="secondary" onClick={() => void setActive(!webhook.is_active)}>
        {webhook.is_active ? 'Switch off' : 'Switch on'}
      </Button>
      <Button variant="contained" loading={isTesting} onClick={() => void test()}>
        Send a test
      </Button>
      {secret ? <SecretDialog secret={secret} onClose={() => setSecret(undefined)} /> : null}
    </>
  )
}
