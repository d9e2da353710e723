import { useEffect, useState } from 'react'
import { useLocation, useNavigate } from 'react-router'
import { type Listing, writeListing } from './listing.ts'

/** How a page's list is addressed, and how one goes to another state of it. */
export function useListingAddress(fixedCategory: string | undefined) {
  const { pathname } = useLocation()
  const navigate = useNavigate()
  const toOf = (listing: Listing) => pathname + writeListing(listing, { categoryInPath: fixedCategory !== undefined })
  return {
    pathname,
    toOf,
    /** Shows another state. The page stays where it is scrolled to, and Back undoes it. */
    show: (listing: Listing) => void navigate(toOf(listing), { preventScrollReset: true }),
  }
}

/**
 * The list as it was chosen last: shown at once, and what the next choice builds on, although its address takes a moment.
 * The address has the last word.
 */
export function useChosenListing(
  listing: Listing,
  show: (listing: Listing) => void,
): [Listing, (next: Listing) => void] {
  const [chosen, setChosen] = useState(listing)
  const address = writeListing(listing)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a list is another one only when its address is.
  useEffect(() => setChosen(listing), [address])
  return [
    chosen,
    next => {
      setChosen(next)
      show(next)
    },
  ]
}
