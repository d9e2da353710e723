import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { Link } from 'react-router'
import { categoriesQuery } from '../catalogue/queries.ts'
import { type Language, languageNames, languages } from '../language.ts'
import { type Mode, modes, useMode } from '../mode.ts'
import { useProfile } from '../profile.ts'
import { useShop, useTexts } from '../shop.tsx'
import { shopTexts } from '../texts/shop.ts'
import { Container } from '../ui/container.tsx'
import { styled } from '../ui/styled.ts'

const Frame = styled('footer')(({ theme }) => ({
  marginTop: 'clamp(64px, 10vw, 120px)',
  background: theme.vars.palette.background.sunken,
  color: theme.vars.palette.text.secondary,
  fontSize: '0.9375rem',
  '& .columns': {
    display: 'grid',
    gap: 36,
    paddingBlock: 'clamp(40px, 6vw, 72px)',
    [theme.breakpoints.up('sm')]: { gridTemplateColumns: '2fr 1fr 1fr' },
    [theme.breakpoints.up('md')]: { gridTemplateColumns: '1.4fr 2fr 1fr 1fr' },
  },
  '& h2': { fontSize: '0.9375rem', fontWeight: 600, color: theme.vars.palette.text.primary, marginBottom: 12 },
  '& a': {
    color: 'inherit',
    textDecoration: 'none',
    '&:hover': { color: theme.vars.palette.text.primary, textDecoration: 'underline' },
  },
  '& li a': { display: 'inline-block', paddingBlock: 5 },
  '& .tagline': {
    fontSize: '1.0625rem',
    color: theme.vars.palette.text.primary,
    letterSpacing: '-0.015em',
    fontWeight: 550,
  },
  '& .about p + p': { marginTop: 12, overflowWrap: 'anywhere' },
  '& .about a': {
    display: 'block',
    width: 'fit-content',
    color: theme.vars.palette.text.primary,
    textDecoration: 'underline',
    textUnderlineOffset: 3,
  },
  '& .shop ul': { columns: 2, columnGap: 24 },
  '& .end': { borderTop: `1px solid ${theme.vars.palette.divider}`, paddingBlock: 22, fontSize: '0.8125rem' },
  '& label': { display: 'block', marginBottom: 14 },
  '& select': {
    display: 'block',
    width: '100%',
    maxWidth: 220,
    height: 40,
    marginTop: 6,
    padding: '0 10px',
    font: 'inherit',
    color: theme.vars.palette.text.primary,
    background: theme.vars.palette.background.paper,
    border: `1px solid ${theme.vars.palette.ink.line}`,
    borderRadius: 10,
  },
}))

function ThemeChoice() {
  const t = useTexts(shopTexts)
  const [mode, setMode] = useMode()
  const id = useId()
  const names = { system: t.themeSystem, light: t.themeLight, dark: t.themeDark }
  return (
    <label htmlFor={id}>
      {t.theme}
      <select id={id} value={mode} onChange={event => setMode(event.target.value as Mode)}>
        {modes.map(one => (
          <option key={one} value={one}>
            {names[one]}
          </option>
        ))}
      </select>
    </label>
  )
}

function LanguageChoice() {
  const t = useTexts(shopTexts)
  const { language, setLanguage } = useShop()
  const id = useId()
  return (
    <label htmlFor={id}>
      {t.language}
      <select id={id} value={language} onChange={event => setLanguage(event.target.value as Language)}>
        {languages.map(one => (
          <option key={one} value={one} lang={one}>
            {languageNames[one]}
          </option>
        ))}
      </select>
    </label>
  )
}

/** Where else to go, and how the shop should look and speak. */
export function Footer() {
  const t = useTexts(shopTexts)
  const shop = useShop()
  const { data: categories = [] } = useQuery(categoriesQuery(shop))
  const { shop_name, support_email } = useProfile()
  return (
    <Frame>
      <Container>
        <div className="columns">
          <div className="about">
            <p className="tagline">{t.tagline}</p>
            {support_email === null ? null : (
              <p>
                {t.questions} <a href={`mailto:${support_email}`}>{support_email}</a>
              </p>
            )}
          </div>
          <nav className="shop" aria-labelledby="footer-shop">
            <h2 id="footer-shop">{t.footerShop}</h2>
            <ul>
              {categories.map(category => (
                <li key={category.id}>
                  <Link to={`/categories/${category.slug}`}>{category.name}</Link>
                </li>
              ))}
              <li>
                <Link to="/products">{t.allProducts}</Link>
              </li>
            </ul>
          </nav>
          <div>
            <h2>{t.footerHelp}</h2>
            <ul>
              <li>
                <a href="/docs">{t.apiReference}</a>
              </li>
              <li>
                <a href="/openapi.json">OpenAPI</a>
              </li>
            </ul>
          </div>
          <div>
            <h2>{t.footerSettings}</h2>
            <LanguageChoice />
            <ThemeChoice />
          </div>
        </div>
        <p className="end">
          {shop_name}. {t.rights}
        </p>
      </Container>
    </Frame>
  )
}
