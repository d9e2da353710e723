import { Problem } from '@shopfleet/contracts'
import { data, type LoaderFunctionArgs } from 'react-router'
import { type Shop, shopOf } from './shop.tsx'

export interface Asked {
  shop: Shop
  params: Record<string, string | undefined>
  url: URL
}

/**
 * A page's loader. On the server it waits, so that the HTML has everything, and answers 404 or 503 where the platform
 * does. In a browser it only begins: the page is there at once and shows what is still coming.
 */
export function pageLoader(prepare: (asked: Asked) => Promise<unknown>) {
  return async (args: LoaderFunctionArgs): Promise<null> => {
    const asked = { shop: shopOf(args), params: args.params, url: new URL(args.request.url) }
    if (!import.meta.env.SSR) {
      // What fails here is told where the page reads it.
      prepare(asked).catch(() => {})
      return null
    }
    try {
      await prepare(asked)
      return null
    } catch (error) {
      if (
        error instanceof Response ||
        (error instanceof Object && 'type' in error && error.type === 'DataWithResponseInit')
      )
        throw error
      const isMissing =
        error instanceof Problem && (error.problem === 'not-found' || error.problem === 'validation-failed')
      throw data(null, { status: isMissing ? 404 : 503 })
    }
  }
}

/** There is no such page. */
export const notFound = () => data(null, { status: 404 })
