import type { ReactNode } from 'react'
import { Heading } from './heading.tsx'
import { Icon, type IconName } from './icon.tsx'
import { styled } from './styled.ts'

const Frame = styled('div')(({ theme }) => ({
  display: 'grid',
  justifyItems: 'center',
  textAlign: 'center',
  gap: 12,
  padding: 'clamp(40px, 9vw, 96px) 20px',
  '& > span': {
    display: 'grid',
    placeItems: 'center',
    width: 64,
    height: 64,
    borderRadius: 999,
    background: theme.vars.palette.background.sunken,
    marginBottom: 6,
  },
  '& p': { maxWidth: '46ch', color: theme.vars.palette.text.secondary },
}))

export interface EmptyStateProps {
  icon: IconName
  title: string
  children?: ReactNode
  /** What one can do about it. */
  action?: ReactNode
  /** The page's own heading, when nothing else is on it. */
  heading?: 'h1' | 'h2'
}

/** Says that there is nothing here, why, and where to go. */
export function EmptyState({ icon, title, children, action, heading = 'h2' }: EmptyStateProps) {
  return (
    <Frame>
      <span>
        <Icon name={icon} size={28} />
      </span>
      <Heading level={heading} look={heading === 'h1' ? 'h1' : 'h3'} tabIndex={heading === 'h1' ? -1 : undefined}>
        {title}
      </Heading>
      {children ? <p>{children}</p> : null}
      {action ? <div style={{ marginTop: 10 }}>{action}</div> : null}
    </Frame>
  )
}
