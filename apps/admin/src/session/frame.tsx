import Box from '@mui/material/Box'
import Paper from '@mui/material/Paper'
import Typography from '@mui/material/Typography'
import type { ReactNode } from 'react'
import { usePageTitle } from '../profile.ts'

/** Before one is in: one thing to do, in the middle of the page. */
export function DoorFrame({ title, lead, children }: { title: string; lead?: ReactNode; children: ReactNode }) {
  return (
    <Box component="main" sx={{ minHeight: '100dvh', display: 'grid', placeItems: 'center', p: 2 }}>
      <title>{usePageTitle(title)}</title>
      <Paper variant="outlined" sx={{ width: '100%', maxWidth: 400, p: { xs: 3, sm: 4 }, borderRadius: 3 }}>
        <img src="/favicon.svg" alt="" width={36} height={36} />
        <Typography variant="h1" sx={{ mt: 2 }}>
          {title}
        </Typography>
        {lead ? (
          <Typography variant="body2" color="textSecondary" sx={{ mt: 0.75 }}>
            {lead}
          </Typography>
        ) : null}
        <Box sx={{ mt: 3 }}>{children}</Box>
      </Paper>
    </Box>
  )
}
