import { type FormEvent, type ReactNode, useId, useState } from 'react'
import { Link } from 'react-router'
import { useFormats, useShop, useTexts } from '../shop.tsx'
import { attributeName } from '../texts/attributes.ts'
import { browseTexts } from '../texts/browse.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { styled } from '../ui/styled.ts'
import { type Choice, choicesOf, type Facets, withValue } from './filter-choices.ts'
import type { Listing } from './listing.ts'
import { useChosenListing, useListingAddress } from './use-listing.ts'

const Form = styled('form')(({ theme }) => ({
  fontSize: '0.9375rem',
  '& details': { borderBottom: `1px solid ${theme.vars.palette.divider}` },
  '& details:first-of-type': { borderTop: `1px solid ${theme.vars.palette.divider}` },
  '& summary': {
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'space-between',
    minHeight: 52,
    fontWeight: 580,
    letterSpacing: '-0.01em',
    cursor: 'pointer',
    listStyle: 'none',
    '&::-webkit-details-marker': { display: 'none' },
    '& svg': { color: theme.vars.palette.text.secondary, transition: 'transform .2s' },
  },
  '& details[open] > summary svg': { transform: 'rotate(180deg)' },
  '& .body': { paddingBottom: 16 },
  '& .choice': {
    display: 'flex',
    alignItems: 'center',
    gap: 11,
    minHeight: 36,
    cursor: 'pointer',
    color: 'inherit',
    textDecoration: 'none',
    '&:hover .word': { textDecoration: 'underline', textUnderlineOffset: 3 },
    '&[aria-current]': { fontWeight: 600 },
  },
  '& .count': { marginLeft: 'auto', color: theme.vars.palette.text.secondary, fontVariantNumeric: 'tabular-nums' },
  '& input[type=checkbox]': {
    flex: 'none',
    width: 18,
    height: 18,
    margin: 0,
    accentColor: theme.vars.palette.primary.main,
  },
  '& .more': {
    border: 0,
    padding: '8px 0',
    background: 'none',
    color: theme.vars.palette.text.secondary,
    font: 'inherit',
    textDecoration: 'underline',
    textUnderlineOffset: 3,
    cursor: 'pointer',
  },
  '& .range': { display: 'grid', gridTemplateColumns: '1fr 1fr', gap: 10, '& button': { gridColumn: '1 / -1' } },
  '& .range label': { minWidth: 0, fontSize: '0.8125rem', color: theme.vars.palette.text.secondary },
  '& .range input': {
    display: 'block',
    width: '100%',
    height: 42,
    marginTop: 4,
    padding: '0 12px',
    border: `1px solid ${theme.vars.palette.ink.line}`,
    borderRadius: 10,
    background: theme.vars.palette.background.paper,
    color: theme.vars.palette.text.primary,
    font: 'inherit',
    fontVariantNumeric: 'tabular-nums',
  },
}))

function Group({ title, isOpen, children }: { title: string; isOpen: boolean; children: ReactNode }) {
  return (
    <details open={isOpen}>
      <summary>
        {title}
        <Icon name="down" size={18} />
      </summary>
      <div className="body">{children}</div>
    </details>
  )
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
const shownAtFirst = 6

interface ValuesProps {
  name: string
  choices: Choice[]
  unit: string
  onChoose: (value: string, isChosen: boolean) => void
}

function Values({ name, choices, unit, onChoose }: ValuesProps) {
  const t = useTexts(browseTexts)
  const { number } = useFormats()
  const [isWhole, setWhole] = useState(false)
  const hidden = choices.length - shownAtFirst
  const shown = isWhole ? choices : choices.filter((choice, i) => i < shownAtFirst || choice.isChosen)
  return (
    <>
      {shown.map(({ value, count, isChosen }) => (
        <label className="choice" key={value}>
          <input
            type="checkbox"
            name={`attribute.${name}`}
            value={value}
            checked={isChosen}
            onChange={event => onChoose(value, event.target.checked)}
          />
          <span className="word">{capital(value) + unit}</span>
          <span className="count">{number(count)}</span>
        </label>
      ))}
      {hidden > 0 ? (
        <button type="button" className="more" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? t.showLess : t.showMore(hidden)}
        </button>
      ) : null}
    </>
  )
}

export interface FilterPanelProps {
  listing: Listing
  facets: Facets
  /** The category the page stands for: its own children are shown elsewhere. */
  category?: string
}

/** Everything a list can be narrowed by. Each choice counts at once; without JavaScript there is a button for it. */
export function FilterPanel({ listing: addressed, facets, category }: FilterPanelProps) {
  const t = useTexts(browseTexts)
  const { language } = useShop()
  const { number, roundMoney } = useFormats()
  const { pathname, toOf, show: go } = useListingAddress(category)
  const [listing, show] = useChosenListing(addressed, go)
  const id = useId()
  const { groups, features } = choicesOf(facets, listing.attributes)
  const first = { ...listing, pages: 1 }
  const { currency, price } = facets
  const { min, max } = price

  function applyPrice(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const typed = new FormData(event.currentTarget)
    const amount = (name: string) => {
      const text = String(typed.get(name) ?? '').trim()
      const value = Number(text)
      return text !== '' && Number.isFinite(value) && value >= 0 ? Math.round(value * 100) / 100 : undefined
    }
    const [low, high] = [amount('min_price'), amount('max_price')]
    const isTurned = low !== undefined && high !== undefined && low > high
    show({ ...first, min_price: isTurned ? high : low, max_price: isTurned ? low : high })
  }

  return (
    <Form action={pathname} onSubmit={applyPrice}>
      {listing.q ? <input type="hidden" name="q" value={listing.q} /> : null}
      {listing.sort ? <input type="hidden" name="sort" value={listing.sort} /> : null}
      {category === undefined && facets.categories.length > 1 ? (
        <Group title={t.category} isOpen>
          {facets.categories.slice(0, 12).map(({ slug, name, count }) => {
            const isChosen = listing.category === slug
            return (
              <Link
                key={slug}
                className="choice"
                preventScrollReset
                aria-current={isChosen ? 'true' : undefined}
                to={toOf({ ...first, category: isChosen ? undefined : slug })}
              >
                <span className="word">{name}</span>
                <span className="count">{number(count)}</span>
              </Link>
            )
          })}
        </Group>
      ) : null}
      <Group title={t.availability} isOpen>
        <label className="choice">
          <input
            type="checkbox"
            name="in_stock"
            value="true"
            checked={listing.in_stock}
            onChange={event => show({ ...first, in_stock: event.target.checked })}
          />
          <span className="word">{t.inStockOnly}</span>
          <span className="count">{number(facets.in_stock)}</span>
        </label>
      </Group>
      <Group title={t.price} isOpen>
        {/* The fields begin anew with the address: they show what counts. */}
        <div className="range" key={`${listing.min_price} ${listing.max_price}`}>
          <label htmlFor={`${id}-from`}>
            {t.priceFrom}
            <input
              id={`${id}-from`}
              name="min_price"
              inputMode="decimal"
              autoComplete="off"
              defaultValue={listing.min_price ?? ''}
              placeholder={min === null ? '' : roundMoney(Math.floor(min), currency)}
            />
          </label>
          <label htmlFor={`${id}-to`}>
            {t.priceTo}
            <input
              id={`${id}-to`}
              name="max_price"
              inputMode="decimal"
              autoComplete="off"
              defaultValue={listing.max_price ?? ''}
              placeholder={max === null ? '' : roundMoney(Math.ceil(max), currency)}
            />
          </label>
          <Button type="submit" kind="outlined">
            {t.apply}
          </Button>
        </div>
      </Group>
      {groups.map(({ name, choices }, i) => {
        const { label, unit } = attributeName(name, language)
        return (
          <Group key={name} title={label} isOpen={i < 2 || choices.some(choice => choice.isChosen)}>
            <Values
              name={name}
              unit={unit}
              choices={choices}
              onChoose={(value, isChosen) => show(withValue(listing, name, value, isChosen))}
            />
          </Group>
        )
      })}
      {features.length > 0 ? (
        <Group title={t.features} isOpen={features.some(feature => feature.isChosen)}>
          {features.map(({ name, count, isChosen }) => (
            <label className="choice" key={name}>
              <input
                type="checkbox"
                name={`attribute.${name}`}
                value="true"
                checked={isChosen}
                onChange={event => show(withValue(listing, name, 'true', event.target.checked))}
              />
              <span className="word">{attributeName(name, language).label}</span>
              <span className="count">{number(count)}</span>
            </label>
          ))}
        </Group>
      ) : null}
    </Form>
  )
}
