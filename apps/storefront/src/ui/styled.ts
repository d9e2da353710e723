import emotionStyled from '@emotion/styled'

/** Styles of a component, made of the shop's look: `styled('div')(({ theme }) => ({ … }))`. */
export const styled = emotionStyled
