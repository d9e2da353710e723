import type { Product, Variant } from '@shopfleet/contracts'
import { useId, useState } from 'react'
import { useShop, useTexts } from '../shop.tsx'
import { attributeName } from '../texts/attributes.ts'
import { browseTexts } from '../texts/browse.ts'
import { Hidden } from '../ui/hidden.tsx'
import { styled } from '../ui/styled.ts'
import { pick, valuesOf } from './variant.ts'

const Options = styled('div')(({ theme }) => ({
  display: 'grid',
  gap: 18,
  '& fieldset': { border: 0, margin: 0, padding: 0, minWidth: 0 },
  '& legend': { padding: 0, fontSize: '0.875rem', color: theme.vars.palette.text.secondary, marginBottom: 8 },
  '& legend b': { color: theme.vars.palette.text.primary, fontWeight: 550 },
  '& .values': { display: 'flex', flexWrap: 'wrap', gap: 8 },
  '& label': {
    position: 'relative',
    minWidth: 48,
    minHeight: 44,
    padding: '0 16px',
    display: 'grid',
    placeItems: 'center',
    borderRadius: 12,
    border: `1.5px solid ${theme.vars.palette.divider}`,
    fontWeight: 550,
    cursor: 'pointer',
    '&:has(:checked)': { borderColor: theme.vars.palette.text.primary },
    '&:has(:focus-visible)': { outline: `2px solid ${theme.vars.palette.secondary.main}`, outlineOffset: 2 },
    // It may be chosen all the same: to see its price, or to be told when it is back.
    '&[data-gone=true]': { color: theme.vars.palette.text.secondary, textDecoration: 'line-through' },
  },
  '& input': { position: 'absolute', inset: 0, opacity: 0, cursor: 'pointer', margin: 0 },
}))

/**
 * What is bought of a product: itself, or one of its variants; at first the one that was asked for, else the first that is
 * there. With it how to choose another.
 */
export function useChosen(product: Product, asked?: string): [Product, (variant: Variant) => void] {
  const { variants } = product
  // Once chosen it stays so, although it may sell out meanwhile.
  const [id, setId] = useState(() => asked ?? variants.find(one => one.stock_quantity > 0)?.id)
  const variant = variants.find(one => one.id === id) ?? variants[0]
  if (!variant) return [product, () => {}]
  return [{ ...product, ...variant }, one => setId(one.id)]
}

/** A choice of each option: its values, as many as fit a line. */
export function VariantChoice({
  product,
  chosen,
  onChoose,
}: {
  product: Product
  chosen: Product
  onChoose: (variant: Variant) => void
}) {
  const t = useTexts(browseTexts)
  const { language } = useShop()
  const id = useId()
  const { variants } = product
  return (
    <Options>
      {Object.keys(variants[0]?.options ?? {}).map(name => (
        <fieldset key={name}>
          <legend>
            {attributeName(name, language).label}: <b>{chosen.options[name]}</b>
          </legend>
          <div className="values">
            {valuesOf(variants, name).map(value => {
              const variant = pick(variants, chosen.options, name, value)
              const isGone = variant.stock_quantity < 1
              return (
                <label key={value} data-gone={isGone}>
                  <input
                    type="radio"
                    name={`${id}-${name}`}
                    value={value}
                    checked={chosen.options[name] === value}
                    onChange={() => onChoose(variant)}
                  />
                  {value}
                  {isGone ? <Hidden> ({t.soldOut})</Hidden> : null}
                </label>
              )
            })}
          </div>
        </fieldset>
      ))}
    </Options>
  )
}
