import Add from '@mui/icons-material/Add'
import Chip from '@mui/material/Chip'
import Stack from '@mui/material/Stack'
import { useState } from 'react'
import { useLocation, useNavigate } from 'react-router'
import { keep, kept } from '../kept.ts'
import { useConfirm } from './confirm.tsx'
import { useNotice } from './notice.tsx'

/** Views of a table one comes back to: those that come with it, and one's own, kept in this browser. */

export interface View {
  name: string
  /** As in the address, without its question mark. */
  search: string
}

const normal = (search: string) => {
  const params = new URLSearchParams(search)
  params.sort()
  return params.toString()
}

export function SavedViews({ table, given }: { table: string; given: readonly View[] }) {
  const key = `panel-views ${table}`
  const [own, setOwn] = useState<View[]>(() => JSON.parse(kept(key) ?? '[]'))
  const { search } = useLocation()
  const navigate = useNavigate()
  const ask = useConfirm()
  const notice = useNotice()
  const current = normal(search)
  const isKnown = [...given, ...own].some(view => normal(view.search) === current)

  function store(views: View[]) {
    setOwn(views)
    keep(key, JSON.stringify(views))
  }
  async function save() {
    const name = await ask({
      title: 'Save this view',
      text: 'The filters as they are now, one click away in this browser.',
      act: 'Save view',
      reason: { label: 'Name', isRequired: true, maxLength: 40 },
    })
    if (name) store([...own.filter(view => view.name !== name), { name, search: current }])
  }
  function remove(view: View) {
    store(own.filter(one => one !== view))
    notice({ text: `“${view.name}” is gone`, kind: 'info', undo: { act: () => store(own) } })
  }
  const chip = (view: View, onDelete?: () => void) => {
    const isCurrent = normal(view.search) === current
    return (
      <Chip
        key={view.name}
        label={view.name}
        size="small"
        variant={isCurrent ? 'filled' : 'outlined'}
        color={isCurrent ? 'primary' : 'default'}
        onClick={() => navigate({ search: view.search }, { replace: true })}
        onDelete={onDelete}
        aria-pressed={isCurrent}
      />
    )
  }
  return (
    <Stack direction="row" role="group" aria-label="Views" sx={{ gap: 0.75, flexWrap: 'wrap', mb: 1.5 }}>
      {given.map(view => chip(view))}
      {own.map(view => chip(view, () => remove(view)))}
      {!isKnown ? <Chip label="Save view" icon={<Add />} size="small" variant="outlined" onClick={save} /> : null}
    </Stack>
  )
}
