import type { LoaderFunctionArgs } from 'react-router'
import { categoriesQuery } from '../catalogue/queries.ts'
import { shopOf } from '../shop.tsx'

/** The categories of the menu. Without them the page is shown all the same. */
export async function layoutLoader(args: LoaderFunctionArgs): Promise<null> {
  const shop = shopOf(args)
  await shop.queries.prefetchQuery(categoriesQuery(shop))
  return null
}
