import Box from '@mui/material/Box'

/** What a service keeps as JSON, as it is. */
export function Json({ value, label }: { value: unknown; label: string }) {
  return (
    <Box
      component="pre"
      tabIndex={0}
      role="region"
      aria-label={label}
      sx={{
        ...{ m: 0, p: 1.5, borderRadius: 1, bgcolor: 'background.sunken', overflow: 'auto', maxHeight: 360 },
        ...{ fontFamily: 'ui-monospace, Menlo, Consolas, monospace', fontSize: '0.78125rem', lineHeight: 1.5 },
      }}
    >
      {JSON.stringify(value, null, 2)}
    </Box>
  )
}
