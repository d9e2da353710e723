import { useFormats, useTexts } from '../shop.tsx'
import { browseTexts } from '../texts/browse.ts'
import { Button } from '../ui/button.tsx'
import { SideSheet } from '../ui/side-sheet.tsx'
import { FilterPanel, type FilterPanelProps } from './filter-panel.tsx'

/** The filters where there is no room beside the list. */
export function FilterDrawer({ open, onClose, ...panel }: FilterPanelProps & { open: boolean; onClose: () => void }) {
  const t = useTexts(browseTexts)
  const { number } = useFormats()
  const { total } = panel.facets
  const footer = (
    <Button type="button" wide onClick={onClose}>
      {t.show(t.products(number(total), total === 1))}
    </Button>
  )
  return (
    <SideSheet side="right" title={t.filters} closeLabel={t.close} {...{ open, onClose, footer }}>
      <FilterPanel {...panel} />
    </SideSheet>
  )
}
