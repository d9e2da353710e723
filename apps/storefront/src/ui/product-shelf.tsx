import { ProductGrid } from './product-grid.tsx'
import { styled } from './styled.ts'

/** One row of products: swiped through on a phone, side by side where there is room. */
export const ProductShelf = styled(ProductGrid)(({ theme }) => ({
  [theme.breakpoints.down('sm')]: {
    gridTemplateColumns: 'none',
    gridAutoFlow: 'column',
    gridAutoColumns: 'minmax(200px, 62vw)',
    overflowX: 'auto',
    overscrollBehaviorX: 'contain',
    scrollSnapType: 'x mandatory',
    scrollPaddingInline: 18,
    marginInline: -18,
    // Room for the focus ring of a card.
    padding: '6px 18px',
    scrollbarWidth: 'none',
    '& > li': { scrollSnapAlign: 'start' },
  },
  [theme.breakpoints.between('sm', 'lg')]: { '& > li:nth-of-type(3n) ~ li': { display: 'none' } },
}))
