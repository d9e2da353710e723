import { styled } from '@mui/material/styles'
import Typography from '@mui/material/Typography'
import { type ReactNode, useId } from 'react'
import { useTexts } from '../shop.tsx'
import { signInTexts } from '../texts/sign-in.ts'
import { Container } from '../ui/container.tsx'
import { Icon, type IconName } from '../ui/icon.tsx'
import { PageHead } from '../ui/page-head.tsx'
import { PageHeading } from '../ui/page-heading.tsx'

const Columns = styled(Container)(({ theme }) => ({
  display: 'grid',
  justifyContent: 'center',
  alignItems: 'start',
  gap: 56,
  gridTemplateColumns: 'minmax(0, 440px)',
  paddingBlock: 'clamp(36px, 6vw, 88px) clamp(64px, 9vw, 128px)',
  '&[data-aside=true]': {
    [theme.breakpoints.up('md')]: {
      gridTemplateColumns: 'minmax(0, 440px) minmax(0, 440px)',
      gap: 'clamp(48px, 7vw, 112px)',
    },
  },
  '& .form': { display: 'grid', gap: 26 },
  '& .lead': { color: theme.vars!.palette.text.secondary, marginTop: 12, maxWidth: '44ch', textWrap: 'balance' },
  '& .form a': { color: theme.vars!.palette.text.primary, textUnderlineOffset: 3 },
  '& .foot': {
    paddingTop: 22,
    borderTop: `1px solid ${theme.vars!.palette.divider}`,
    color: theme.vars!.palette.text.secondary,
  },
}))

const Aside = styled('aside')(({ theme }) => ({
  display: 'none',
  gap: 30,
  padding: 44,
  borderRadius: 28,
  background: theme.vars!.palette.background.sunken,
  [theme.breakpoints.up('md')]: { display: 'grid' },
  '& ul': { display: 'grid', gap: 26 },
  '& li': { display: 'grid', gridTemplateColumns: 'auto 1fr', gap: 16 },
  '& li svg': { color: theme.vars!.palette.secondary.main, marginTop: 1 },
  '& strong': { display: 'block', fontWeight: 600 },
  '& span span': { color: theme.vars!.palette.text.secondary, fontSize: '0.9375rem' },
}))

export interface FrameProps {
  title: string
  lead?: ReactNode
  children: ReactNode
  /** Shows what an account is good for, where there is room. */
  withBenefits?: boolean
}

/** The frame of the pages where one signs in, registers, or sets a password. */
export function SignInFrame({ title, lead, children, withBenefits = false }: FrameProps) {
  return (
    <>
      <PageHead title={title} />
      <Columns data-aside={withBenefits}>
        <div className="form">
          <header>
            <PageHeading>{title}</PageHeading>
            {lead ? (
              <Typography className="lead" variant="subtitle1" component="p">
                {lead}
              </Typography>
            ) : null}
          </header>
          {children}
        </div>
        {withBenefits ? <Benefits /> : null}
      </Columns>
    </>
  )
}

function Benefits() {
  const t = useTexts(signInTexts)
  const id = useId()
  const list: [IconName, string, string][] = [
    ['box', t.benefitOrders, t.benefitOrdersText],
    ['bag', t.benefitCart, t.benefitCartText],
    ['shield', t.benefitSafe, t.benefitSafeText],
  ]
  return (
    <Aside aria-labelledby={id}>
      <Typography variant="h3" component="h2" id={id}>
        {t.benefits}
      </Typography>
      <ul>
        {list.map(([icon, title, text]) => (
          <li key={icon}>
            <Icon name={icon} size={24} />
            <span>
              <strong>{title}</strong>
              <span>{text}</span>
            </span>
          </li>
        ))}
      </ul>
    </Aside>
  )
}
