import { useEffect, useRef } from 'react'
import { useLocation, useNavigationType } from 'react-router'
import { Heading, type HeadingProps } from './heading.tsx'

let firstPage: string | undefined

/** The heading of a page. After a navigation the focus goes here, so that those who listen hear where they are. */
export function PageHeading(props: Omit<HeadingProps, 'level' | 'ref' | 'tabIndex'>) {
  const heading = useRef<HTMLHeadingElement>(null)
  const { pathname, key } = useLocation()
  const type = useNavigationType()
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each page, not for each change of its filters.
  useEffect(() => {
    firstPage ??= key
    // The browser itself has put the focus where it belongs on the page that was loaded.
    if (firstPage === key && type === 'POP') return
    heading.current?.focus({ preventScroll: true })
  }, [pathname])
  return <Heading level="h1" ref={heading} tabIndex={-1} {...props} />
}
