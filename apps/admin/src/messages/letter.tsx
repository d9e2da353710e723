import Box from '@mui/material/Box'
import ToggleButton from '@mui/material/ToggleButton'
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup'
import { nonce } from '../nonce.ts'

/** What a message looks like, for staff: as HTML in a frame of its own, and as text. */

/** Nothing in it runs, and nothing is loaded from anywhere: looking at a message tells nobody that it was looked at. */
const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`

export function LetterHtml({ title, html }: { title: string; html: string }) {
  return (
    <Box
      component="iframe"
      title={title}
      // Its styles count under the policy of this page too.
      srcDoc={html.replace('<head>', () => `<head>${policy}`).replaceAll('<style', `<style nonce="${nonce}"`)}
      sandbox=""
      sx={{
        display: 'block',
        width: '100%',
        height: 'max(480px, calc(100vh - 260px))',
        border: 1,
        borderColor: 'divider',
        borderRadius: 1,
      }}
    />
  )
}

export function LetterText({ text }: { text: string }) {
  return (
    <Box
      component="pre"
      sx={{
        m: 0,
        whiteSpace: 'pre-wrap',
        overflowWrap: 'anywhere',
        typography: 'body2',
        fontFamily: 'ui-monospace, Menlo, monospace',
      }}
    >
      {text}
    </Box>
  )
}

interface OneOfProps<Value extends string> {
  label: string
  value: Value
  values: readonly { value: Value; label: string }[]
  set: (value: Value) => void
}

/** One of a few, side by side. */
export function OneOf<Value extends string>({ label, value, values, set }: OneOfProps<Value>) {
  return (
    <ToggleButtonGroup
      size="small"
      exclusive
      aria-label={label}
      value={value}
      onChange={(_, next: Value | null) => next && set(next)}
    >
      {values.map(one => (
        <ToggleButton key={one.value} value={one.value} sx={{ py: 0.25, textTransform: 'none' }}>
          {one.label}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  )
}

export type LetterFormat = 'html' | 'text'
export const letterFormats: readonly { value: LetterFormat; label: string }[] = [
  { value: 'html', label: 'HTML' },
  { value: 'text', label: 'Text' },
]
