import Button from '@mui/material/Button'
import { styled } from '@mui/material/styles'
import { maxReviewPhotos, pictureSizes, pictureTypes } from '@shopfleet/contracts'
import { useEffect, useRef, useState } from 'react'
import { useTexts } from '../shop.tsx'
import { reviewTexts } from '../texts/reviews.ts'
import { Hidden } from '../ui/hidden.tsx'
import { Icon } from '../ui/icon.tsx'

/** A picture that is to be sent. */
export interface Chosen {
  file: File
  /** Shown until it is. */
  preview: string
}

/** The pictures of a review while it is written: those it has, those to come, those to go. */
export function usePhotos(initial: string[]) {
  const [kept, setKept] = useState(initial)
  const [dropped, setDropped] = useState<string[]>([])
  const [chosen, setChosen] = useState<Chosen[]>([])
  const [complaints, complain] = useState<string[]>([])
  const previews = useRef(new Set<string>())
  useEffect(() => () => previews.current.forEach(URL.revokeObjectURL), [])
  const room = maxReviewPhotos - kept.length - chosen.length

  return {
    kept,
    dropped,
    chosen,
    complaints,
    complain,
    room,
    choose(files: File[]) {
      const added = files.slice(0, room).map(file => {
        const preview = URL.createObjectURL(file)
        previews.current.add(preview)
        return { file, preview }
      })
      setChosen(list => [...list, ...added])
      return files.length <= room
    },
    /** It is kept now. */
    sent(one: Chosen, url: string) {
      setChosen(list => list.filter(other => other !== one))
      setKept(list => [...list.filter(other => other !== url), url])
    },
    unchoose: (one: Chosen) => setChosen(list => list.filter(other => other !== one)),
    drop(url: string) {
      setKept(list => list.filter(other => other !== url))
      setDropped(list => [...list, url])
    },
  }
}

const Frame = styled('div')(({ theme }) => ({
  display: 'grid',
  gap: 10,
  '& .name': { fontWeight: 550 },
  '& .help': { fontSize: '0.8125rem', color: theme.vars!.palette.text.secondary },
  '& .error': { fontSize: '0.8125rem', color: theme.vars!.palette.error.main },
  '& ul': { display: 'flex', flexWrap: 'wrap', gap: 10 },
  '& li': { position: 'relative' },
  '& img': { display: 'block', width: 88, height: 88, objectFit: 'cover', borderRadius: 10 },
  '& li button': {
    position: 'absolute',
    top: 4,
    right: 4,
    display: 'grid',
    placeItems: 'center',
    width: 28,
    height: 28,
    padding: 0,
    border: 0,
    borderRadius: 999,
    background: theme.vars!.palette.background.paper,
    color: theme.vars!.palette.text.primary,
    cursor: 'pointer',
  },
}))

export function PhotoField({ photos }: { photos: ReturnType<typeof usePhotos> }) {
  const t = useTexts(reviewTexts)
  const input = useRef<HTMLInputElement>(null)
  const shown = [
    ...photos.kept.map(url => ({
      key: url,
      src: pictureSizes(url)?.sizes[0]?.url ?? url,
      remove: () => photos.drop(url),
    })),
    ...photos.chosen.map(one => ({ key: one.preview, src: one.preview, remove: () => photos.unchoose(one) })),
  ]
  return (
    <Frame role="group" aria-labelledby="photos-name" aria-describedby="photos-help">
      <span className="name" id="photos-name">
        {t.pictures}
      </span>
      {shown.length > 0 ? (
        <ul>
          {shown.map(({ key, src, remove }, i) => (
            <li key={key}>
              <img src={src} alt="" width={88} height={88} />
              <button type="button" aria-label={t.removePicture(i + 1)} onClick={remove}>
                <Icon name="close" size={15} />
              </button>
            </li>
          ))}
        </ul>
      ) : null}
      {photos.room > 0 ? (
        <div>
          <Hidden>
            <input
              ref={input}
              type="file"
              tabIndex={-1}
              aria-hidden="true"
              accept={pictureTypes.join(',')}
              multiple
              onChange={event => {
                const isAll = photos.choose([...(event.target.files ?? [])])
                photos.complain(isAll ? [] : [t.tooManyPictures])
                event.target.value = ''
              }}
            />
          </Hidden>
          <Button type="button" variant="outlined" size="small" onClick={() => input.current?.click()}>
            {t.addPicture}
          </Button>
        </div>
      ) : null}
      <span className="help" id="photos-help">
        {t.picturesHelp}
      </span>
      {photos.complaints.map(complaint => (
        <p key={complaint} className="error" role="alert">
          {complaint}
        </p>
      ))}
    </Frame>
  )
}
