/** Where the chosen colours are kept, and the attribute of the document that says them. */
export const modeKey = 'panel-mode'
export const colorSchemeAttribute = 'data-theme'
