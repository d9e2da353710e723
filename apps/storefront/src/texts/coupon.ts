import type { CouponReason } from '@shopfleet/contracts'
import { defineTexts } from '../language.ts'

const en: Record<CouponReason, string> = {
  unknown: 'We do not know this code.',
  'not-yet': 'This coupon cannot be used yet.',
  expired: 'This coupon has run out.',
  'used-up': 'This coupon has been used up.',
  'already-used': 'You have used this coupon already.',
  'below-minimum': 'There is too little in the cart for this coupon.',
  'wrong-currency': 'This coupon is of another currency.',
}
const de: Record<CouponReason, string> = {
  unknown: 'Diesen Code kennen wir nicht.',
  'not-yet': 'Dieser Gutschein gilt noch nicht.',
  expired: 'Dieser Gutschein ist abgelaufen.',
  'used-up': 'Dieser Gutschein ist aufgebraucht.',
  'already-used': 'Diesen Gutschein haben Sie schon eingelöst.',
  'below-minimum': 'Für diesen Gutschein ist zu wenig im Warenkorb.',
  'wrong-currency': 'Dieser Gutschein gilt in einer anderen Währung.',
}

/** The coupon of a cart, on its page and in the checkout. */
export const couponTexts = defineTexts({
  en: {
    label: 'Coupon code',
    apply: 'Apply',
    remove: 'Remove',
    removeOf: (code: string) => `Remove coupon ${code}`,
    empty: 'Type a code first.',
    shape: 'A code has letters, digits, hyphens and underscores only.',
    below: (least: string) => `This coupon is for orders from ${least}.`,
    reasons: en,
    refused: 'The coupon cannot be used',
    refusedText: 'Nothing was charged.',
    goOnWithout: 'Go on without it',
  },
  de: {
    label: 'Gutscheincode',
    apply: 'Einlösen',
    remove: 'Entfernen',
    removeOf: (code: string) => `Gutschein ${code} entfernen`,
    empty: 'Geben Sie zuerst einen Code ein.',
    shape: 'Ein Code hat nur Buchstaben, Ziffern, Binde- und Unterstriche.',
    below: (least: string) => `Dieser Gutschein gilt für Bestellungen ab ${least}.`,
    reasons: de,
    refused: 'Der Gutschein kann nicht eingelöst werden',
    refusedText: 'Es wurde nichts abgebucht.',
    goOnWithout: 'Ohne ihn weiter',
  },
})
