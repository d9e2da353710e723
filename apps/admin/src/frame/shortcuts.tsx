import Dialog from '@mui/material/Dialog'
import DialogContent from '@mui/material/DialogContent'
import DialogTitle from '@mui/material/DialogTitle'
import { useEffect, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import type { Me } from '../session/session.ts'
import { Facts } from '../ui/page.tsx'
import { pagesFor } from './navigation.tsx'

/** Two keys one after the other are one command for so long. */
const sequence_ms = 1200
/** Zero would be the moment the page was loaded, and a first key soon after it the second of a sequence. */
const never = Number.NEGATIVE_INFINITY

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/** Keys: Ctrl K searches, “g o” goes to the orders, “/” is the first filter of the page, “?” shows them all. */
export function Shortcuts({ me, onSearch }: { me: Me; onSearch: () => void }) {
  const [isShown, setShown] = useState(false)
  const navigate = useNavigate()
  const began_ms = useRef(never)
  const mine = pagesFor(me).filter(page => page.menu.key)

  useEffect(() => {
    function press(event: KeyboardEvent) {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        onSearch()
        return
      }
      const isBusy = event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)
      if (isBusy || document.querySelector('[role=dialog]')) return
      const isSecond = performance.now() - began_ms.current < sequence_ms
      began_ms.current = event.key === 'g' ? performance.now() : never
      if (isSecond) {
        const page = mine.find(({ menu }) => menu.key === event.key)
        if (page) void navigate(page.path)
      } else if (event.key === '?') setShown(true)
      else if (event.key === '/') {
        const field = document.querySelector<HTMLElement>('main [role=search] input')
        if (field) event.preventDefault()
        field?.focus()
      }
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [mine, navigate, onSearch])

  return (
    <Dialog open={isShown} onClose={() => setShown(false)} maxWidth="xs" aria-labelledby="shortcuts-title">
      <DialogTitle id="shortcuts-title">Keys</DialogTitle>
      <DialogContent>
        <Facts
          facts={[
            ['Ctrl K', 'Search everywhere'],
            ['/', 'Filter this page'],
            ['?', 'This list'],
            ...mine.map(({ menu }) => [`g ${menu.key}`, menu.label] as const),
          ]}
        />
      </DialogContent>
    </Dialog>
  )
}
