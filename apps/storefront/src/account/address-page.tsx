import Button from '@mui/material/Button'
import Checkbox from '@mui/material/Checkbox'
import FormControlLabel from '@mui/material/FormControlLabel'
import { createAddress, type SavedAddress, updateAddress } from '@shopfleet/contracts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router'
import { AddressFields } from '../checkout/address-fields.tsx'
import { likelyCountry } from '../checkout/countries.ts'
import { type AddressField, addressFields, addressOf } from '../checkout/draft.ts'
import type { SignedInUser } from '../session.tsx'
import { useShop, useTexts } from '../shop.tsx'
import { FormMessage, FormStack, SubmitButton } from '../sign-in/form-parts.tsx'
import { useForm } from '../sign-in/use-form.ts'
import { accountTexts } from '../texts/account.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { Field, type Values } from '../ui/field.tsx'
import { useToast } from '../ui/toast.tsx'
import { AccountFrame, Failed, Loading } from './frame.tsx'
import { addressesKey, addressesQuery } from './queries.ts'

/** An address, new or to be changed. */
export function Component() {
  const t = useTexts(accountTexts)
  const { id } = useParams()
  return (
    <AccountFrame title={id ? t.editAddress : t.addAddress} back={{ to: '/account/addresses', label: t.addresses }}>
      {user => (id ? <Known id={id} user={user} /> : <AddressForm saved={undefined} user={user} />)}
    </AccountFrame>
  )
}

function Known({ id, user }: { id: string; user: SignedInUser }) {
  const t = useTexts(accountTexts)
  const shop = useShop()
  const { data, error, refetch } = useQuery(addressesQuery(shop))
  if (!data) return error ? <Failed retry={() => void refetch()} /> : <Loading />
  const saved = data.find(one => one.id === id)
  if (saved) return <AddressForm key={id} saved={saved} user={user} />
  const action = (
    <Button variant="contained" component={Link} to="/account/addresses">
      {t.toAddresses}
    </Button>
  )
  return (
    <EmptyState icon="pin" title={t.addressMissing} action={action}>
      {t.addressMissingText}
    </EmptyState>
  )
}

const fields = ['label', 'is_default', ...addressFields.map(name => `address.${name}` as const)] as const

/** What stands in the fields at the beginning. */
function valuesOf(saved: SavedAddress | undefined, user: SignedInUser): Values<AddressField> {
  const empty = Object.fromEntries(addressFields.map(name => [name, ''])) as Values<AddressField>
  return saved
    ? { ...empty, ...saved.address }
    : { ...empty, name: user.name ?? '', country: likelyCountry(navigator.languages) }
}

function AddressForm({ saved, user }: { saved: SavedAddress | undefined; user: SignedInUser }) {
  const t = useTexts(accountTexts)
  const { api } = useShop()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const toast = useToast()
  const [values, setValues] = useState(() => valuesOf(saved, user))
  const { form, errors, message, isPending } = useForm({
    fields,
    required: ['address.name', 'address.line1', 'address.postal_code', 'address.city', 'address.country'],
    async send({ label, is_default }) {
      const body = {
        ...(label.trim() ? { label: label.trim() } : {}),
        // One that is the default stays it until another one is.
        is_default: is_default === 'on' || saved?.is_default === true,
        address: addressOf(values),
      }
      if (saved) await api.call(updateAddress, { params: { id: saved.id }, body })
      else await api.call(createAddress, { body })
    },
    async done() {
      await queries.invalidateQueries({ queryKey: addressesKey })
      await navigate('/account/addresses')
      toast(t.addressSaved)
    },
    tell({ problem }) {
      if (problem === 'too-many') return { message: t.tooManyAddresses }
      return problem === 'not-found' ? { message: t.addressMissing } : undefined
    },
  })

  return (
    <FormStack {...form} aria-label={saved ? t.editAddress : t.addAddress} sx={{ maxWidth: 640 }}>
      <FormMessage>{message}</FormMessage>
      <AddressFields values={values} errors={errors} onChange={setValues} prefix="address" />
      <Field
        name="label"
        label={t.label}
        helperText={t.labelHelp}
        errors={errors}
        defaultValue={saved?.label ?? ''}
        autoComplete="off"
        slotProps={{ htmlInput: { maxLength: 50 } }}
      />
      {saved?.is_default ? null : (
        <FormControlLabel control={<Checkbox name="is_default" />} label={t.defaultAddress} />
      )}
      <div style={{ display: 'flex', flexWrap: 'wrap', gap: 12 }}>
        <SubmitButton isPending={isPending}>{t.save}</SubmitButton>
        <Button size="large" component={Link} to="/account/addresses">
          {t.cancel}
        </Button>
      </div>
    </FormStack>
  )
}
