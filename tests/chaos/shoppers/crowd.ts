import type { Random } from '@shopfleet/testing'
import type { Sender } from '../client.ts'
import { takeReturns } from './returns.ts'
import { staffAtWork } from './staff.ts'
import type { Shop } from './store.ts'
import { buyNow, cartGuest, customer, keyAgain, payLater, raceForTheLast } from './visits.ts'

const visits = [
  ...Array<typeof buyNow>(30).fill(buyNow),
  ...Array<typeof buyNow>(18).fill(cartGuest),
  ...Array<typeof buyNow>(22).fill(customer),
  ...Array<typeof buyNow>(14).fill(payLater),
  ...Array<typeof buyNow>(12).fill(raceForTheLast),
  ...Array<typeof buyNow>(4).fill(keyAgain),
]

/** So many shoppers, one visit after the other, and two members of staff, until the shop closes. */
export async function shopTillItCloses(
  shop: Shop,
  staff: Sender,
  shoppers: number,
  randomOf: (name: string) => Random,
) {
  const crowd = Array.from({ length: shoppers }, async (_, i) => {
    const name = `shopper-${i + 1}`
    const own: Shop = { ...shop, random: randomOf(name) }
    await shop.sleep(own.random.below(1000))
    while (!shop.isOver()) await own.random.pick(visits)(own, name)
  })
  const staffOf = (name: string): Shop => ({ ...shop, random: randomOf(name) })
  await Promise.all([...crowd, staffAtWork(staffOf('staff'), staff), takeReturns(staffOf('returns'), staff)])
}
