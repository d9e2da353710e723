import { Problem } from '@shopfleet/contracts'
import { QueryClient } from '@tanstack/react-query'

/** What was refused is refused again; what did not answer may answer the next time. */
const retries = (count: number, error: Error) => count < 2 && !(error instanceof Problem && error.status < 500)

export const createQueryClient = (options: { server: boolean }) =>
  new QueryClient({
    defaultOptions: {
      queries: {
        retry: options.server ? false : retries,
        // The server's answers must not be asked for again by the page that brings them.
        staleTime: 30_000,
        gcTime: options.server ? Number.POSITIVE_INFINITY : 10 * 60_000,
        refetchOnWindowFocus: false,
      },
    },
  })
