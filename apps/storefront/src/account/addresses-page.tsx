import Button from '@mui/material/Button'
import { styled } from '@mui/material/styles'
import { createAddress, deleteAddress, Problem, type SavedAddress, updateAddress } from '@shopfleet/contracts'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from 'react-router'
import { tellProblem } from '../problem.ts'
import { useShop, useTexts } from '../shop.tsx'
import { accountTexts } from '../texts/account.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { useToast } from '../ui/toast.tsx'
import { AddressLines, nameOf } from './address-lines.tsx'
import { AccountFrame, Card, Failed, Loading } from './frame.tsx'
import { addressesKey, addressesQuery } from './queries.ts'

const List = styled('ul')({
  display: 'grid',
  gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 340px), 1fr))',
  gap: 16,
  '& > li': { display: 'grid' },
})

const AddAddress = ({ variant = 'contained' }: { variant?: 'contained' | 'outlined' }) => {
  const t = useTexts(accountTexts)
  return (
    <Button variant={variant} component={Link} to="/account/addresses/new">
      {t.addAddress}
    </Button>
  )
}

export function Component() {
  const t = useTexts(accountTexts)
  return (
    <AccountFrame title={t.addressesTitle} aside={<AddAddress variant="outlined" />}>
      {() => <Addresses />}
    </AccountFrame>
  )
}

/** What changes an address, each time with a word about it. */
function useChanges() {
  const t = useTexts(accountTexts)
  const { api, language } = useShop()
  const queries = useQueryClient()
  const toast = useToast()
  const bodyOf = ({ label, is_default, address }: SavedAddress) => ({
    ...(label === null ? {} : { label }),
    is_default,
    address,
  })

  async function attempt(change: () => Promise<unknown>, said: string, undo?: () => void): Promise<void> {
    try {
      await change()
      toast(said, undo ? { action: { label: t.undo, onPress: undo } } : {})
    } catch (error) {
      toast(tellProblem(error, language).message, { kind: 'bad' })
    } finally {
      await queries.invalidateQueries({ queryKey: addressesKey })
    }
  }

  const putBack = (saved: SavedAddress) =>
    attempt(() => api.call(createAddress, { body: bodyOf(saved) }), t.addressBack)

  return {
    remove: (saved: SavedAddress) =>
      attempt(
        async () => {
          try {
            await api.call(deleteAddress, { params: { id: saved.id } })
          } catch (error) {
            // Deleted in another window: that is what was asked for.
            if (!(error instanceof Problem) || error.problem !== 'not-found') throw error
          }
        },
        t.addressGone(nameOf(saved)),
        () => void putBack(saved),
      ),
    makeDefault: (saved: SavedAddress) =>
      attempt(
        () => api.call(updateAddress, { params: { id: saved.id }, body: { ...bodyOf(saved), is_default: true } }),
        t.defaultNow(nameOf(saved)),
      ),
  }
}

function Addresses() {
  const t = useTexts(accountTexts)
  const shop = useShop()
  const { data, error, refetch } = useQuery(addressesQuery(shop))
  const { remove, makeDefault } = useChanges()
  if (!data) return error ? <Failed retry={() => void refetch()} /> : <Loading />
  if (data.length === 0) {
    return (
      <EmptyState icon="pin" title={t.noAddresses} action={<AddAddress />}>
        {t.noAddressesText}
      </EmptyState>
    )
  }
  return (
    <List>
      {data.map(saved => {
        const { id, is_default } = saved
        const name = nameOf(saved)
        return (
          <li key={id}>
            <Card sx={{ gridTemplateRows: '1fr auto' }}>
              <div style={{ display: 'flex', alignItems: 'start', justifyContent: 'space-between', gap: 12 }}>
                <AddressLines saved={saved} />
                {is_default ? (
                  <span className="badge" data-good="true">
                    {t.isDefault}
                  </span>
                ) : null}
              </div>
              <div className="row" style={{ marginLeft: -14, gap: 0 }}>
                <Button size="small" component={Link} to={`/account/addresses/${id}`} aria-label={t.editOf(name)}>
                  {t.edit}
                </Button>
                {is_default ? null : (
                  <Button size="small" aria-label={t.makeDefaultOf(name)} onClick={() => void makeDefault(saved)}>
                    {t.makeDefault}
                  </Button>
                )}
                <Button size="small" color="error" aria-label={t.removeOf(name)} onClick={() => void remove(saved)}>
                  {t.remove}
                </Button>
              </div>
            </Card>
          </li>
        )
      })}
    </List>
  )
}
