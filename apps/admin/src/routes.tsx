import type { Permission } from '@shopfleet/contracts'
import { createElement } from 'react'
import { createBrowserRouter, type RouteObject } from 'react-router'
import { Forbidden, NotFound, PageError } from './frame/error-pages.tsx'
import { Frame } from './frame/frame.tsx'
import { pages } from './pages.ts'
import { EnrolPage } from './session/enrol-page.tsx'
import { may, useMe } from './session/session.ts'
import { SignInPage } from './session/sign-in-page.tsx'

/** A page only those see who may: the platform refuses the rest, this saves them the asking. */
function guarded(Component: React.ComponentType, permission: Permission | undefined) {
  return function Guarded() {
    return may(useMe(), permission) ? createElement(Component) : <Forbidden permission={permission!} />
  }
}

const routeOf = ({ path, load, permission }: (typeof pages)[number]): RouteObject => ({
  path,
  errorElement: <PageError />,
  lazy: async () => {
    const { Component } = await load()
    return { Component: guarded(Component, permission) }
  },
})

export const createRouter = () =>
  createBrowserRouter([
    { path: '/sign-in', Component: SignInPage },
    { path: '/enrol', Component: EnrolPage },
    {
      Component: Frame,
      HydrateFallback: () => null,
      children: [...pages.map(routeOf), { path: '*', Component: NotFound }],
    },
  ])
