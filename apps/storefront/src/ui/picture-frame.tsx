import { srcSetOf } from '@shopfleet/contracts'
import { styled } from './styled.ts'

const Frame = styled('span')(({ theme }) => ({
  display: 'block',
  position: 'relative',
  overflow: 'hidden',
  background: theme.vars.palette.background.sunken,
  borderRadius: 14,
  '& img': { position: 'absolute', inset: 0, width: '100%', height: '100%', objectFit: 'cover' },
  // The pictures are bright; in the dark they need not shine.
  ...theme.applyStyles('dark', { '& img': { filter: 'brightness(.9)' } }),
}))

export interface PictureFrameProps {
  src: string | null | undefined
  alt: string
  /** Width by height; the room is kept before the picture is there. */
  ratio?: number
  /** Seen at once: loaded first, not when it comes into view. */
  eager?: boolean
  /** The largest thing on the page: before everything else. */
  priority?: boolean
  /** How wide it is shown, as in HTML: which of an uploaded picture's sizes is fetched. */
  sizes?: string
  radius?: number
  className?: string
}

/** A picture in a frame of fixed proportions: nothing moves when it arrives, and a missing one leaves a quiet surface. */
export function PictureFrame({
  src,
  alt,
  ratio = 1,
  eager,
  priority,
  sizes = '(max-width: 599px) 50vw, 320px',
  radius,
  className,
}: PictureFrameProps) {
  const srcSet = src ? srcSetOf(src) : undefined
  return (
    <Frame
      className={className}
      style={{ aspectRatio: String(ratio), ...(radius === undefined ? {} : { borderRadius: radius }) }}
    >
      {src ? (
        <img
          loading={eager ? 'eager' : 'lazy'}
          // What comes later, the browser measures by itself, if it can.
          sizes={srcSet && (eager ? sizes : `auto, ${sizes}`)}
          srcSet={srcSet}
          src={src}
          alt={alt}
          width={800}
          height={Math.round(800 / ratio)}
          fetchPriority={priority ? 'high' : 'auto'}
          decoding="async"
        />
      ) : null}
    </Frame>
  )
}
