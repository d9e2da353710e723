import { defineTexts, type Language } from '../language.ts'

/** Refusals of the platform in words for shoppers. A refusal without words here is told in the platform's own. */
export const problemTexts = defineTexts({
  en: {
    unreachable: 'We cannot reach the shop. Check your connection and try again.',
    unexpected: 'Something went wrong on our side. Please try again.',
    byName: {
      'validation-failed': 'Please check what you entered.',
      unauthenticated: 'Please sign in first.',
      'invalid-token': 'You have been signed out. Please sign in again.',
      'token-expired': 'You have been signed out. Please sign in again.',
      'invalid-credentials': 'The e-mail address or the password is wrong.',
      'payment-declined': 'Your bank declined the payment. Nothing was charged.',
      forbidden: 'You may not do this.',
      'not-found': 'We could not find that.',
      'email-taken': 'There is an account with this e-mail address already.',
      'invalid-link': 'This link has been used before or has run out.',
      'invalid-code': 'The code is wrong, or was used before.',
      'wrong-password': 'The password is wrong.',
      'out-of-stock': 'There is not enough in stock.',
      'not-for-sale': 'This product is not for sale at the moment.',
      'unknown-product': 'This product does not exist any more.',
      'cart-empty': 'Your cart is empty.',
      'cart-ordered': 'This cart has been ordered already.',
      'price-changed': 'A price has changed. Please look at the total again.',
      'transition-not-allowed': 'That is not possible any more.',
      'order-not-payable': 'This order cannot be paid.',
      'request-in-progress': 'We are still working on it.',
      'invalid-payment-method': 'This payment method is not known.',
      'too-many-requests': 'That was a little too fast. Please try again in a moment.',
      'already-exists': 'There is one of yours already. Reload the page to see it.',
      'own-review': 'It is your own review.',
      'unsupported-media-type': 'This is no picture we can read.',
      'body-too-large': 'This file is too large.',
      'too-many': 'There are as many as there may be.',
      internal: 'Something went wrong on our side. Please try again.',
      unavailable: 'A part of the shop is not answering just now. Please try again in a moment.',
    },
  },
  de: {
    unreachable: 'Der Shop ist nicht erreichbar. Bitte prüfen Sie Ihre Verbindung und versuchen Sie es erneut.',
    unexpected: 'Bei uns ist etwas schiefgegangen. Bitte versuchen Sie es erneut.',
    byName: {
      'validation-failed': 'Bitte prüfen Sie Ihre Angaben.',
      unauthenticated: 'Bitte melden Sie sich zuerst an.',
      'invalid-token': 'Sie wurden abgemeldet. Bitte melden Sie sich erneut an.',
      'token-expired': 'Sie wurden abgemeldet. Bitte melden Sie sich erneut an.',
      'invalid-credentials': 'E-Mail-Adresse oder Passwort ist falsch.',
      'payment-declined': 'Ihre Bank hat die Zahlung abgelehnt. Es wurde nichts abgebucht.',
      forbidden: 'Das ist Ihnen nicht erlaubt.',
      'not-found': 'Das konnten wir nicht finden.',
      'email-taken': 'Zu dieser E-Mail-Adresse gibt es schon ein Konto.',
      'invalid-link': 'Dieser Link wurde schon benutzt oder ist abgelaufen.',
      'invalid-code': 'Der Code ist falsch oder wurde schon benutzt.',
      'wrong-password': 'Das Passwort ist falsch.',
      'out-of-stock': 'Davon ist nicht genug auf Lager.',
      'not-for-sale': 'Dieses Produkt ist zurzeit nicht erhältlich.',
      'unknown-product': 'Dieses Produkt gibt es nicht mehr.',
      'cart-empty': 'Ihr Warenkorb ist leer.',
      'cart-ordered': 'Dieser Warenkorb wurde schon bestellt.',
      'price-changed': 'Ein Preis hat sich geändert. Bitte sehen Sie sich die Summe noch einmal an.',
      'transition-not-allowed': 'Das ist nicht mehr möglich.',
      'order-not-payable': 'Diese Bestellung kann nicht bezahlt werden.',
      'request-in-progress': 'Wir arbeiten noch daran.',
      'invalid-payment-method': 'Diese Zahlungsart kennen wir nicht.',
      'too-many-requests': 'Das war etwas zu schnell. Bitte versuchen Sie es gleich noch einmal.',
      'already-exists': 'Davon gibt es schon eines von Ihnen. Laden Sie die Seite neu, um es zu sehen.',
      'own-review': 'Es ist Ihre eigene Bewertung.',
      'unsupported-media-type': 'Das ist kein Bild, das wir lesen können.',
      'body-too-large': 'Diese Datei ist zu groß.',
      'too-many': 'Mehr sind nicht möglich.',
      internal: 'Bei uns ist etwas schiefgegangen. Bitte versuchen Sie es erneut.',
      unavailable: 'Ein Teil des Shops antwortet gerade nicht. Bitte versuchen Sie es gleich noch einmal.',
    },
  },
})

type Say = (...parts: string[]) => string

/** The validator's sentences, and what we say instead. The first that fits counts. */
export const fieldRules: [RegExp, Record<Language, Say>][] = [
  [/required|must NOT have fewer than 1 char/, { en: () => 'Please fill this in.', de: () => 'Bitte ausfüllen.' }],
  [
    /valid email|format "email"/,
    {
      en: () => 'Please enter an e-mail address, such as ada@example.com.',
      de: () => 'Bitte geben Sie eine E-Mail-Adresse ein, etwa ada@example.com.',
    },
  ],
  [
    /must NOT have fewer than (\d+) char/,
    { en: least => `Please use at least ${least} characters.`, de: least => `Bitte mindestens ${least} Zeichen.` },
  ],
  [
    /must NOT have more than (\d+) char/,
    { en: most => `Please use at most ${most} characters.`, de: most => `Bitte höchstens ${most} Zeichen.` },
  ],
  [
    /one of the commonest passwords/,
    {
      en: () => 'This is one of the commonest passwords. Please choose another one.',
      de: () => 'Das ist eines der häufigsten Passwörter. Bitte wählen Sie ein anderes.',
    },
  ],
  [
    /too easy to guess/,
    {
      en: () => 'This is too easy to guess. Please choose another one.',
      de: () => 'Das ist zu leicht zu erraten. Bitte wählen Sie ein anderes.',
    },
  ],
  [/must be >= (\S+)/, { en: least => `Must be at least ${least}.`, de: least => `Mindestens ${least}.` }],
  [/must be <= (\S+)/, { en: most => `Must be at most ${most}.`, de: most => `Höchstens ${most}.` }],
  [/must match pattern/, { en: () => 'This does not look right.', de: () => 'Das sieht nicht richtig aus.' }],
]
