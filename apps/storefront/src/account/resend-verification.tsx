import Button from '@mui/material/Button'
import { resendVerification } from '@shopfleet/contracts'
import { useMutation } from '@tanstack/react-query'
import { tellProblem } from '../problem.ts'
import { useShop, useTexts } from '../shop.tsx'
import { signInTexts } from '../texts/sign-in.ts'
import { useToast } from '../ui/toast.tsx'
import { LinkButton } from './frame.tsx'

/** Has the mail that confirms one's own address sent again; `inline`: in a sentence. */
export function ResendVerification({ email, inline }: { email: string; inline?: boolean }) {
  const t = useTexts(signInTexts)
  const { api, language } = useShop()
  const toast = useToast()
  const { mutate, isPending } = useMutation({
    mutationFn: () => api.call(resendVerification, {}),
    onSuccess: () => toast(t.sentAgain(email)),
    onError: error => toast(tellProblem(error, language).message, { kind: 'bad' }),
  })
  const press = { 'aria-disabled': isPending, onClick: () => !isPending && mutate() }
  return inline ? (
    <LinkButton type="button" {...press}>
      {t.sendAgain}
    </LinkButton>
  ) : (
    <Button variant="contained" {...press}>
      {t.sendAgain}
    </Button>
  )
}
