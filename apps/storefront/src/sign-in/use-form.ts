import { Problem } from '@shopfleet/contracts'
import { type FormEvent, type RefObject, useEffect, useRef, useState } from 'react'
import { type Told, tellProblem } from '../problem.ts'
import { useShop } from '../shop.tsx'
import { focusFirstError, type Values } from '../ui/field.tsx'

/**
 * A form whose fields keep their own values, so that what was typed before the page came alive, or by a password
 * manager, is in them. A refusal is shown beside its field, the focus goes to the first, and nothing typed is lost.
 */

const nothing: Told = { message: '', fields: {}, problem: undefined }

export interface FormOptions<Names extends string, Result> {
  /** As in the body of the request. */
  fields: readonly Names[]
  /** Complained about here when empty, before anything is sent. */
  required?: readonly Names[]
  send(values: Values<Names>): Promise<Result>
  done?(result: Result, values: Values<Names>): unknown
  /** Tells a refusal in words of its own; undefined: in the usual ones. */
  tell?(problem: Problem, values: Values<Names>): { message?: string; fields?: Partial<Values<Names>> } | undefined
}

export interface FormState<Names extends string> {
  /** For the `<form>`. */
  form: {
    ref: RefObject<HTMLFormElement | null>
    noValidate: true
    /** Pressed before the page came alive, a form must not put a password into the address. */
    method: 'post'
    onSubmit(event: FormEvent<HTMLFormElement>): void
    onInput(event: FormEvent<HTMLFormElement>): void
  }
  errors: Record<string, string>
  message: string
  /** What was refused, and why. */
  problem: Problem | undefined
  refused: Values<Names> | undefined
  isPending: boolean
  /** It has been sent and taken: the page may be on its way elsewhere. */
  isDone: boolean
}

function valuesOf<Names extends string>(form: HTMLFormElement, fields: readonly Names[]): Values<Names> {
  const data = new FormData(form)
  return Object.fromEntries(fields.map(name => [name, String(data.get(name) ?? '')])) as Values<Names>
}

/** Complaints about fields, as the platform would make them. */
export const complaint = (details: Record<string, string>): Problem =>
  new Problem('validation-failed', {
    errors: Object.entries(details).map(([name, detail]) => ({ pointer: `/${name.replaceAll('.', '/')}`, detail })),
  })

export function useForm<const Names extends string, Result>({
  fields,
  required = [],
  send,
  done,
  tell,
}: FormOptions<Names, Result>): FormState<Names> {
  const { language } = useShop()
  const ref = useRef<HTMLFormElement>(null)
  const [isPending, setPending] = useState(false)
  const [isDone, setDone] = useState(false)
  const [refused, setRefused] = useState<{ error: unknown; values: Values<Names> }>()
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set())

  const told = refused ? toldOf(refused.error, refused.values) : nothing
  const errors = Object.fromEntries(Object.entries(told.fields).filter(([name]) => !touched.has(name)))

  function toldOf(error: unknown, values: Values<Names>): Told {
    const usual = tellProblem(error, language, fields)
    const own = error instanceof Problem ? tell?.(error, values) : undefined
    if (!own) return usual
    return { message: own.message ?? '', fields: (own.fields ?? {}) as Record<string, string>, problem: usual.problem }
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each refusal, not when its words change.
  useEffect(() => {
    if (refused) focusFirstError(told.fields, ref.current)
  }, [refused])

  async function submit(form: HTMLFormElement) {
    const values = valuesOf(form, fields)
    setTouched(new Set())
    setRefused(undefined)
    setDone(false)
    const empty = required.filter(name => values[name].trim() === '')
    if (empty.length > 0) {
      setRefused({ error: complaint(Object.fromEntries(empty.map(name => [name, 'is required']))), values })
      return
    }
    setPending(true)
    try {
      await done?.(await send(values), values)
      setDone(true)
    } catch (error) {
      setRefused({ error, values })
    } finally {
      setPending(false)
    }
  }

  return {
    form: {
      ref,
      noValidate: true,
      method: 'post',
      onSubmit(event) {
        event.preventDefault()
        if (!isPending) void submit(event.currentTarget)
      },
      onInput(event) {
        const name = (event.target as HTMLInputElement).name
        // A complaint has been heard once one does something about it.
        if (name in errors) setTouched(known => new Set([...known, name]))
      },
    },
    errors,
    message: told.message,
    problem: told.problem,
    refused: refused?.values,
    isPending,
    isDone,
  }
}
