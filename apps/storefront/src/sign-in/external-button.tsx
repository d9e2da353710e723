import Button from '@mui/material/Button'
import { styled } from '@mui/material/styles'
import { beginExternal } from '@shopfleet/contracts'
import { useMutation, useQuery } from '@tanstack/react-query'
import { tellProblem } from '../problem.ts'
import { useShop, useTexts } from '../shop.tsx'
import { signInTexts } from '../texts/sign-in.ts'
import { keepExternal } from './external.ts'
import { FormMessage } from './form-parts.tsx'
import { methodsQuery } from './methods.ts'

const Or = styled('div')(({ theme }) => ({
  display: 'grid',
  gridTemplateColumns: '1fr auto 1fr',
  alignItems: 'center',
  gap: 14,
  fontSize: '0.875rem',
  color: theme.vars!.palette.text.secondary,
  '&::before, &::after': { content: '""', height: 1, background: theme.vars!.palette.divider },
}))

/** Another way in, where the shop has one: through the page of another provider, and back. */
export function ExternalButton({ to }: { to: string }) {
  const t = useTexts(signInTexts)
  const shop = useShop()
  const { data } = useQuery(methodsQuery(shop))
  const { mutate, isPending, isSuccess, error } = useMutation({
    mutationFn: () => shop.api.call(beginExternal, {}),
    onSuccess({ authorization_url, login_token }) {
      keepExternal({ login_token, to })
      location.assign(authorization_url)
    },
  })
  if (!data?.external) return null
  return (
    <>
      <Or aria-hidden="true">{t.or}</Or>
      <Button
        variant="outlined"
        size="large"
        aria-disabled={isPending || isSuccess}
        onClick={() => !isPending && mutate()}
      >
        {t.continueWith(data.external.name)}
      </Button>
      <FormMessage>{error ? tellProblem(error, shop.language).message : null}</FormMessage>
    </>
  )
}
