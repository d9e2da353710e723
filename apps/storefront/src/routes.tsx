import { type LoaderFunctionArgs, type RouteObject, redirect } from 'react-router'
import { ErrorPage, NotFound } from './layout/error-page.tsx'
import { Layout } from './layout/layout.tsx'
import { layoutLoader } from './layout/layout-loader.ts'
import { notFound } from './page-loader.ts'

/** What the module of a page exports: the component, and what it needs to be loaded beforehand. */
interface PageModule {
  Component: () => React.ReactNode
  loader?: (args: LoaderFunctionArgs) => unknown
}

const modules = import.meta.glob<PageModule>(['./*/*-page.tsx', '!./layout/*'])

/** A page: its address, and its file in `src`, fetched when it is first needed. */
function page(path: string, file: string): RouteObject {
  const load = modules[`./${file}.tsx`]
  if (!load) throw new Error(`routes.tsx names ${file}, which does not exist`)
  return {
    ...(path === '/' ? { index: true } : { path }),
    handle: { file: `src/${file}.tsx` },
    lazy: async () => {
      const { Component, loader } = await load()
      return { Component, loader: loader ?? (() => null) }
    },
  } as RouteObject
}

const missing = () => {
  throw notFound()
}

/** Every page of the shop. A new one is a line here. */
export const routes = (): RouteObject[] => [
  {
    id: 'shop',
    path: '/',
    loader: layoutLoader,
    shouldRevalidate: () => false,
    Component: Layout,
    // A failure without a shell is the server's to tell; this one is the last resort in a browser.
    ErrorBoundary: ErrorPage,
    children: [
      {
        id: 'pages',
        ErrorBoundary: ErrorPage,
        children: [
          page('/', 'home/home-page'),
          page('/products', 'catalogue/all-products-page'),
          page('/products/:slug', 'product/product-page'),
          page('/categories/:slug', 'catalogue/category-page'),
          page('/search', 'catalogue/search-page'),
          page('/cart', 'cart/cart-page'),
          {
            // Pages with forms: MUI's components, and its theme for them, come with the first of these.
            id: 'forms',
            handle: { file: 'src/ui/mui.tsx' },
            lazy: async () => ({ Component: (await import('./ui/mui.tsx')).MuiPages }),
            children: [
              page('/checkout', 'checkout/checkout-page'),
              page('/orders/:id', 'order/order-page'),
              page('/sign-in', 'sign-in/sign-in-page'),
              page('/sign-in/code', 'sign-in/code-page'),
              page('/sign-in/callback', 'sign-in/callback-page'),
              page('/register', 'sign-in/register-page'),
              page('/forgot-password', 'sign-in/forgot-password-page'),
              page('/reset-password', 'sign-in/reset-password-page'),
              page('/verify-email', 'sign-in/verify-email-page'),
              page('/account', 'account/overview-page'),
              page('/account/orders', 'account/orders-page'),
              page('/account/wishlist', 'account/wishlist-page'),
              page('/account/reviews', 'account/reviews-page'),
              page('/account/addresses', 'account/addresses-page'),
              page('/account/addresses/new', 'account/address-page'),
              page('/account/addresses/:id', 'account/address-page'),
              page('/account/profile', 'account/profile-page'),
              page('/account/security', 'account/security-page'),
              page('/account/security/second-factor', 'account/second-factor-page'),
              page('/account/notifications', 'account/notifications-page'),
              page('/account/data', 'account/data-page'),
              page('/erased/:id', 'account/erased-page'),
            ],
          },
          { path: '/categories', loader: () => redirect('/products') },
          { path: '*', loader: missing, Component: NotFound },
        ],
      },
    ],
  },
]
