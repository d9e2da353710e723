/** The products a visitor looked at, as they are kept: slugs, newest first. Pure. */

export const seenKey = 'seen'
const most = 9

export function seenOf(text: string | undefined): string[] {
  return (text ?? '').split(' ').filter(slug => /^[a-z0-9-]{1,200}$/.test(slug))
}

/** With one more, which is the newest now. */
export function seenAfter(text: string | undefined, slug: string): string {
  return [slug, ...seenOf(text).filter(one => one !== slug)].slice(0, most).join(' ')
}
