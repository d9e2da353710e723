import { styled } from '@mui/material/styles'
import Typography from '@mui/material/Typography'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import type { SignedInUser } from '../session.tsx'
import { useShop, useTexts } from '../shop.tsx'
import { accountTexts } from '../texts/account.ts'
import { ButtonLink } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Note } from '../ui/note.tsx'
import { AddressLines } from './address-lines.tsx'
import { AccountFrame, Card, CardHead, Failed, Loading } from './frame.tsx'
import { AccountMenu } from './nav.tsx'
import { OrderCard } from './order-card.tsx'
import { addressesQuery, factorQuery, ordersQuery } from './queries.ts'
import { ResendVerification } from './resend-verification.tsx'

const Part = styled('section')({
  display: 'grid',
  gap: 16,
  '& > header': { display: 'flex', alignItems: 'baseline', justifyContent: 'space-between', gap: 16 },
})

const Pair = styled('div')({
  display: 'grid',
  gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 320px), 1fr))',
  gap: 16,
  alignItems: 'stretch',
})

const More = styled(Link)(({ theme }) => ({
  color: theme.vars!.palette.text.secondary,
  fontSize: '0.9375rem',
  textDecoration: 'none',
  '&:hover': { color: theme.vars!.palette.text.primary, textDecoration: 'underline' },
}))

const Narrow = styled('div')(({ theme }) => ({ [theme.breakpoints.up('md')]: { display: 'none' } }))

export function Component() {
  const t = useTexts(accountTexts)
  return (
    <AccountFrame title={t.account} back={null} heading={user => t.hello(user.first_name ?? user.name ?? '')}>
      {user => <Overview user={user} />}
    </AccountFrame>
  )
}

function Overview({ user }: { user: SignedInUser }) {
  const t = useTexts(accountTexts)
  return (
    <>
      <p style={{ marginTop: -16, overflowWrap: 'anywhere' }}>{t.signedInAs(user.email)}</p>
      {user.email_verified_at === null ? (
        <Note kind="warning" title={t.unconfirmed}>
          {t.unconfirmedText(user.email)} <ResendVerification email={user.email} inline />
        </Note>
      ) : null}
      <Narrow>
        <AccountMenu />
      </Narrow>
      <Latest user_id={user.id} />
      <Pair>
        <DefaultAddress />
        <Safety />
      </Pair>
    </>
  )
}

function Latest({ user_id }: { user_id: string }) {
  const t = useTexts(accountTexts)
  const shop = useShop()
  const { data, error, refetch } = useInfiniteQuery(ordersQuery(shop, user_id))
  const orders = data?.pages[0]?.items.slice(0, 2)
  return (
    <Part aria-labelledby="latest-title">
      <header>
        <Typography variant="h3" component="h2" id="latest-title">
          {t.latestOrders}
        </Typography>
        {orders && orders.length > 0 ? <More to="/account/orders">{t.allOrders}</More> : null}
      </header>
      {orders ? (
        orders.length > 0 ? (
          orders.map(order => <OrderCard key={order.id} order={order} heading="h3" />)
        ) : (
          <EmptyState icon="box" title={t.noOrders} action={<ButtonLink to="/products">{t.browse}</ButtonLink>}>
            {t.noOrdersText}
          </EmptyState>
        )
      ) : error ? (
        <Failed retry={() => void refetch()} />
      ) : (
        <Loading />
      )}
    </Part>
  )
}

/** Where parcels go. */
function DefaultAddress() {
  const t = useTexts(accountTexts)
  const shop = useShop()
  const { data, error, refetch } = useQuery(addressesQuery(shop))
  const saved = data?.[0]
  return (
    <Card aria-labelledby="address-title" sx={{ alignContent: 'start' }}>
      <CardHead id="address-title" title={t.parcelsGoTo} />
      {saved ? <AddressLines saved={saved} /> : data ? <p className="quiet">{t.noAddressesText}</p> : null}
      {data ? (
        <More to={saved ? '/account/addresses' : '/account/addresses/new'}>
          {saved ? t.allAddresses : t.addAddress}
        </More>
      ) : error ? (
        <Failed retry={() => void refetch()} />
      ) : (
        <Loading lines={3} />
      )}
    </Card>
  )
}

/** How well the account is looked after. */
function Safety() {
  const t = useTexts(accountTexts)
  const shop = useShop()
  const { data, error, refetch } = useQuery(factorQuery(shop))
  return (
    <Card aria-labelledby="safety-title" sx={{ alignContent: 'start' }}>
      <CardHead
        id="safety-title"
        title={t.factorTitle}
        badge={
          data ? (
            <span className="badge" data-good={data.enabled}>
              {data.enabled ? t.factorOn : t.factorOff}
            </span>
          ) : null
        }
      />
      {data ? (
        <>
          <p className="quiet">{data.enabled ? t.factorOnText(data.recovery_codes_left) : t.factorOffText}</p>
          <More to="/account/security">{t.security}</More>
        </>
      ) : error ? (
        <Failed retry={() => void refetch()} />
      ) : (
        <Loading lines={3} />
      )}
    </Card>
  )
}
