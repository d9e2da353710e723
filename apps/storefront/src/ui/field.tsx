import TextField, { type TextFieldProps } from '@mui/material/TextField'

/** The value of each field of a form, as it stands there. */
export type Values<Names extends string> = Record<Names, string>

export type FieldProps = Omit<TextFieldProps, 'error' | 'name'> & {
  /** As in the body of the request, with dots: complaints of the platform find their field by it. */
  name: string
  /** By the name of a field (see `tellProblem`). */
  errors?: Record<string, string>
}

/** A text field with its complaint beside it, tied to it for those who listen. */
export function Field({ name, errors, helperText, ...rest }: FieldProps) {
  const error = errors?.[name]
  return (
    <TextField name={name} id={`field-${name}`} error={Boolean(error)} helperText={error ?? helperText} {...rest} />
  )
}

/** Moves to the first field with a complaint, so that nobody has to look for it. */
export function focusFirstError(errors: Record<string, string>, form: HTMLFormElement | null): void {
  const field = [...(form?.elements ?? [])].find(
    element => element instanceof HTMLElement && (element.getAttribute('name') ?? '') in errors,
  )
  if (field instanceof HTMLElement) field.focus()
}
