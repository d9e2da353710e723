import { type ReactNode, useId } from 'react'
import { Link } from 'react-router'
import { Heading } from './heading.tsx'
import { Icon } from './icon.tsx'
import { styled } from './styled.ts'

const Frame = styled('section')({
  marginTop: 'clamp(56px, 8vw, 104px)',
  '& > header': {
    display: 'flex',
    alignItems: 'baseline',
    justifyContent: 'space-between',
    gap: 20,
    marginBottom: 'clamp(18px, 2.4vw, 30px)',
  },
})

const More = styled(Link)(({ theme }) => ({
  display: 'inline-flex',
  alignItems: 'center',
  gap: 6,
  color: theme.vars.palette.text.secondary,
  textDecoration: 'none',
  fontSize: '0.9375rem',
  whiteSpace: 'nowrap',
  paddingBlock: 6,
  '& svg': { transition: 'transform .2s' },
  '&:hover': { color: theme.vars.palette.text.primary, '& svg': { transform: 'translateX(3px)' } },
}))

export interface SectionProps {
  title: string
  /** Where there is more of it. */
  more?: { to: string; label: string }
  children: ReactNode
}

/** A part of a page under a heading of its own. */
export function Section({ title, more, children }: SectionProps) {
  const id = useId()
  return (
    <Frame aria-labelledby={id}>
      <header>
        <Heading level="h2" id={id}>
          {title}
        </Heading>
        {more ? (
          <More to={more.to}>
            {more.label}
            <Icon name="arrow" size={18} />
          </More>
        ) : null}
      </header>
      {children}
    </Frame>
  )
}
