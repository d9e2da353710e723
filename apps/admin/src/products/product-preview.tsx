import Box from '@mui/material/Box'
import Stack from '@mui/material/Stack'
import Typography from '@mui/material/Typography'
import { money } from '../formats.ts'
import { Section } from '../ui/page.tsx'
import { Thumbnail } from '../ui/thumbnail.tsx'
import { attributesOf, type ProductValues } from './product-form.tsx'

function priceText({ price, currency }: ProductValues): string {
  const value = Number(price.replace(',', '.'))
  try {
    return price.trim() === '' || !Number.isFinite(value) ? '—' : money(value, currency.toUpperCase())
  } catch {
    return `${price} ${currency}`
  }
}

/** How a shopper will see what is being typed. */
export function ProductPreview({ values, imageUrl }: { values: ProductValues; imageUrl: string | null }) {
  const attributes = attributesOf(values.attributes).filter(([name, value]) => name && value)
  return (
    <Section title="As in the shop">
      <Stack sx={{ gap: 1.25, pt: 0.5, opacity: values.is_active ? 1 : 0.55 }}>
        <Thumbnail url={imageUrl} size={160} />
        <Typography variant="h2" component="p" sx={{ overflowWrap: 'anywhere' }}>
          {values.name || 'Name of the product'}
        </Typography>
        <Typography sx={{ fontWeight: 600 }}>{priceText(values)}</Typography>
        <Typography
          variant="body2"
          color="textSecondary"
          sx={{
            whiteSpace: 'pre-line',
            display: '-webkit-box',
            WebkitLineClamp: 6,
            WebkitBoxOrient: 'vertical',
            overflow: 'hidden',
          }}
        >
          {values.description || 'Its description.'}
        </Typography>
        {attributes.length > 0 ? (
          <Box
            component="dl"
            sx={{ m: 0, display: 'grid', gridTemplateColumns: 'auto 1fr', columnGap: 2, typography: 'caption' }}
          >
            {attributes.map(([name, value]) => (
              <Box key={name} sx={{ display: 'contents' }}>
                <Box component="dt" sx={{ color: 'text.secondary' }}>
                  {name}
                </Box>
                <Box component="dd" sx={{ m: 0 }}>
                  {value}
                </Box>
              </Box>
            ))}
          </Box>
        ) : null}
        {values.is_active ? null : (
          <Typography variant="caption" color="textSecondary">
            Not for sale: shoppers do not see it.
          </Typography>
        )}
      </Stack>
    </Section>
  )
}
