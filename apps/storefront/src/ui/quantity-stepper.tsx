import { useEffect, useId, useState } from 'react'
import { useTexts } from '../shop.tsx'
import { shopTexts } from '../texts/shop.ts'
import { Hidden } from './hidden.tsx'
import { Icon } from './icon.tsx'
import { styled } from './styled.ts'

const Frame = styled('div')(({ theme }) => ({
  display: 'inline-flex',
  alignItems: 'center',
  border: `1px solid ${theme.vars.palette.ink.line}`,
  borderRadius: 999,
  '& button': {
    appearance: 'none',
    border: 0,
    background: 'none',
    color: 'inherit',
    display: 'grid',
    placeItems: 'center',
    cursor: 'pointer',
    borderRadius: 999,
    '&:disabled': { color: theme.vars.palette.text.disabled, cursor: 'default' },
    '&:not(:disabled):hover': { background: theme.vars.palette.ink.faint },
  },
  '& input': {
    width: '2.6em',
    border: 0,
    background: 'none',
    color: 'inherit',
    font: 'inherit',
    fontVariantNumeric: 'tabular-nums',
    textAlign: 'center',
    padding: 0,
    borderRadius: 6,
    appearance: 'textfield',
    '&::-webkit-inner-spin-button, &::-webkit-outer-spin-button': { appearance: 'none', margin: 0 },
  },
}))

export interface QuantityStepperProps {
  value: number
  onChange: (quantity: number) => void
  max?: number
  /** What is counted, for those who listen. */
  label: string
  size?: 'medium' | 'small'
  disabled?: boolean
}

/** A number of pieces: by buttons, by keys, or typed. What is typed counts once it is a number in bounds. */
export function QuantityStepper({
  value,
  onChange,
  max = 1000,
  label,
  size = 'medium',
  disabled,
}: QuantityStepperProps) {
  const t = useTexts(shopTexts)
  const id = useId()
  const [text, setText] = useState(String(value))
  useEffect(() => setText(String(value)), [value])
  const side = size === 'small' ? 34 : 46

  function typed(next: string) {
    setText(next)
    const quantity = Number(next)
    if (Number.isInteger(quantity) && quantity >= 1 && quantity <= max && quantity !== value) onChange(quantity)
  }

  return (
    <Frame>
      <Hidden as="label" {...{ htmlFor: id }}>
        {label}
      </Hidden>
      <button
        type="button"
        style={{ width: side, height: side }}
        disabled={disabled || value <= 1}
        aria-label={t.less(label)}
        onClick={() => onChange(value - 1)}
      >
        <Icon name="minus" size={18} />
      </button>
      <input
        id={id}
        type="number"
        inputMode="numeric"
        min={1}
        max={max}
        disabled={disabled}
        value={text}
        onChange={event => typed(event.target.value)}
        onBlur={() => setText(String(value))}
      />
      <button
        type="button"
        style={{ width: side, height: side }}
        disabled={disabled || value >= max}
        aria-label={t.more(label)}
        onClick={() => onChange(value + 1)}
      >
        <Icon name="plus" size={18} />
      </button>
    </Frame>
  )
}
