/** Where the chosen colours are kept, and the attribute of the document that says them. */
export const themeKey = 'theme'
export const colorSchemeAttribute = 'data-theme'
