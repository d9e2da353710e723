import './fonts.css'
import createCache from '@emotion/cache'
import { CacheProvider } from '@emotion/react'
import CssBaseline from '@mui/material/CssBaseline'
import { ThemeProvider } from '@mui/material/styles'
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { RouterProvider } from 'react-router'
import { queries } from './api.ts'
import { nonce } from './nonce.ts'
import { createRouter } from './routes.tsx'
import { theme } from './theme.ts'
import { modeKey } from './theme-keys.ts'
import { ConfirmProvider } from './ui/confirm.tsx'
import { NoticeProvider } from './ui/notice.tsx'

const styles = createCache({ key: 'p', nonce })

createRoot(document.getElementById('app')!).render(
  <StrictMode>
    <CacheProvider value={styles}>
      <ThemeProvider theme={theme} defaultMode="system" modeStorageKey={modeKey}>
        <CssBaseline enableColorScheme />
        <QueryClientProvider client={queries}>
          <NoticeProvider>
            <ConfirmProvider>
              <RouterProvider router={createRouter()} />
            </ConfirmProvider>
          </NoticeProvider>
        </QueryClientProvider>
      </ThemeProvider>
    </CacheProvider>
  </StrictMode>,
)
