import Alert from '@mui/material/Alert'
import Button from '@mui/material/Button'
import Checkbox from '@mui/material/Checkbox'
import FormControlLabel from '@mui/material/FormControlLabel'
import MenuItem from '@mui/material/MenuItem'
import Stack from '@mui/material/Stack'
import TextField, { type TextFieldProps } from '@mui/material/TextField'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { tell } from '../problem.ts'

/** Forms: what was typed stays whatever happens, and complaints stand beside their fields. */

export type Values = Record<string, string | boolean>

export interface FormOptions<V extends Values, Answer> {
  initial: V
  send: (values: V) => Promise<Answer>
  done?: (answer: Answer, values: V) => void
  /** Under this name what was typed outlives the page, until it is sent. */
  draft?: string
}

export interface FormState<V extends Values = any> {
  values: V
  set: <K extends keyof V>(name: K, value: V[K]) => void
  reset: (values: V) => void
  fields: Record<string, string>
  message: string | undefined
  isPending: boolean
  isChanged: boolean
  /** What is shown was typed on an earlier visit. */
  isRestored: boolean
  submit: () => void
  ref: { current: HTMLFormElement | null }
}

const draftKey = (name: string) => `panel-draft ${name}`

function readDraft<V extends Values>(name: string | undefined): Partial<V> | undefined {
  if (name === undefined) return undefined
  try {
    return JSON.parse(sessionStorage.getItem(draftKey(name)) ?? 'null') ?? undefined
  } catch {
    return undefined
  }
}

function writeDraft(name: string | undefined, values: Values | undefined): void {
  if (name === undefined) return
  try {
    if (values) sessionStorage.setItem(draftKey(name), JSON.stringify(values))
    else sessionStorage.removeItem(draftKey(name))
  } catch {
    // Where nothing may be kept, the page has it until it is closed.
  }
}

const same = (a: Values, b: Values) => JSON.stringify(a) === JSON.stringify(b)

export function useForm<V extends Values, Answer = unknown>(options: FormOptions<V, Answer>): FormState<V> {
  const { draft } = options
  const [base, setBase] = useState(options.initial)
  const [restored, setRestored] = useState(() => readDraft<V>(draft))
  const [values, setValues] = useState<V>({ ...options.initial, ...restored })
  const ref = useRef<HTMLFormElement | null>(null)
  const mutation = useMutation({
    mutationFn: options.send,
    onSuccess(answer, sent) {
      writeDraft(draft, undefined)
      setRestored(undefined)
      setBase(sent)
      options.done?.(answer, sent)
    },
  })
  const { fields, message } = mutation.error
    ? tell(mutation.error, Object.keys(values))
    : { fields: {}, message: undefined }

  useEffect(() => {
    if (mutation.error) ref.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus()
  }, [mutation.error])

  function show(next: V) {
    setValues(next)
    writeDraft(draft, same(next, base) ? undefined : next)
  }
  return {
    values,
    fields,
    message,
    ref,
    isPending: mutation.isPending,
    isChanged: !same(values, base),
    isRestored: restored !== undefined && !same(values, base),
    set: (name, value) => show({ ...values, [name]: value }),
    reset(next) {
      mutation.reset()
      setRestored(undefined)
      setBase(next)
      setValues(next)
      writeDraft(draft, undefined)
    },
    submit: () => mutation.mutate(values),
  }
}

export interface FormProps {
  form: FormState
  label: string
  /** On the button that sends; without it the form has its own. */
  act?: string
  more?: ReactNode
  /** The button stays in view: the form is longer than the screen. */
  isLong?: boolean
  /** Nothing to send while nothing was changed. */
  onlyChanged?: boolean
  children: ReactNode
}

export function Form({ form, label, act, more, isLong, onlyChanged, children }: FormProps) {
  function submit(event: FormEvent) {
    event.preventDefault()
    if (!form.isPending) form.submit()
  }
  return (
    <form onSubmit={submit} ref={form.ref} aria-label={label} noValidate>
      <Stack sx={{ gap: 2 }}>
        {form.isRestored ? (
          <Alert severity="info">This is what you had typed before. It is not saved yet.</Alert>
        ) : null}
        {form.message ? <Alert severity="error">{form.message}</Alert> : null}
        {children}
        {act ? (
          <Stack
            direction="row"
            sx={{
              ...{ gap: 1, alignItems: 'center', flexWrap: 'wrap' },
              ...(isLong ? { position: 'sticky', bottom: 0, zIndex: 2, py: 1.5, bgcolor: 'background.default' } : {}),
            }}
          >
            <Button
              type="submit"
              variant="contained"
              loading={form.isPending}
              disabled={onlyChanged && !form.isChanged}
            >
              {act}
            </Button>
            {more}
          </Stack>
        ) : null}
      </Stack>
    </form>
  )
}

type FieldProps = Omit<TextFieldProps, 'form' | 'name' | 'value' | 'onChange' | 'error'> & {
  form: FormState
  name: string
}

/** A field of a form, with what is wrong with it. */
export function Field({ form, name, helperText, ...props }: FieldProps) {
  const complaint = form.fields[name]
  return (
    <TextField
      {...props}
      id={props.id ?? `field-${name}`}
      name={name}
      value={form.values[name]}
      onChange={event => form.set(name, event.target.value)}
      error={complaint !== undefined}
      helperText={complaint ?? helperText}
    />
  )
}

export interface Choice {
  value: string
  label: string
}

/** One of a few. */
export function Select({ choices, ...props }: FieldProps & { choices: readonly Choice[] }) {
  return (
    <Field {...props} select>
      {choices.map(({ value, label }) => (
        <MenuItem key={value} value={value}>
          {label}
        </MenuItem>
      ))}
    </Field>
  )
}

export function Check({ form, name, label }: { form: FormState; name: string; label: ReactNode }) {
  return (
    <FormControlLabel
      control={
        <Checkbox
          size="small"
          name={name}
          checked={Boolean(form.values[name])}
          onChange={event => form.set(name, event.target.checked)}
        />
      }
      label={label}
      slotProps={{ typography: { variant: 'body2' } }}
    />
  )
}

/** Fields beside one another where there is room. */
export function Row({ children }: { children: ReactNode }) {
  return (
    <Stack sx={{ gap: 2, flexDirection: { xs: 'column', sm: 'row' }, '& > *': { flex: '1 1 0' } }}>{children}</Stack>
  )
}
