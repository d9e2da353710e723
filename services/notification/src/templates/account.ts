import { type Static, type TProperties, Type } from 'typebox'
import { type Block, button, note, type Setting, template, text } from './content.ts'

const Name = Type.Optional(Type.String({ maxLength: 200 }))
const Url = Type.String({ pattern: '^https?://', maxLength: 2000 })
const Minutes = Type.Integer({ minimum: 1, maximum: 100_000 })
const data = <P extends TProperties>(properties: P) => Type.Object(properties, { additionalProperties: false })

/** A link that is good for a while, in words. */
const while_ = {
  en: (minutes: number) => (minutes % 60 === 0 ? hours(minutes / 60, 'hour', 'hours') : `${minutes} minutes`),
  de: (minutes: number) => (minutes % 60 === 0 ? hours(minutes / 60, 'Stunde', 'Stunden') : `${minutes} Minuten`),
}
const hours = (n: number, one: string, more: string) => `${n} ${n === 1 ? one : more}`

const hello = {
  en: (name: string | undefined): Block => text(name ? `Hello ${name},` : 'Hello,'),
  de: (name: string | undefined): Block => text(name ? `Guten Tag, ${name},` : 'Guten Tag,'),
}
const notYou = {
  en: (reset_url: string): Block[] => [
    text('If this was not you, set a new password at once. That ends every session.'),
    button('Set a new password', reset_url),
  ],
  de: (reset_url: string): Block[] => [
    text('Wenn Sie das nicht waren, setzen Sie sofort ein neues Passwort. Das beendet alle Sitzungen.'),
    button('Neues Passwort setzen', reset_url),
  ],
}
const resetUrl = ({ shop_url }: Setting) => `${shop_url}/forgot-password`

/** A moment as people write it; the zone is said, since we do not know theirs. */
const moment = (at: string, locale: string) =>
  `${new Intl.DateTimeFormat(locale === 'de' ? 'de-DE' : 'en-GB', {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'UTC',
  }).format(new Date(at))} UTC`

const LinkData = data({ name: Name, url: Url, expires_in_minutes: Minutes })
const link = { name: 'Ada', url: 'https://shop.example/link?token=sample', expires_in_minutes: 60 }
const NamedData = data({ name: Name })
type Named = Static<typeof NamedData>

export const accountTemplates = {
  welcome: template({
    category: 'account',
    data: NamedData,
    sample: { name: 'Ada' },
    en: ({ name }: Named, setting) => ({
      subject: `Welcome to ${setting.shop}`,
      preview: 'Your account is ready.',
      heading: 'Welcome!',
      blocks: [
        hello.en(name),
        text(
          'Your account is ready. Your orders, addresses and devices are in one place, and you decide what we write to you about.',
        ),
        button('Start shopping', setting.shop_url),
      ],
    }),
    de: ({ name }: Named, setting) => ({
      subject: `Willkommen bei ${setting.shop}`,
      preview: 'Ihr Konto ist bereit.',
      heading: 'Willkommen!',
      blocks: [
        hello.de(name),
        text(
          'Ihr Konto ist bereit. Bestellungen, Adressen und Geräte finden Sie an einem Ort, und Sie bestimmen, worüber wir Ihnen schreiben.',
        ),
        button('Zum Shop', setting.shop_url),
      ],
    }),
  }),

  'verify-email': template({
    category: 'account',
    data: LinkData,
    forgets: 'data',
    sample: link,
    en: ({ name, url, expires_in_minutes }, { shop }) => ({
      subject: `Confirm your e-mail address for ${shop}`,
      preview: 'One click, and your address is confirmed.',
      heading: 'Confirm your e-mail address',
      blocks: [
        hello.en(name),
        text('Please confirm that this address is yours.'),
        button('Confirm address', url),
        note(
          `The link works once, for ${while_.en(expires_in_minutes)}. If you did not register, ignore this message.`,
        ),
      ],
    }),
    de: ({ name, url, expires_in_minutes }, { shop }) => ({
      subject: `Bestätigen Sie Ihre E-Mail-Adresse für ${shop}`,
      preview: 'Ein Klick, und Ihre Adresse ist bestätigt.',
      heading: 'E-Mail-Adresse bestätigen',
      blocks: [
        hello.de(name),
        text('Bitte bestätigen Sie, dass diese Adresse Ihnen gehört.'),
        button('Adresse bestätigen', url),
        note(
          `Der Link gilt einmal und ${while_.de(expires_in_minutes)} lang. Wenn Sie sich nicht registriert haben, ist nichts zu tun.`,
        ),
      ],
    }),
  }),

  'reset-password': template({
    category: 'account',
    data: LinkData,
    forgets: 'data',
    sample: link,
    en: ({ name, url, expires_in_minutes }, { shop }) => ({
      subject: `Set a new password for ${shop}`,
      preview: 'The link to a new password.',
      heading: 'Set a new password',
      blocks: [
        hello.en(name),
        text('Somebody, hopefully you, asked for a new password for your account.'),
        button('Set a new password', url),
        note(
          `The link works once, for ${while_.en(expires_in_minutes)}. If you did not ask for it, ignore this message: your password stays as it is.`,
        ),
      ],
    }),
    de: ({ name, url, expires_in_minutes }, { shop }) => ({
      subject: `Neues Passwort für ${shop}`,
      preview: 'Der Link zu einem neuen Passwort.',
      heading: 'Neues Passwort setzen',
      blocks: [
        hello.de(name),
        text('Jemand, hoffentlich Sie, hat ein neues Passwort für Ihr Konto angefordert.'),
        button('Neues Passwort setzen', url),
        note(
          `Der Link gilt einmal und ${while_.de(expires_in_minutes)} lang. Wenn Sie das nicht waren, ist nichts zu tun: Ihr Passwort bleibt, wie es ist.`,
        ),
      ],
    }),
  }),

  'new-device': template({
    category: 'account',
    data: data({
      name: Name,
      device: Type.String({ maxLength: 300 }),
      ip: Type.String({ maxLength: 60 }),
      at: Type.String({ format: 'date-time', maxLength: 40 }),
    }),
    sample: { name: 'Ada', device: 'Firefox on Linux', ip: '203.0.113.7', at: '2026-11-20T10:30:00Z' },
    en: ({ name, device, ip, at }, setting) => ({
      subject: `New sign-in to your ${setting.shop} account`,
      preview: `${device}, ${moment(at, 'en')}`,
      heading: 'New sign-in',
      blocks: [
        hello.en(name),
        text('Your account was signed in to from a device we have not seen before.'),
        {
          kind: 'facts',
          rows: [
            ['Device', device],
            ['Address', ip],
            ['Time', moment(at, 'en')],
          ],
        },
        ...notYou.en(resetUrl(setting)),
      ],
    }),
    de: ({ name, device, ip, at }, setting) => ({
      subject: `Neue Anmeldung bei Ihrem Konto (${setting.shop})`,
      preview: `${device}, ${moment(at, 'de')}`,
      heading: 'Neue Anmeldung',
      blocks: [
        hello.de(name),
        text('Bei Ihrem Konto hat sich ein Gerät angemeldet, das wir noch nicht kennen.'),
        {
          kind: 'facts',
          rows: [
            ['Gerät', device],
            ['Adresse', ip],
            ['Zeit', moment(at, 'de')],
          ],
        },
        ...notYou.de(resetUrl(setting)),
      ],
    }),
  }),

  'password-changed': template({
    category: 'account',
    data: NamedData,
    sample: { name: 'Ada' },
    en: ({ name }: Named, setting) => ({
      subject: `Your ${setting.shop} password was changed`,
      preview: 'If this was you, there is nothing to do.',
      heading: 'Password changed',
      blocks: [hello.en(name), text('The password of your account was changed.'), ...notYou.en(resetUrl(setting))],
    }),
    de: ({ name }: Named, setting) => ({
      subject: `Ihr Passwort wurde geändert (${setting.shop})`,
      preview: 'Wenn Sie das waren, ist nichts zu tun.',
      heading: 'Passwort geändert',
      blocks: [hello.de(name), text('Das Passwort Ihres Kontos wurde geändert.'), ...notYou.de(resetUrl(setting))],
    }),
  }),

  'email-changed': template({
    category: 'account',
    data: NamedData,
    sample: { name: 'Ada' },
    en: ({ name }: Named, setting) => ({
      subject: `Your ${setting.shop} account has another e-mail address`,
      preview: 'This address no longer belongs to the account.',
      heading: 'E-mail address changed',
      blocks: [
        hello.en(name),
        text('Your account now has another e-mail address. This one no longer signs in.'),
        text(
          'If this was not you, reply to us at once: a new password cannot be sent to you at this address any more.',
        ),
      ],
    }),
    de: ({ name }: Named, setting) => ({
      subject: `Ihr Konto bei ${setting.shop} hat eine andere E-Mail-Adresse`,
      preview: 'Diese Adresse gehört nicht mehr zum Konto.',
      heading: 'E-Mail-Adresse geändert',
      blocks: [
        hello.de(name),
        text('Ihr Konto hat jetzt eine andere E-Mail-Adresse. Mit dieser können Sie sich nicht mehr anmelden.'),
        text(
          'Wenn Sie das nicht waren, antworten Sie uns sofort: Ein neues Passwort kann an diese Adresse nicht mehr geschickt werden.',
        ),
      ],
    }),
  }),

  'mfa-changed': template({
    category: 'account',
    data: data({ name: Name, enabled: Type.Boolean() }),
    sample: { name: 'Ada', enabled: true },
    en: ({ name, enabled }, setting) => ({
      subject: `Two-step sign-in was switched ${enabled ? 'on' : 'off'} (${setting.shop})`,
      preview: 'If this was you, there is nothing to do.',
      heading: `Two-step sign-in is ${enabled ? 'on' : 'off'}`,
      blocks: [
        hello.en(name),
        text(
          enabled
            ? 'From now on your account asks for a code of your authenticator app beside the password.'
            : 'Your account no longer asks for a code beside the password.',
        ),
        ...notYou.en(resetUrl(setting)),
      ],
    }),
    de: ({ name, enabled }, setting) => ({
      subject: `Anmeldung in zwei Schritten ${enabled ? 'ein' : 'aus'}geschaltet (${setting.shop})`,
      preview: 'Wenn Sie das waren, ist nichts zu tun.',
      heading: `Anmeldung in zwei Schritten ist ${enabled ? 'an' : 'aus'}`,
      blocks: [
        hello.de(name),
        text(
          enabled
            ? 'Ihr Konto fragt ab jetzt neben dem Passwort nach einem Code Ihrer Authenticator-App.'
            : 'Ihr Konto fragt neben dem Passwort nicht mehr nach einem Code.',
        ),
        ...notYou.de(resetUrl(setting)),
      ],
    }),
  }),

  'account-erased': template({
    category: 'account',
    data: data({}),
    forgets: 'all',
    sample: {},
    en: (_, { shop }) => ({
      subject: `Your ${shop} account was erased`,
      preview: 'Goodbye, and thank you.',
      heading: 'Your account was erased',
      blocks: [
        text(
          'Your account and what named you in it are gone. Invoices stay as long as the law asks for, without an account.',
        ),
        text('This is the last message to this address.'),
      ],
    }),
    de: (_, { shop }) => ({
      subject: `Ihr Konto bei ${shop} wurde gelöscht`,
      preview: 'Auf Wiedersehen, und danke.',
      heading: 'Ihr Konto wurde gelöscht',
      blocks: [
        text(
          'Ihr Konto und alles, was Sie darin benannte, ist gelöscht. Rechnungen bleiben so lange, wie das Gesetz es verlangt, ohne Konto.',
        ),
        text('Dies ist die letzte Nachricht an diese Adresse.'),
      ],
    }),
  }),

  'email-in-use': template({
    category: 'account',
    data: data({}),
    forgets: 'all',
    sample: {},
    en: (_, setting) => ({
      subject: `Somebody registered at ${setting.shop} with your address`,
      preview: 'You have an account already.',
      heading: 'You have an account already',
      blocks: [
        text(
          'Somebody, maybe you, tried to register with this e-mail address. There is an account with it already, so nothing was changed.',
        ),
        text(
          'If it was you: sign in, or set a new password if you have forgotten yours. If it was not, there is nothing to do.',
        ),
        button('Set a new password', resetUrl(setting)),
      ],
    }),
    de: (_, setting) => ({
      subject: `Jemand hat sich bei ${setting.shop} mit Ihrer Adresse registriert`,
      preview: 'Sie haben schon ein Konto.',
      heading: 'Sie haben schon ein Konto',
      blocks: [
        text(
          'Jemand, vielleicht Sie, wollte sich mit dieser E-Mail-Adresse registrieren. Ein Konto mit ihr gibt es schon, also wurde nichts geändert.',
        ),
        text(
          'Wenn Sie es waren: Melden Sie sich an, oder setzen Sie ein neues Passwort. Wenn nicht, ist nichts zu tun.',
        ),
        button('Neues Passwort setzen', resetUrl(setting)),
      ],
    }),
  }),
}
