import { styled } from '../ui/styled.ts'

/** The picture beside what there is to say; beneath each other on a phone. */
export const ProductFrame = styled('div')(({ theme }) => ({
  display: 'grid',
  gap: 'clamp(24px, 5vw, 80px)',
  marginTop: 'clamp(14px, 1.6vw, 24px)',
  '& > *': { minWidth: 0 },
  [theme.breakpoints.up('md')]: {
    gridTemplateColumns: 'minmax(0, 7fr) minmax(0, 5fr)',
    alignItems: 'start',
    '& > .told': { position: 'sticky', top: 140 },
  },
}))
