import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refundOfLine } from '@shopfleet/contracts'
import fc from 'fast-check'
import { paidOfLines } from '../src/refunds/refund.ts'

const sum = (numbers: number[]) => numbers.reduce((all, one) => all + one, 0)
const price = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 1_000_000 }))
const lines = fc.array(fc.record({ price_minor: price, quantity: fc.integer({ min: 1, max: 30 }) }), {
  minLength: 1,
  maxLength: 8,
})
/** An order: lines, a discount of at most what they come to, a tax on what is left. */
const order = fc
  .tuple(lines, fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 300_000 }))
  .map(([lines, share, rate]) => {
    const items = lines.map(line => ({ ...line, subtotal_minor: line.price_minor * line.quantity }))
    const subtotal_minor = sum(items.map(item => item.subtotal_minor))
    const discount_minor = Math.floor(subtotal_minor * share)
    const tax_minor = Math.floor(((subtotal_minor - discount_minor) * rate) / 1_000_000)
    return { items, subtotal_minor, discount_minor, tax_minor }
  })

test('what was paid for the lines adds up to the order without its shipping, and no line is below zero', () => {
  fc.assert(
    fc.property(order, order => {
      const paid = paidOfLines(order)
      assert.equal(sum(paid), order.subtotal_minor - order.discount_minor + order.tax_minor)
      assert.ok(paid.every(amount => Number.isSafeInteger(amount) && amount >= 0))
    }),
  )
})

test('a line is never discounted by more than it comes to', () => {
  fc.assert(
    fc.property(order, order => {
      const paid = paidOfLines({ ...order, tax_minor: 0 })
      for (const [i, item] of order.items.entries()) assert.ok(paid[i]! <= item.subtotal_minor)
    }),
  )
})

/** A step of a line's life: so many more units are asked for, or an earlier refund turns out to be refused. */
const steps = fc.array(fc.oneof(fc.integer({ min: 1, max: 10 }), fc.constant('refused' as const)), { maxLength: 30 })

test('however a line comes back, in parts and with refusals between: whole it is exactly what was paid, and never more', () => {
  fc.assert(
    fc.property(price, fc.integer({ min: 1, max: 30 }), steps, (paid_minor, quantity, steps) => {
      const made: { units: number; amount: number }[] = []
      const line = () => ({
        quantity,
        paid_minor,
        refunded_quantity: sum(made.map(refund => refund.units)),
        refunded_minor: sum(made.map(refund => refund.amount)),
      })
      const ask = (units: number) => {
        const amount = refundOfLine(line(), units)
        assert.ok(Number.isSafeInteger(amount) && amount >= 0)
        made.push({ units, amount })
        assert.ok(line().refunded_minor <= paid_minor)
      }
      for (const step of steps) {
        if (step === 'refused') made.shift()
        else if (step <= quantity - line().refunded_quantity) ask(step)
      }
      const left = quantity - line().refunded_quantity
      if (left > 0) ask(left)
      assert.equal(line().refunded_minor, paid_minor)
    }),
  )
})

test('three for 10.00 come back one by one as 3.33, 3.34 and 3.33', () => {
  const line = { quantity: 3, paid_minor: 1000, refunded_quantity: 0, refunded_minor: 0 }
  const amounts = [0, 1, 2].map(n => {
    const amount = refundOfLine({ ...line, refunded_quantity: n }, 1)
    line.refunded_minor += amount
    return amount
  })
  assert.deepEqual(amounts, [333, 334, 333])
})
