import type { Client } from '@shopfleet/contracts'
import type { QueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, use, useCallback, useMemo, useState } from 'react'
import { createContext as createRouterContext, type LoaderFunctionArgs, type RouterContextProvider } from 'react-router'
import { type Formats, formatsOf, type Language, languageCookie } from './language.ts'

/** What every page is handed: how to ask the platform, what is known already, and where the shop stands. */
export interface Shop {
  api: Client
  queries: QueryClient
  /** Scheme and host of the shop, for addresses that must be whole (canonical, JSON-LD). */
  origin: string
  language: Language
}

/** The shop, for loaders. */
export const shopContext = createRouterContext<Shop>()
export const shopOf = (args: Pick<LoaderFunctionArgs, 'context'>): Shop =>
  (args.context as RouterContextProvider).get(shopContext)

interface InPages extends Shop {
  setLanguage(language: Language): void
}
const ShopContext = createContext<InPages | undefined>(undefined)

export function ShopProvider({ shop, children }: { shop: Shop; children: ReactNode }) {
  const [language, showLanguage] = useState(shop.language)
  const setLanguage = useCallback((next: Language) => {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser.
    document.cookie = `${languageCookie}=${next}; Path=/; Max-Age=31536000; SameSite=Lax`
    document.documentElement.lang = next
    showLanguage(next)
  }, [])
  const value = useMemo(() => ({ ...shop, language, setLanguage }), [shop, language, setLanguage])
  return <ShopContext value={value}>{children}</ShopContext>
}

export function useShop(): InPages {
  const shop = use(ShopContext)
  if (!shop) throw new Error('outside of a ShopProvider')
  return shop
}

export const useApi = (): Client => useShop().api

/** The texts of a table (see `src/texts`) in the language of the visitor. */
export function useTexts<T>(table: Record<Language, T>): T {
  return table[useShop().language]
}

/** How the visitor's language writes money, numbers and dates. */
export function useFormats(): Formats {
  return formatsOf(useShop().language)
}
