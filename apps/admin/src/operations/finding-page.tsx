import Alert from '@mui/material/Alert'
import Box from '@mui/material/Box'
import Button from '@mui/material/Button'
import Typography from '@mui/material/Typography'
import { closeFinding, type Finding, getFinding, Problem, repairFinding } from '@shopfleet/contracts'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { api } from '../api.ts'
import { moment, words } from '../formats.ts'
import { problemText } from '../problem.ts'
import { useConfirm } from '../ui/confirm.tsx'
import { Json } from '../ui/json.tsx'
import { useNotice } from '../ui/notice.tsx'
import { Columns, Facts, Failed, Loading, Page, Section } from '../ui/page.tsx'
import { Status } from '../ui/status.tsx'

const back = { to: '/findings?state=open', label: 'To the findings' }

export function Component() {
  const { id } = useParams() as { id: string }
  const {
    data: finding,
    error,
    refetch,
  } = useQuery({
    queryKey: ['findings', 'one', id],
    queryFn: () => api.call(getFinding, { params: { id } }),
  })
  if (!finding)
    return (
      <Page title="Finding" back={back}>
        {error ? <Failed error={error} retry={refetch} /> : <Loading />}
      </Page>
    )
  return (
    <Page
      title={finding.title}
      back={back}
      badge={<Status of={finding.state} />}
      lead={words(finding.kind)}
      actions={finding.state === 'open' ? <Actions finding={finding} /> : null}
    >
      {finding.advice ? (
        <Alert severity="info" sx={{ mb: 2 }}>
          {finding.advice}
        </Alert>
      ) : null}
      <Columns
        main={
          <>
            <Section title="What was seen">
              <Json value={finding.evidence} label="Evidence" />
            </Section>
            <Section title="What was done">
              <Box component="ol" sx={{ m: 0, pl: 2.5, display: 'grid', gap: 0.75 }}>
                {finding.history.map(step => (
                  <li key={step.at + step.what}>
                    <Typography variant="body2">
                      {words(step.what)}
                      {step.detail ? `: ${step.detail}` : ''}
                    </Typography>
                    <Typography variant="caption" color="textSecondary">
                      {moment(step.at)} · {step.by}
                    </Typography>
                  </li>
                ))}
              </Box>
            </Section>
          </>
        }
        side={
          <Section title="Facts">
            <Facts
              facts={[
                ['Of', finding.subject],
                ['First seen', moment(finding.first_seen)],
                ['Seen last', moment(finding.last_seen)],
                ['Repairs tried', String(finding.attempts)],
                finding.last_error ? ['Last error', finding.last_error] : undefined,
                finding.repaired_at ? ['Repaired', moment(finding.repaired_at)] : undefined,
                finding.how ? ['How', finding.how] : undefined,
              ]}
            />
          </Section>
        }
      />
    </Page>
  )
}

function Actions({ finding }: { finding: Finding }) {
  const queries = useQueryClient()
  const notice = useNotice()
  const ask = useConfirm()
  const refresh = () => void queries.invalidateQueries({ queryKey: ['findings'] })
  const repair = useMutation({
    mutationFn: () => api.call(repairFinding, { params: { id: finding.id } }),
    onSuccess: ({ state, last_error }) =>
      notice({
        text:
          state === 'open'
            ? `It was tried; whether it helped is seen at the next comparison.${last_error ? ` ${last_error}` : ''}`
            : `It is ${state}`,
        kind: state === 'open' ? 'info' : 'success',
      }),
    onError: error =>
      notice({
        text:
          error instanceof Problem && error.problem === 'not-repairable'
            ? 'This is left to people: see the advice, and close it when it is dealt with.'
            : problemText(error),
        kind: 'error',
      }),
    onSettled: refresh,
  })
  async function close() {
    const reason = await ask({
      title: 'Dealt with?',
      text: 'If it still differs, it is found again.',
      act: 'Close finding',
      reason: { label: 'What was done', isRequired: true, maxLength: 500 },
    })
    if (!reason) return
    try {
      await api.call(closeFinding, { params: { id: finding.id }, body: { reason } })
      notice({ text: 'It is closed' })
    } catch (error) {
      notice({ text: problemText(error), kind: 'error' })
    }
    refresh()
  }
  return (
    <>
      <Button variant="outlined" color="secondary" onClick={() => void close()}>
        Close
      </Button>
      <Button variant="contained" loading={repair.isPending} onClick={() => repair.mutate()}>
        Repair now
      </Button>
    </>
  )
}
