import Box from '@mui/material/Box'
import Button from '@mui/material/Button'
import LinearProgress from '@mui/material/LinearProgress'
import Typography from '@mui/material/Typography'
import { exportCustomer, Problem, type ReplyOf, type User } from '@shopfleet/contracts'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { api } from '../api.ts'
import { problemText } from '../problem.ts'
import { saveFile } from '../ui/csv.ts'
import { useNotice } from '../ui/notice.tsx'

/** How long until services that do not answer are asked again. */
const again_ms = 3000

/** Makes the file a customer may ask for. A service that is away is waited for: a part of it would look like all. */
export function useExport(user: User) {
  const notice = useNotice()
  const queries = useQueryClient()
  const [waiting, setWaiting] = useState<string[]>()
  const run = useRef<AbortController>(undefined)
  useEffect(() => () => run.current?.abort(), [])

  async function begin() {
    run.current = new AbortController()
    const { signal } = run.current
    setWaiting([])
    try {
      for (;;) {
        const got = await ask(user.id)
        if (signal.aborted) return
        if (!Array.isArray(got)) {
          saveFile(`data-of-${user.email}.json`, JSON.stringify(got, null, 2), 'application/json')
          notice({ text: `The data of ${user.email} is saved as a file` })
          void queries.invalidateQueries({ queryKey: ['user', user.id, 'record'] })
          break
        }
        setWaiting(got)
        await new Promise(resolve => setTimeout(resolve, again_ms))
        if (signal.aborted) return
      }
    } catch (error) {
      if (!signal.aborted) notice({ text: problemText(error), kind: 'error' })
    }
    setWaiting(undefined)
  }
  function cancel() {
    run.current?.abort()
    setWaiting(undefined)
  }
  return { begin, cancel, waiting }
}

/** All of it, or who does not answer. */
async function ask(id: string): Promise<ReplyOf<typeof exportCustomer> | string[]> {
  try {
    return await api.call(exportCustomer, { params: { id } })
  } catch (error) {
    if (error instanceof Problem && error.problem === 'unavailable' && Array.isArray(error.extra.away))
      return error.extra.away as string[]
    throw error
  }
}

/** How far it is, while it is made. */
export function ExportProgress({ waiting, cancel }: { waiting: string[]; cancel: () => void }) {
  return (
    <Box role="status" sx={{ mb: 1.5 }}>
      <LinearProgress aria-label="The file is being made" sx={{ borderRadius: 1 }} />
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, mt: 0.5 }}>
        <Typography variant="body2" color="textSecondary" sx={{ flex: 1 }}>
          {waiting.length > 0
            ? `Waiting for ${waiting.join(', ')}: a file without it would not be whole.`
            : 'Every service is asked for what it keeps.'}
        </Typography>
        <Button size="small" color="secondary" onClick={cancel}>
          Cancel
        </Button>
      </Box>
    </Box>
  )
}
