import type { Values } from '../ui/field.tsx'

/**
 * What has been typed into the checkout, kept for as long as the tab is open: a reload, a way to sign in and back, or a
 * refusal loses nothing. Cards are not in it.
 */

export const addressFields = ['name', 'line1', 'line2', 'postal_code', 'city', 'region', 'country', 'phone'] as const
export type AddressField = (typeof addressFields)[number]

export interface Draft {
  email: string
  address: Values<AddressField>
  /** One of the customer's saved addresses, or the one that is typed here. */
  chosen_address: string | 'new' | undefined
  keeps_address: boolean
}

export const emptyDraft = (country: string): Draft => ({
  email: '',
  address: { name: '', line1: '', line2: '', postal_code: '', city: '', region: '', country, phone: '' },
  chosen_address: undefined,
  keeps_address: true,
})

const draftKey = 'checkout-draft'

export function keptDraft(): Draft | undefined {
  try {
    return JSON.parse(sessionStorage.getItem(draftKey) ?? 'null') ?? undefined
  } catch {
    return undefined
  }
}

export function keepDraft(draft: Draft | undefined): void {
  try {
    if (draft) sessionStorage.setItem(draftKey, JSON.stringify(draft))
    else sessionStorage.removeItem(draftKey)
  } catch {
    // Without storage it lives as long as the page.
  }
}

const required: AddressField[] = ['name', 'line1', 'postal_code', 'city', 'country']

/** The fields that must be filled in and are not, by their name in the request. Pure. */
export function complaintsAbout(
  draft: Draft,
  { isGuest, hasSavedAddress }: { isGuest: boolean; hasSavedAddress: boolean },
): Record<string, 'required' | 'bad-email'> {
  const complaints: Record<string, 'required' | 'bad-email'> = {}
  if (isGuest) {
    const email = draft.email.trim()
    if (!email) complaints.email = 'required'
    // The platform has the last word; this catches what is surely wrong.
    else if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) complaints.email = 'bad-email'
  }
  if (!hasSavedAddress) {
    for (const field of required) {
      if (!draft.address[field].trim()) complaints[`shipping_address.${field}`] = 'required'
    }
  }
  return complaints
}

/** The address as the platform takes it: nothing empty. Pure. */
export function addressOf(values: Values<AddressField>) {
  const { line1, postal_code, city, country, ...optional } = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, value.trim()]),
  ) as Values<AddressField>
  return {
    line1,
    postal_code,
    city,
    country,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== '')),
  }
}
