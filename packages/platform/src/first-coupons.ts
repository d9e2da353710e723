import { type BodyOf, createClient, createCoupon, login, Problem } from '@shopfleet/contracts'

/** The coupons of the demonstration; the checkout names them beside the test cards. */
const coupons: BodyOf<typeof createCoupon>[] = [
  { code: 'WELCOME10', percent: 10, once_per_customer: true, description: '10 % off your first order' },
  { code: 'SAIL5', amount: 5, currency: 'USD', min_subtotal: 40, description: '$5 off from $40' },
]

export interface FirstCouponsOptions {
  userUrl: string
  orderUrl: string
  administrator: { email: string; password: string }
}

/** Makes the coupons of the demonstration, those that are not there yet. */
export async function loadFirstCoupons({ userUrl, orderUrl, administrator }: FirstCouponsOptions): Promise<void> {
  const { email, password } = administrator
  const session = await createClient({ baseUrl: userUrl }).call(login, { body: { email, password } })
  const headers = { authorization: `Bearer ${session.access_token}` }
  const client = createClient({ baseUrl: orderUrl, headers })
  for (const body of coupons) {
    try {
      await client.call(createCoupon, { body })
    } catch (error) {
      if (!(error instanceof Problem) || error.problem !== 'already-exists') throw error
    }
  }
}
