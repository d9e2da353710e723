import { styled } from './styled.ts'

/** The width of the page. */
export const Container = styled('div')(({ theme }) => ({
  width: '100%',
  maxWidth: 1360,
  marginInline: 'auto',
  paddingInline: 18,
  [theme.breakpoints.up('sm')]: { paddingInline: 32 },
  [theme.breakpoints.up('lg')]: { paddingInline: 48 },
}))
