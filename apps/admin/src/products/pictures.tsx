import ArrowDownward from '@mui/icons-material/ArrowDownward'
import ArrowUpward from '@mui/icons-material/ArrowUpward'
import DeleteOutlined from '@mui/icons-material/DeleteOutlined'
import Box from '@mui/material/Box'
import Button from '@mui/material/Button'
import IconButton from '@mui/material/IconButton'
import LinearProgress from '@mui/material/LinearProgress'
import Stack from '@mui/material/Stack'
import TextField from '@mui/material/TextField'
import Typography from '@mui/material/Typography'
import { arrangeImages, deleteImage, type Product, pictureTypes, uploadImage } from '@shopfleet/contracts'
import { type DragEvent, useRef, useState } from 'react'
import { api } from '../api.ts'
import { problemText } from '../problem.ts'
import { useNotice } from '../ui/notice.tsx'
import { Section } from '../ui/page.tsx'
import { Thumbnail } from '../ui/thumbnail.tsx'
import { useProductsChanged } from './product-queries.ts'

type Picture = Product['images'][number]

/** The pictures of a product: dropped onto it, put in order, described. The first stands for it in lists. */
export function Pictures({ product }: { product: Product }) {
  const notice = useNotice()
  const changed = useProductsChanged()
  const chooser = useRef<HTMLInputElement>(null)
  const [isOver, setOver] = useState(false)
  const [busy, setBusy] = useState<string | undefined>()
  const params = { id: product.id }

  async function upload(files: readonly File[]) {
    const refused: string[] = []
    let done = 0
    for (const [i, file] of files.entries()) {
      setBusy(files.length === 1 ? file.name : `${i + 1} of ${files.length}: ${file.name}`)
      try {
        changed(await api.call(uploadImage, { params, body: file as never }))
        done++
      } catch (error) {
        refused.push(`${file.name}: ${problemText(error)}`)
      }
    }
    setBusy(undefined)
    if (refused.length > 0) notice({ text: refused.join(' '), kind: 'error' })
    else if (done > 0) notice({ text: done === 1 ? 'The picture is there' : `${done} pictures are there` })
  }
  async function arrange(images: Picture[]) {
    try {
      changed(await api.call(arrangeImages, { params, body: { images } }))
    } catch (error) {
      notice({ text: `The pictures stay as they were. ${problemText(error)}`, kind: 'error' })
    }
  }
  const move = (at: number, by: number) => {
    const next = product.images.toSpliced(at, 1).toSpliced(at + by, 0, product.images[at]!)
    void arrange(next)
  }
  async function remove(picture: Picture) {
    try {
      changed(await api.call(deleteImage, { params, query: { url: picture.url } }))
      notice({ text: 'The picture is taken away' })
    } catch (error) {
      notice({ text: problemText(error), kind: 'error' })
    }
  }
  function drop(event: DragEvent) {
    event.preventDefault()
    setOver(false)
    void upload([...event.dataTransfer.files])
  }
  return (
    <Section title="Pictures">
      <Stack sx={{ gap: 1.5 }}>
        {product.images.map((picture, i) => (
          <OnePicture
            key={picture.url}
            picture={picture}
            place={i + 1}
            onBefore={i > 0 ? () => move(i, -1) : undefined}
            onAfter={i < product.images.length - 1 ? () => move(i, 1) : undefined}
            onDescribe={alt => void arrange(product.images.map(one => (one === picture ? { ...one, alt } : one)))}
            onRemove={() => void remove(picture)}
          />
        ))}
        <Box
          onDragOver={event => {
            event.preventDefault()
            setOver(true)
          }}
          onDragLeave={() => setOver(false)}
          onDrop={drop}
          sx={{
            ...{
              border: 1.5,
              borderStyle: 'dashed',
              borderColor: isOver ? 'primary.main' : 'divider',
              borderRadius: 2,
            },
            ...{ p: 2.5, textAlign: 'center', bgcolor: isOver ? 'background.sunken' : 'transparent' },
          }}
        >
          <Typography variant="body2" color="textSecondary">
            Drop pictures here: JPEG, PNG, WebP, AVIF or GIF, up to 12 MB each.
          </Typography>
          <Button
            variant="outlined"
            sx={{ mt: 1 }}
            onClick={() => chooser.current?.click()}
            disabled={busy !== undefined}
          >
            Choose files
          </Button>
          <input
            ref={chooser}
            type="file"
            hidden
            multiple
            accept={pictureTypes.join(',')}
            aria-label="Pictures"
            onChange={event => {
              void upload([...(event.target.files ?? [])])
              event.target.value = ''
            }}
          />
          {busy ? (
            <Box sx={{ mt: 1.5 }}>
              <LinearProgress aria-label="Uploading" />
              <Typography variant="caption" role="status">
                {busy}
              </Typography>
            </Box>
          ) : null}
        </Box>
      </Stack>
    </Section>
  )
}

interface OnePictureProps {
  picture: Picture
  place: number
  onBefore?: () => void
  onAfter?: () => void
  onDescribe: (alt: string) => void
  onRemove: () => void
}

function OnePicture({ picture, place, onBefore, onAfter, onDescribe, onRemove }: OnePictureProps) {
  const [alt, setAlt] = useState(picture.alt)
  return (
    <Stack direction="row" sx={{ gap: 1, alignItems: 'center' }}>
      <Thumbnail url={picture.url} size={56} />
      <TextField
        value={alt}
        onChange={event => setAlt(event.target.value)}
        onBlur={() => alt !== picture.alt && onDescribe(alt)}
        placeholder="What is to be seen on it"
        slotProps={{ htmlInput: { 'aria-label': `What is to be seen on picture ${place}`, maxLength: 300 } }}
      />
      <IconButton aria-label={`Picture ${place} before the one before`} disabled={!onBefore} onClick={onBefore}>
        <ArrowUpward fontSize="small" />
      </IconButton>
      <IconButton aria-label={`Picture ${place} after the next`} disabled={!onAfter} onClick={onAfter}>
        <ArrowDownward fontSize="small" />
      </IconButton>
      <IconButton aria-label={`Take picture ${place} away`} onClick={onRemove}>
        <DeleteOutlined fontSize="small" />
      </IconButton>
    </Stack>
  )
}
