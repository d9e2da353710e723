import { ago, exactly, moment } from '../formats.ts'

/** A moment, with the exact one on hovering. */
export function Time({ at, isRelative = true }: { at: string; isRelative?: boolean }) {
  return (
    <time dateTime={at} title={exactly(at)}>
      {isRelative ? ago(at) : moment(at)}
    </time>
  )
}
