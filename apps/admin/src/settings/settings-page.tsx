import Button from '@mui/material/Button'
import Stack from '@mui/material/Stack'
import {
  type BodyOf,
  getSettings,
  Problem,
  type ReplyOf,
  type ShopProfile,
  type ShopSettings,
  updateSettings,
} from '@shopfleet/contracts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from '../api.ts'
import { moment } from '../formats.ts'
import { FieldErrors, problemText } from '../problem.ts'
import { profileQuery } from '../profile.ts'
import { Field, Form, Row, Select, useForm } from '../ui/form.tsx'
import { useNotice } from '../ui/notice.tsx'
import { Failed, Loading, Page, Section } from '../ui/page.tsx'
import { SimpleTable } from '../ui/simple-table.tsx'

const languages = { en: 'English', de: 'German' } as const

/** What is set for the whole shop. */
export function Component() {
  const { data, error, refetch } = useQuery({
    queryKey: ['settings'],
    refetchOnWindowFocus: false,
    queryFn: () => api.call(getSettings, {}),
  })
  return (
    <Page
      title="Settings"
      lead={
        data
          ? `Changed ${moment(data.updated_at)}. A change shows in the shop and in messages within seconds.`
          : undefined
      }
    >
      {error ? <Failed error={error} retry={refetch} /> : null}
      {!data && !error ? <Loading /> : null}
      {data ? (
        <Stack sx={{ gap: 2, maxWidth: 920 }}>
          <SettingsForm key={data.version} settings={data} />
          <Earlier settings={data} />
        </Stack>
      ) : null}
    </Page>
  )
}

const profileOf = ({ shop_name, support_email, low_stock_threshold, default_language }: ShopProfile): ShopProfile => ({
  shop_name,
  support_email,
  low_stock_threshold,
  default_language,
})

/** Sets the shop anew, and puts back how it was if that is asked for. */
function useSave() {
  const notice = useNotice()
  const queries = useQueryClient()

  async function set(body: BodyOf<typeof updateSettings>): Promise<ShopSettings> {
    try {
      return await api.call(updateSettings, { body })
    } catch (error) {
      if (error instanceof Problem && error.problem === 'changed-meanwhile')
        throw new Problem('changed-meanwhile', {
          detail:
            'Somebody else has changed the settings meanwhile. Load the page again to see them; nothing was overwritten.',
        })
      throw error
    }
  }
  function saved(now: ShopSettings, before: ShopProfile) {
    queries.setQueryData(profileQuery.queryKey, profileOf(now))
    for (const key of ['settings', 'dashboard']) void queries.invalidateQueries({ queryKey: [key] })
    notice({ text: 'The settings are saved', undo: { act: () => void putBack(before, now) } })
  }
  async function putBack(earlier: ShopProfile, now: ShopSettings) {
    try {
      saved(await set({ ...profileOf(earlier), version: now.version }), profileOf(now))
    } catch (error) {
      notice({ text: problemText(error), kind: 'error' })
    }
  }
  return { set, saved, putBack }
}

function SettingsForm({ settings }: { settings: ShopSettings }) {
  const { set, saved } = useSave()
  const form = useForm({
    initial: {
      shop_name: settings.shop_name,
      support_email: settings.support_email ?? '',
      low_stock_threshold: String(settings.low_stock_threshold),
      default_language: settings.default_language as string,
    },
    async send({ shop_name, support_email, low_stock_threshold, default_language }) {
      if (!/^\d{1,7}$/.test(low_stock_threshold.trim()))
        throw new FieldErrors({ low_stock_threshold: 'A whole number, zero or more.' })
      return set({
        shop_name: shop_name.trim(),
        support_email: support_email.trim() || null,
        low_stock_threshold: Number(low_stock_threshold),
        default_language: default_language as 'en',
        version: settings.version,
      })
    },
    done: now => saved(now, settings),
  })
  return (
    <Section title="The shop">
      <Form form={form} label="Settings" act="Save" onlyChanged>
        <Field
          form={form}
          name="shop_name"
          label="Name of the shop"
          required
          sx={{ mt: 1 }}
          helperText="In the storefront, its tabs, messages and authenticator apps."
          slotProps={{ htmlInput: { maxLength: 100 } }}
        />
        <Field
          form={form}
          name="support_email"
          label="E-mail for questions"
          type="email"
          helperText="At the foot of the storefront and of messages; replies to messages go there."
        />
        <Row>
          <Field
            form={form}
            name="low_stock_threshold"
            label="Few are left below"
            helperText="In the shop, on the dashboard and the stock pages."
            slotProps={{ htmlInput: { inputMode: 'numeric' } }}
          />
          <Select
            form={form}
            name="default_language"
            label="Language"
            choices={Object.entries(languages).map(([value, label]) => ({ value, label }))}
          />
        </Row>
      </Form>
    </Section>
  )
}

function Earlier({ settings }: { settings: ReplyOf<typeof getSettings> }) {
  const { putBack } = useSave()
  return (
    <Section title="How it was before" isFlush>
      <SimpleTable
        name="settings-before"
        label="Earlier settings"
        rows={settings.earlier}
        id={one => String(one.version)}
        empty="Nothing was changed yet."
        columns={[
          {
            label: 'Set',
            value: one => moment(one.updated_at),
            cell: one => (
              <Stack direction="row" sx={{ alignItems: 'center', gap: 1, whiteSpace: 'nowrap' }}>
                {moment(one.updated_at)}
                <Button
                  size="small"
                  color="secondary"
                  aria-label={`Put back how it was set ${moment(one.updated_at)}`}
                  onClick={() => void putBack(one, settings)}
                >
                  Put back
                </Button>
              </Stack>
            ),
          },
          { label: 'Name', value: one => one.shop_name },
          { label: 'For questions', value: one => one.support_email },
          { label: 'Few below', value: one => one.low_stock_threshold, align: 'right' },
          { label: 'Language', value: one => languages[one.default_language] },
        ]}
      />
    </Section>
  )
}
