import { CacheProvider, type EmotionCache, ThemeProvider } from '@emotion/react'
import { QueryClientProvider } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { look } from './look.ts'
import { type Shop, ShopProvider } from './shop.tsx'
import { ToastProvider } from './ui/toast.tsx'

/** What surrounds the router, the same on the server and in a browser. */
export function App({ shop, styles, children }: { shop: Shop; styles: EmotionCache; children: ReactNode }) {
  return (
    <CacheProvider value={styles}>
      <ShopProvider shop={shop}>
        <QueryClientProvider client={shop.queries}>
          <ThemeProvider theme={look}>
            <ToastProvider>{children}</ToastProvider>
          </ThemeProvider>
        </QueryClientProvider>
      </ShopProvider>
    </CacheProvider>
  )
}
