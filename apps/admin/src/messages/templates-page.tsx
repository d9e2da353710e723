import Box from '@mui/material/Box'
import List from '@mui/material/List'
import ListItem from '@mui/material/ListItem'
import ListItemButton from '@mui/material/ListItemButton'
import ListItemText from '@mui/material/ListItemText'
import { listMessageTemplates, type MessageTemplate, previewMessageTemplate } from '@shopfleet/contracts'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../api.ts'
import { words } from '../formats.ts'
import { Failed, Loading, Page, Section } from '../ui/page.tsx'
import { type LetterFormat, LetterHtml, LetterText, letterFormats, OneOf } from './letter.tsx'

/** Every letter the shop can write, filled with a sample. */
export function Component() {
  const { data, error, refetch } = useQuery({
    queryKey: ['templates'],
    staleTime: 10 * 60_000,
    queryFn: async () => (await api.call(listMessageTemplates, {})).items,
  })
  const [chosen, setChosen] = useState<MessageTemplate | undefined>()
  const current = data?.find(({ name }) => name === chosen) ?? data?.[0]
  return (
    <Page
      title="Templates"
      back={{ to: '/messages', label: 'To the messages' }}
      lead="Filled with a sample, as a customer gets them."
    >
      {error ? <Failed error={error} retry={refetch} /> : null}
      {!data && !error ? <Loading /> : null}
      {data && current ? (
        <Box
          sx={{ display: 'grid', gap: 2, gridTemplateColumns: { xs: 'minmax(0, 1fr)', md: '280px minmax(0, 1fr)' } }}
        >
          <Section isFlush>
            <List
              dense
              aria-label="Templates"
              sx={{ maxHeight: { xs: 220, md: 'none' }, overflowY: 'auto' }}
              tabIndex={0}
            >
              {data.map(({ name, category }) => (
                <ListItem key={name} disablePadding>
                  <ListItemButton
                    selected={name === current.name}
                    aria-current={name === current.name}
                    onClick={() => setChosen(name)}
                  >
                    <ListItemText primary={words(name)} secondary={words(category)} />
                  </ListItemButton>
                </ListItem>
              ))}
            </List>
          </Section>
          <Preview key={current.name} name={current.name} locales={current.locales} subjects={current.subjects} />
        </Box>
      ) : null}
    </Page>
  )
}

interface PreviewProps {
  name: MessageTemplate
  locales: string[]
  subjects: Record<string, string>
}

function Preview({ name, locales, subjects }: PreviewProps) {
  const [locale, setLocale] = useState(locales[0]!)
  const [format, setFormat] = useState<LetterFormat>('html')
  const { data, error, refetch } = useQuery({
    queryKey: ['templates', name, locale, format],
    staleTime: 10 * 60_000,
    queryFn: () =>
      api.call(
        previewMessageTemplate,
        { params: { name }, query: { locale: locale as 'en', format } },
        { accept: '*/*' },
      ),
  })
  return (
    <Section
      title={subjects[locale] ?? words(name)}
      actions={
        <>
          <OneOf
            label="Language"
            value={locale}
            values={locales.map(value => ({ value, label: value.toUpperCase() }))}
            set={setLocale}
          />
          <OneOf label="Format" value={format} values={letterFormats} set={setFormat} />
        </>
      }
    >
      {error ? <Failed error={error} retry={refetch} /> : null}
      {data === undefined && !error ? <Loading lines={8} /> : null}
      {data !== undefined && format === 'html' ? (
        <LetterHtml title={`Preview of ${words(name)}`} html={String(data)} />
      ) : null}
      {data !== undefined && format === 'text' ? <LetterText text={String(data)} /> : null}
    </Section>
  )
}
