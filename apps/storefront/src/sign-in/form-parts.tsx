import Button, { type ButtonProps } from '@mui/material/Button'
import CircularProgress from '@mui/material/CircularProgress'
import InputAdornment from '@mui/material/InputAdornment'
import { styled } from '@mui/material/styles'
import { type ReactNode, useState } from 'react'
import { useTexts } from '../shop.tsx'
import { signInTexts } from '../texts/sign-in.ts'
import { Field, type FieldProps } from '../ui/field.tsx'
import { Hidden } from '../ui/hidden.tsx'
import { Icon } from '../ui/icon.tsx'
import { Note } from '../ui/note.tsx'

export const FormStack = styled('form')({ display: 'grid', gap: 18 })

/** What is wrong with the form as a whole. */
export function FormMessage({ children }: { children: ReactNode }) {
  return children ? <Note kind="error">{children}</Note> : null
}

/** Sends the form. Busy, it keeps the focus and takes no second press. */
export function SubmitButton({ isPending, children, ...rest }: ButtonProps & { isPending: boolean }) {
  return (
    <Button type="submit" variant="contained" size="large" aria-disabled={isPending} {...rest}>
      {children}
      {isPending ? <CircularProgress size={18} color="inherit" aria-hidden="true" sx={{ ml: 1.25 }} /> : null}
    </Button>
  )
}

const Toggle = styled('button')(({ theme }) => ({
  display: 'grid',
  placeItems: 'center',
  width: 44,
  height: 44,
  marginRight: -10,
  border: 0,
  borderRadius: 999,
  background: 'none',
  color: theme.vars!.palette.text.secondary,
  cursor: 'pointer',
  '&:hover': { background: theme.vars!.palette.ink.faint },
  '&[aria-pressed=true]': { color: theme.vars!.palette.secondary.main },
}))

export interface PasswordFieldProps extends Omit<FieldProps, 'slotProps' | 'type'> {
  autoComplete: 'current-password' | 'new-password'
  /** The id of something that says more about it, beside a complaint. */
  describedBy?: string
}

/** A password that can be looked at while it is typed. */
export function PasswordField({ name, errors, autoComplete, describedBy, ...rest }: PasswordFieldProps) {
  const t = useTexts(signInTexts)
  const [isShown, show] = useState(false)
  const described = [errors?.[name] ? `field-${name}-helper-text` : '', describedBy ?? ''].filter(Boolean).join(' ')
  return (
    <Field
      name={name}
      errors={errors}
      type={isShown ? 'text' : 'password'}
      autoComplete={autoComplete}
      required
      slotProps={{
        htmlInput: {
          maxLength: 128,
          autoCapitalize: 'none',
          autoCorrect: 'off',
          spellCheck: false,
          'aria-describedby': described || undefined,
          // For the password managers that make one.
          ...(autoComplete === 'new-password' ? { passwordrules: 'minlength: 8; maxlength: 128;' } : {}),
        },
        input: {
          endAdornment: (
            <InputAdornment position="end">
              <Toggle type="button" aria-label={t.showPassword} aria-pressed={isShown} onClick={() => show(!isShown)}>
                <Icon name={isShown ? 'hidden' : 'eye'} size={20} />
              </Toggle>
            </InputAdornment>
          ),
        },
      }}
      {...rest}
    />
  )
}

const Rules = styled('div')(({ theme }) => ({
  display: 'grid',
  gap: 8,
  fontSize: '0.875rem',
  color: theme.vars!.palette.text.secondary,
  '& ul': { display: 'grid', gap: 4 },
  '& li': { display: 'flex', alignItems: 'center', gap: 8 },
  '& li svg': { opacity: 0.45 },
  '& li[data-met=true]': { color: theme.vars!.palette.stock.good, '& svg': { opacity: 1 } },
}))

/** Which rules for passwords one keeps. Pure. */
export function rulesOf(password: string, email: string): { length: boolean; own: boolean; varied: boolean } {
  const plain = password.toLowerCase().trim()
  const address = email.toLowerCase().trim()
  const isTyped = plain !== ''
  return {
    length: [...password].length >= 8,
    own: isTyped && plain !== address && plain !== address.split('@')[0],
    varied: isTyped && new Set(plain).size >= 3,
  }
}

/** The rules, and which of them are kept while typing. The platform has the last word, and knows the commonest passwords. */
export function PasswordRules({ id, password, email }: { id: string; password: string; email: string }) {
  const t = useTexts(signInTexts)
  const { length, own, varied } = rulesOf(password, email)
  const rules: [string, boolean][] = [
    [t.ruleLength, length],
    [t.ruleOwn, own],
    [t.ruleVaried, varied],
  ]
  return (
    <Rules id={id}>
      <ul aria-label={t.rules}>
        {rules.map(([rule, isMet]) => (
          <li key={rule} data-met={isMet}>
            <Icon name={isMet ? 'check' : 'dot'} size={16} />
            <span>
              {rule}
              <Hidden>, {isMet ? t.ruleMet : t.ruleOpen}</Hidden>
            </span>
          </li>
        ))}
      </ul>
      <p>{t.rulesTip}</p>
    </Rules>
  )
}

/** Whose password it is, for password managers: nobody sees or types it. */
export function UserName({ email }: { email: string }) {
  return <input type="email" name="username" autoComplete="username" value={email} readOnly hidden tabIndex={-1} />
}
