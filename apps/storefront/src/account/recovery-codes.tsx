import Button from '@mui/material/Button'
import Checkbox from '@mui/material/Checkbox'
import FormControlLabel from '@mui/material/FormControlLabel'
import { styled } from '@mui/material/styles'
import { useEffect, useRef, useState } from 'react'
import { useShopName } from '../profile.ts'
import { useTexts } from '../shop.tsx'
import { accountTexts } from '../texts/account.ts'
import { Icon } from '../ui/icon.tsx'
import { CopyButton } from './copy-button.tsx'
import { saveFile } from './save-file.ts'

const List = styled('ol')(({ theme }) => ({
  display: 'grid',
  gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 290px), 1fr))',
  gap: '8px 24px',
  padding: 20,
  borderRadius: 14,
  background: theme.vars!.palette.background.sunken,
  fontFamily: 'ui-monospace, "SF Mono", Menlo, Consolas, monospace',
  fontSize: '0.9375rem',
  overflowWrap: 'anywhere',
  '&:focus-visible': { borderRadius: 14 },
}))

export interface RecoveryCodesProps {
  codes: readonly string[]
  email: string
  onDone: () => void
}

/** The recovery codes, this once: to be copied or saved before one goes on. */
export function RecoveryCodes({ codes, email, onDone }: RecoveryCodesProps) {
  const t = useTexts(accountTexts)
  const shopName = useShopName()
  const [isKept, setKept] = useState(false)
  const list = useRef<HTMLOListElement>(null)
  const text = codes.join('\n')

  useEffect(() => {
    list.current?.focus()
    // They are not shown again: whoever closes the page by mistake is asked.
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [])

  return (
    <>
      {/* The focus is led here, so that they are read out. */}
      <List ref={list} tabIndex={-1} aria-label={t.codes}>
        {codes.map(code => (
          <li key={code}>{code}</li>
        ))}
      </List>
      <div className="row">
        <CopyButton text={text} />
        <Button
          size="small"
          variant="outlined"
          startIcon={<Icon name="download" size={18} />}
          onClick={() => saveFile(t.codesFile, `${t.codesFileHead(email, shopName)}\n\n${text}\n`, 'text/plain')}
        >
          {t.download}
        </Button>
      </div>
      <div className="row" style={{ justifyContent: 'space-between' }}>
        <FormControlLabel
          control={<Checkbox checked={isKept} onChange={event => setKept(event.target.checked)} />}
          label={t.codesKept}
        />
        <Button variant="contained" disabled={!isKept} onClick={onDone}>
          {t.done}
        </Button>
      </div>
    </>
  )
}
