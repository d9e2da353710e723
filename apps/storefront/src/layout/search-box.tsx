import { useQuery } from '@tanstack/react-query'
import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { useLocation, useNavigate } from 'react-router'
import { suggestionsQuery } from '../catalogue/queries.ts'
import { useShop, useTexts } from '../shop.tsx'
import { shopTexts } from '../texts/shop.ts'
import { Hidden } from '../ui/hidden.tsx'
import { Icon } from '../ui/icon.tsx'
import { styled } from '../ui/styled.ts'

const Form = styled('form')(({ theme }) => ({
  gridArea: 'search',
  position: 'relative',
  '& .box': {
    display: 'flex',
    alignItems: 'center',
    height: 46,
    borderRadius: 999,
    background: theme.vars.palette.background.sunken,
    border: '1px solid transparent',
    paddingLeft: 16,
    color: theme.vars.palette.text.secondary,
    '&:focus-within': {
      borderColor: theme.vars.palette.secondary.main,
      background: theme.vars.palette.background.paper,
    },
  },
  '& input': {
    flex: 1,
    minWidth: 0,
    height: '100%',
    border: 0,
    background: 'none',
    outline: 'none',
    font: 'inherit',
    fontSize: '1rem',
    color: theme.vars.palette.text.primary,
    padding: '0 12px',
    '&::placeholder': { color: theme.vars.palette.text.secondary, opacity: 1 },
    '&::-webkit-search-cancel-button': { display: 'none' },
  },
  '& .box button': {
    display: 'grid',
    placeItems: 'center',
    width: 44,
    height: 44,
    border: 0,
    borderRadius: 999,
    background: 'none',
    color: 'inherit',
    cursor: 'pointer',
  },
  '& [role=listbox]': {
    position: 'absolute',
    top: 'calc(100% + 8px)',
    left: 0,
    right: 0,
    padding: 8,
    borderRadius: 18,
    background: theme.vars.palette.background.paper,
    border: `1px solid ${theme.vars.palette.divider}`,
    boxShadow: '0 24px 60px -20px rgb(0 0 0 / .28)',
    maxHeight: 'min(70vh, 520px)',
    overflowY: 'auto',
  },
  '& [role=option]': {
    display: 'flex',
    alignItems: 'center',
    gap: 14,
    padding: '8px 10px',
    borderRadius: 12,
    cursor: 'pointer',
    '&[aria-selected=true]': { background: theme.vars.palette.ink.faint },
    '& img': { width: 44, height: 44, borderRadius: 8, background: theme.vars.palette.background.sunken },
    '& svg': { color: theme.vars.palette.text.secondary, marginInline: 11 },
  },
}))

const patience_ms = 120

function useDelayed(value: string): string {
  const [delayed, setDelayed] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setDelayed(value), patience_ms)
    return () => clearTimeout(timer)
  }, [value])
  return delayed
}

/** The search, with suggestions while one types (a combobox as the ARIA practices describe it). */
export function SearchBox() {
  const t = useTexts(shopTexts)
  const shop = useShop()
  const navigate = useNavigate()
  const { pathname, search, key } = useLocation()
  const asked = pathname === '/search' ? (new URLSearchParams(search).get('q') ?? '') : ''
  const [text, setText] = useState(asked)
  const [isOpen, setOpen] = useState(false)
  const [active, setActive] = useState(-1)
  const input = useRef<HTMLInputElement>(null)
  const id = useId()
  const q = useDelayed(text.trim())
  const { data: products = [] } = useQuery({ ...suggestionsQuery(shop, q), enabled: isOpen && q.length > 0 })
  const isShown = isOpen && text.trim().length > 0
  const options = isShown ? products.length + 1 : 0

  // biome-ignore lint/correctness/useExhaustiveDependencies: each navigation says anew what is searched for.
  useEffect(() => {
    setText(asked)
    setOpen(false)
    setActive(-1)
  }, [key, asked])

  function go(to: string) {
    setOpen(false)
    setActive(-1)
    input.current?.blur()
    void navigate(to)
  }
  const toResults = () => `/search?q=${encodeURIComponent(text.trim())}`

  function submit(event: FormEvent) {
    event.preventDefault()
    const product = products[active]
    if (isShown && product) go(`/products/${product.slug}`)
    else if (text.trim()) go(toResults())
    else input.current?.focus()
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      if (!isOpen) return setOpen(true)
      const step = event.key === 'ArrowDown' ? 1 : -1
      // One place more than there are options: back in the field.
      setActive(((active + 1 + step + options + 1) % (options + 1)) - 1)
    } else if (event.key === 'Escape') {
      // The browser would empty the field at once.
      event.preventDefault()
      if (isShown) setOpen(false)
      else setText('')
      setActive(-1)
    }
  }

  return (
    <Form
      role="search"
      action="/search"
      onSubmit={submit}
      onBlur={event => {
        if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false)
      }}
    >
      <div className="box">
        <Icon name="search" size={20} />
        <input
          ref={input}
          type="search"
          name="q"
          role="combobox"
          aria-label={t.searchFor}
          aria-expanded={isShown}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={isShown && active >= 0 ? `${id}-${active}` : undefined}
          autoComplete="off"
          maxLength={100}
          placeholder={t.searchPlaceholder}
          value={text}
          onChange={event => {
            setText(event.target.value)
            setActive(-1)
            setOpen(true)
          }}
          onFocus={() => setOpen(true)}
          onKeyDown={onKeyDown}
        />
        {text ? (
          <button
            type="button"
            aria-label={t.clearSearch}
            onClick={() => {
              setText('')
              input.current?.focus()
            }}
          >
            <Icon name="close" size={18} />
          </button>
        ) : null}
      </div>
      <Hidden role="status">{isShown && q ? t.suggestionsCount(products.length) : ''}</Hidden>
      <div id={`${id}-list`} role="listbox" aria-label={t.suggestions} hidden={!isShown}>
        {isShown
          ? products.map((product, i) => (
              // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field, as in every combobox.
              // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled there.
              <div
                key={product.id}
                id={`${id}-${i}`}
                role="option"
                aria-selected={active === i}
                onMouseDown={event => event.preventDefault()}
                onMouseMove={() => setActive(i)}
                onClick={() => go(`/products/${product.slug}`)}
              >
                {product.image_url ? <img src={product.image_url} alt="" width={44} height={44} /> : null}
                {product.name}
              </div>
            ))
          : null}
        {isShown ? (
          // biome-ignore lint/a11y/useFocusableInteractive: as above.
          // biome-ignore lint/a11y/useKeyWithClickEvents: as above.
          <div
            id={`${id}-${products.length}`}
            role="option"
            aria-selected={active === products.length}
            onMouseDown={event => event.preventDefault()}
            onMouseMove={() => setActive(products.length)}
            onClick={() => go(toResults())}
          >
            <Icon name="search" size={22} />
            {t.allResults(text.trim())}
          </div>
        ) : null}
      </div>
    </Form>
  )
}
