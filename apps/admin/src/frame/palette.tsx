import Search from '@mui/icons-material/Search'
import Box from '@mui/material/Box'
import Dialog from '@mui/material/Dialog'
import InputBase from '@mui/material/InputBase'
import List from '@mui/material/List'
import ListItemButton from '@mui/material/ListItemButton'
import Stack from '@mui/material/Stack'
import Typography from '@mui/material/Typography'
import { type KeyboardEvent, useEffect, useState } from 'react'
import { useNavigate } from 'react-router'
import { useMe } from '../session/session.ts'
import { useFound } from './search.ts'

/** Ctrl K: whatever there is, by a few letters of it. */
export function Palette({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <Dialog
      open={isOpen}
      onClose={onClose}
      aria-label="Search everywhere"
      slotProps={{ paper: { sx: { position: 'absolute', top: { xs: 8, sm: '12vh' }, m: 1, maxHeight: '70vh' } } }}
    >
      {isOpen ? <Inside onClose={onClose} /> : null}
    </Dialog>
  )
}

function Inside({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const navigate = useNavigate()
  const { found, isAsking } = useFound(useMe(), text)
  // biome-ignore lint/correctness/useExhaustiveDependencies: other words, another first.
  useEffect(() => setAt(0), [text])
  const current = Math.min(at, Math.max(0, found.length - 1))

  function go(index: number) {
    const hit = found[index]
    if (!hit) return
    onClose()
    void navigate(hit.to)
  }
  function press(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined && found.length > 0) {
      event.preventDefault()
      setAt((current + step + found.length) % found.length)
    } else if (event.key === 'Enter') {
      event.preventDefault()
      go(current)
    }
  }
  return (
    <>
      <Stack
        direction="row"
        sx={{ alignItems: 'center', gap: 1.25, px: 2, py: 1.25, borderBottom: 1, borderColor: 'divider' }}
      >
        <Search color="action" />
        <InputBase
          autoFocus
          fullWidth
          value={text}
          onChange={event => setText(event.target.value)}
          onKeyDown={press}
          placeholder="Order number, e-mail, product, page…"
          inputProps={{
            'aria-label': 'Search everywhere',
            role: 'combobox',
            'aria-expanded': true,
            'aria-controls': 'found',
            'aria-activedescendant': found.length > 0 ? `found-${current}` : undefined,
            autoComplete: 'off',
            spellCheck: false,
          }}
        />
      </Stack>
      <List id="found" role="listbox" aria-label="Found" dense sx={{ overflowY: 'auto', py: 0.75 }}>
        {found.map((hit, index) => (
          <ListItemButton
            key={hit.kind + hit.to}
            id={`found-${index}`}
            role="option"
            aria-selected={index === current}
            selected={index === current}
            tabIndex={-1}
            onMouseMove={() => setAt(index)}
            onClick={() => go(index)}
            sx={{ gap: 1.5, mx: 0.75, borderRadius: 1.5 }}
          >
            <Box sx={{ minWidth: 0, flex: 1 }}>
              <Typography variant="body2" noWrap sx={{ fontWeight: 540 }}>
                {hit.label}
              </Typography>
              {hit.hint ? (
                <Typography variant="caption" color="textSecondary" noWrap component="div">
                  {hit.hint}
                </Typography>
              ) : null}
            </Box>
            <Typography variant="caption" color="textSecondary">
              {hit.kind}
            </Typography>
          </ListItemButton>
        ))}
      </List>
      {found.length === 0 ? (
        <Typography variant="body2" color="textSecondary" sx={{ px: 2, pb: 2 }} role="status">
          {isAsking ? 'Searching…' : 'Nothing found. Orders are found by their whole number or e-mail.'}
        </Typography>
      ) : null}
    </>
  )
}
