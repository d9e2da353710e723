import Switch from '@mui/material/Switch'
import { styled } from '@mui/material/styles'
import { type ReactNode, useId } from 'react'

const Row = styled('div')(({ theme }) => ({
  display: 'grid',
  gridTemplateColumns: 'minmax(0, 1fr) auto',
  alignItems: 'center',
  gap: 20,
  paddingBlock: 12,
  '& + &': { borderTop: `1px solid ${theme.vars!.palette.divider}` },
  '& label': { cursor: 'pointer' },
  // White on white, it is seen by its rim.
  '& .MuiSwitch-switchBase:not(.Mui-checked) .MuiSwitch-thumb': {
    border: `1px solid ${theme.vars!.palette.text.secondary}`,
  },
  '& small': { display: 'block', fontSize: '0.875rem', color: theme.vars!.palette.text.secondary },
}))

export interface SwitchRowProps {
  label: string
  text?: ReactNode
  checked: boolean
  disabled?: boolean
  onChange: (isOn: boolean) => void
}

/** Something that is on or off. */
export function SwitchRow({ label, text, checked, disabled, onChange }: SwitchRowProps) {
  const id = useId()
  return (
    <Row>
      <span>
        <label htmlFor={id}>{label}</label>
        {text ? <small id={`${id}-text`}>{text}</small> : null}
      </span>
      <Switch
        color="secondary"
        checked={checked}
        disabled={disabled}
        onChange={event => onChange(event.target.checked)}
        slotProps={{ input: { id, role: 'switch', 'aria-describedby': text ? `${id}-text` : undefined } }}
      />
    </Row>
  )
}
