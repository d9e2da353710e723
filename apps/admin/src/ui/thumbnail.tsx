import ImageOutlined from '@mui/icons-material/ImageOutlined'
import Box from '@mui/material/Box'

/** A small picture of a product; a quiet sign where there is none. */
export function Thumbnail({ url, size = 32 }: { url: string | null | undefined; size?: number }) {
  return (
    <Box
      sx={{
        ...{ width: size, height: size, flex: 'none', borderRadius: 1, overflow: 'hidden' },
        ...{ bgcolor: 'background.sunken', display: 'grid', placeItems: 'center', color: 'text.disabled' },
      }}
    >
      {url ? (
        <img
          src={url}
          alt=""
          width={size}
          height={size}
          loading="lazy"
          style={{ objectFit: 'cover', display: 'block' }}
        />
      ) : (
        <ImageOutlined sx={{ fontSize: size * 0.55 }} />
      )}
    </Box>
  )
}

/** A picture and the name beside it, in a cell of a table. */
export function Pictured({ url, name, more }: { url: string | null; name: string; more?: string }) {
  return (
    <Box
      component="span"
      sx={{ display: 'inline-flex', alignItems: 'center', gap: 1.25, maxWidth: '100%', verticalAlign: 'middle' }}
    >
      <Thumbnail url={url} />
      <Box component="span" sx={{ overflow: 'hidden', textOverflow: 'ellipsis', lineHeight: 1.3 }}>
        {name}
        {more ? (
          <Box component="span" sx={{ display: 'block', typography: 'caption', color: 'text.secondary' }}>
            {more}
          </Box>
        ) : null}
      </Box>
    </Box>
  )
}
