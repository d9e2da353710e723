import { styled } from './styled.ts'

/** A product among others that were put aside: its picture, what it is, what one can do, and how to be rid of it. */
export const Tile = styled('li')(({ theme }) => ({
  position: 'relative',
  display: 'flex',
  flexDirection: 'column',
  alignItems: 'flex-start',
  gap: 4,
  '& .picture': { alignSelf: 'stretch', marginBottom: 8 },
  '& .name': {
    fontWeight: 550,
    letterSpacing: '-0.01em',
    lineHeight: 1.35,
    color: 'inherit',
    textDecoration: 'none',
    '&:hover': { textDecoration: 'underline' },
  },
  '& .less': { fontSize: '0.875rem', fontWeight: 550, color: theme.vars.palette.stock.good },
  '& .none': { fontSize: '0.875rem', fontWeight: 550, color: theme.vars.palette.stock.none },
  '& .move': { marginTop: 'auto', paddingTop: 8 },
  '& .forget': {
    position: 'absolute',
    top: 8,
    right: 8,
    display: 'grid',
    placeItems: 'center',
    width: 36,
    height: 36,
    border: 0,
    borderRadius: 999,
    background: theme.vars.palette.background.paper,
    color: theme.vars.palette.text.primary,
    cursor: 'pointer',
  },
}))
