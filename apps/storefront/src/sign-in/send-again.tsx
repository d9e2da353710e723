import Button from '@mui/material/Button'
import { requestVerification } from '@shopfleet/contracts'
import { useMutation } from '@tanstack/react-query'
import { tellProblem } from '../problem.ts'
import { useShop, useTexts } from '../shop.tsx'
import { signInTexts } from '../texts/sign-in.ts'
import { Note } from '../ui/note.tsx'

/** Says that an address waits to be confirmed, and sends the mail again. */
export function SendAgain({ email }: { email: string }) {
  const t = useTexts(signInTexts)
  const { api, language } = useShop()
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: () => api.call(requestVerification, { body: { email } }),
  })
  return (
    <Note role="alert" title={t.notConfirmedTitle}>
      <p>{isSuccess ? t.sentAgain(email) : error ? tellProblem(error, language).message : t.notConfirmedText(email)}</p>
      {isSuccess ? null : (
        <Button variant="outlined" size="small" sx={{ mt: 1.5 }} aria-disabled={isPending} onClick={() => mutate()}>
          {t.sendAgain}
        </Button>
      )}
    </Note>
  )
}
