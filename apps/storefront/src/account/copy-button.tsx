import Button from '@mui/material/Button'
import { useTexts } from '../shop.tsx'
import { accountTexts } from '../texts/account.ts'
import { Icon } from '../ui/icon.tsx'
import { useToast } from '../ui/toast.tsx'

/** Puts a text onto the clipboard, and says whether that worked. */
export function CopyButton({ text }: { text: string }) {
  const t = useTexts(accountTexts)
  const toast = useToast()
  async function copy() {
    try {
      await navigator.clipboard.writeText(text)
      toast(t.copied)
    } catch {
      toast(t.copyFailed, { kind: 'bad' })
    }
  }
  return (
    <Button size="small" variant="outlined" onClick={() => void copy()} startIcon={<Icon name="copy" size={18} />}>
      {t.copy}
    </Button>
  )
}
