import { type } from '../look.ts'
import { styled } from './styled.ts'

/** The sentence under a heading. */
export const Lead = styled('p')(({ theme }) => ({
  ...type.lead,
  maxWidth: '60ch',
  marginTop: 12,
  color: theme.vars.palette.text.secondary,
}))
