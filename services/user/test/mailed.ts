import type { TestPlatform } from '@shopfleet/testing'

/** Mails to an address so far, oldest first: read where a person would read them. */
export async function mailsTo(platform: TestPlatform, email: string) {
  await platform.drain()
  return platform.mail.sent(email)
}

/** The token of the link in a mail. */
export function tokenIn(mail: { text: string } | undefined): string {
  const token = /[?&]token=([\w-]{20,})/.exec(mail?.text ?? '')?.[1]
  if (!token) throw new Error(`no link in: ${mail?.text}`)
  return token
}
