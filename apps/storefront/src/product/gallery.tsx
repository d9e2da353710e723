import type { Product } from '@shopfleet/contracts'
import { type UIEvent, useEffect, useRef, useState } from 'react'
import { useTexts } from '../shop.tsx'
import { browseTexts } from '../texts/browse.ts'
import { PictureFrame } from '../ui/picture-frame.tsx'
import { styled } from '../ui/styled.ts'

const Frame = styled('div')(({ theme }) => ({
  '& .strip': {
    display: 'grid',
    gridAutoFlow: 'column',
    gridAutoColumns: '100%',
    overflowX: 'auto',
    overscrollBehaviorX: 'contain',
    scrollSnapType: 'x mandatory',
    scrollbarWidth: 'none',
    borderRadius: 22,
    '& > li': { scrollSnapAlign: 'center' },
  },
  '& .thumbs': {
    display: 'flex',
    flexWrap: 'wrap',
    gap: 10,
    marginTop: 12,
    '& button': {
      width: 72,
      padding: 3,
      border: '1.5px solid transparent',
      borderRadius: 14,
      background: 'none',
      cursor: 'pointer',
      '&[aria-current=true]': { borderColor: theme.vars.palette.text.primary },
      '&:focus-visible': { borderRadius: 14 },
    },
  },
}))

interface GalleryProps {
  images: Product['images']
  name: string
  /** What is chosen is to be seen on this one: it is shown whenever that changes. */
  chosen?: string | null
}

/** A product's pictures: swiped through, or chosen below. */
export function Gallery({ images, name, chosen }: GalleryProps) {
  const t = useTexts(browseTexts)
  const strip = useRef<HTMLUListElement>(null)
  const [current, setCurrent] = useState(0)
  const shown = images.length > 0 ? images : [{ url: '', alt: name }]

  const onScroll = ({ currentTarget }: UIEvent<HTMLUListElement>) =>
    setCurrent(Math.round(currentTarget.scrollLeft / Math.max(1, currentTarget.clientWidth)))
  const goTo = (i: number) => strip.current?.scrollTo({ left: i * strip.current.clientWidth, behavior: 'smooth' })

  const place = shown.findIndex(({ url }) => url === chosen)
  useEffect(() => {
    if (place >= 0) strip.current?.scrollTo({ left: place * strip.current.clientWidth })
  }, [place])

  return (
    <Frame>
      <ul
        ref={strip}
        className="strip"
        onScroll={onScroll}
        aria-label={t.pictures}
        tabIndex={shown.length > 1 ? 0 : -1}
      >
        {shown.map(({ url, alt }, i) => (
          <li key={url}>
            <PictureFrame
              src={url || null}
              alt={alt || name}
              eager={i === 0}
              priority={i === 0}
              sizes="(max-width: 899px) 100vw, 640px"
              radius={22}
            />
          </li>
        ))}
      </ul>
      {shown.length > 1 ? (
        <div className="thumbs">
          {shown.map(({ url }, i) => (
            <button
              key={url}
              type="button"
              aria-label={t.picture(i + 1, shown.length)}
              aria-current={i === current}
              onClick={() => goTo(i)}
            >
              <PictureFrame src={url} alt="" sizes="72px" radius={10} />
            </button>
          ))}
        </div>
      ) : null}
    </Frame>
  )
}
