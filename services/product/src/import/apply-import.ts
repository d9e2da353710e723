import { moveStockFromCatalogue, Problem, type ProductImport, Unavailable } from '@shopfleet/contracts'
import { errorCode, isUniqueViolation, transaction } from '@shopfleet/database'
import type { Ctx } from '../service.ts'
import * as store from './import-store.ts'
import { type Fields, fieldNames, isSame } from './plan-row.ts'

/*
 * An import is applied, and taken back, in one transaction: all its products or none. That it is to be is written first, so
 * that one which was interrupted is done by the sweep. The stock of changed products follows, product by product, by the
 * difference and under a key of the row: however often it is asked for, it moves once.
 */

/** Up to here the answer waits for it; more is done by the sweep. */
const waitedFor = 2000
const perStatement = 500
const stockAtOnce = 8
const keptDays = 90

const impossible = (detail: string) => new Problem('import-not-possible', { detail })

async function find(ctx: Ctx, id: string): Promise<ProductImport> {
  const found = await store.findImport(ctx.sql, id)
  if (!found) throw new Problem('not-found')
  return found
}

/** Refuses an import with bad rows, and tells of the first of them. */
export async function refuseBad(ctx: Ctx, id: string): Promise<void> {
  const { rows } = await find(ctx, id)
  if (rows.bad === 0) return
  const bad = await store.listRows(ctx.sql, id, { action: 'bad', limit: 20 })
  throw new Problem('rows-not-valid', {
    detail: `${rows.bad} of ${rows.total} rows break rules. Nothing has changed.`,
    import_id: id,
    bad: rows.bad,
    rows: bad.map(({ line, sku, name, errors }) => ({ line, sku, name, errors })),
  })
}

export async function applyImport(ctx: Ctx, id: string, { skip_bad = false }): Promise<ProductImport> {
  const { status, rows } = await find(ctx, id)
  if (status !== 'checked') throw impossible(`It is ${status} already.`)
  if (!skip_bad) await refuseBad(ctx, id)
  if (!(await store.moveImport(ctx.sql, id, 'checked', 'applying'))) throw impossible('Somebody else is applying it.')
  return finishNow(ctx, id, rows)
}

export async function undoImport(ctx: Ctx, id: string): Promise<ProductImport> {
  const { status, rows } = await find(ctx, id)
  if (status !== 'applied') throw impossible(`It is ${status}; only what is applied can be taken back.`)
  if (!(await store.moveImport(ctx.sql, id, 'applied', 'undoing')))
    throw impossible('Its stock has not all moved yet, or somebody else is taking it back.')
  return finishNow(ctx, id, rows)
}

async function finishNow(ctx: Ctx, id: string, { create, update }: ProductImport['rows']): Promise<ProductImport> {
  if (create + update <= waitedFor) {
    await finish(ctx, id)
    await moveStock(ctx)
  }
  return find(ctx, id)
}

/** Does what is under way with an import. Throws the Problem for which it cannot be; then it is back where it was. */
async function finish(ctx: Ctx, id: string): Promise<void> {
  const { status } = await find(ctx, id)
  if (status !== 'applying' && status !== 'undoing') return
  try {
    await transaction(ctx.sql, async tx => {
      if (!(await store.lockImport(tx, id, status))) return
      const work = await store.listWork(tx, id)
      if (status === 'applying') await apply(tx, id, work)
      else await undo(tx, id, work)
    })
  } catch (error) {
    const problem = refusalOf(error)
    if (!problem) throw error
    await store.failImport(
      ctx.sql,
      id,
      status === 'applying' ? 'checked' : 'applied',
      problem.detail ?? problem.message,
    )
    throw problem
  }
}

/** What somebody else's change makes impossible; anything else rises, and is tried again. */
function refusalOf(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error
  if (isUniqueViolation(error, 'products_sku')) return impossible('A sku of it belongs to another product by now.')
  if (isUniqueViolation(error, 'products_slug')) return impossible('A slug of it belongs to another product by now.')
  if (isUniqueViolation(error, 'products_variant')) return impossible('A variant of it is there by now.')
  if (errorCode(error) === '23503') return impossible('A category or a product it belongs to is gone by now.')
  return undefined
}

type Tx = Parameters<typeof store.lockImport>[0]

async function inParts<T>(list: readonly T[], work: (part: readonly T[]) => Promise<void>): Promise<void> {
  for (let at = 0; at < list.length; at += perStatement) await work(list.slice(at, at + perStatement))
}

async function apply(tx: Tx, id: string, work: readonly store.WorkRow[]): Promise<void> {
  const updates = work.filter(row => row.action === 'update')
  const now = new Map(
    (
      await store.lockProducts(
        tx,
        updates.map(row => row.product_id!),
      )
    ).map(one => [one.id, one]),
  )
  const outdated = updates.filter(row => now.get(row.product_id!)?.version !== row.version)
  if (outdated.length > 0) {
    const lines = outdated.slice(0, 10).map(row => row.line)
    throw impossible(
      `Products have been changed since it was looked at (line ${lines.join(', ')}). Send the file again.`,
    )
  }
  // Where only the stock moves, the row stays as it is.
  const changed = updates.filter(row => !isSame(row.before, row.target))
  await inParts(changed, part =>
    store.updateProducts(
      tx,
      part.map(row => ({ id: row.product_id!, fields: row.target })),
    ),
  )
  await inParts(
    work.filter(row => row.action === 'create'),
    part =>
      store.insertProducts(
        tx,
        id,
        part.map(row => ({ line: row.line, part: row.part, fields: row.target, stock: row.stock_delta })),
      ),
  )
  await store.awaitStock(tx, id)
  await store.finishImport(tx, id, { status: 'applied', kept: 0 })
}

async function undo(tx: Tx, id: string, work: readonly store.WorkRow[]): Promise<void> {
  const now = new Map(
    (
      await store.lockProducts(
        tx,
        work.map(row => row.product_id!),
      )
    ).map(one => [one.id, one]),
  )
  let kept = 0
  const made = work.filter(row => row.before === null && now.has(row.product_id!))
  const gone = madeAsTheyWere(made, now)
  kept += made.length - gone.length
  const back: { id: string; fields: Fields }[] = []
  for (const { product_id, before, target } of work) {
    const current = now.get(product_id!)
    // Deleted meanwhile: there is nothing to take back.
    if (!current || before === null) continue
    const restored = restore(current, before, target)
    kept += restored.kept
    if (!isSame(restored.fields, fieldsOnly(current))) back.push({ id: product_id!, fields: restored.fields })
  }
  await inParts(gone, part => store.deleteProducts(tx, part))
  await inParts(back, part => store.updateProducts(tx, part))
  await store.awaitStockBack(tx, id)
  await store.finishImport(tx, id, { status: 'undone', kept })
}

/** What an import made and nobody has changed since: variants, and products all of whose variants are among them. */
function madeAsTheyWere(made: readonly store.WorkRow[], now: ReadonlyMap<string, store.Locked>): string[] {
  const gone: string[] = []
  const taken = new Map<string, number>()
  // Variants stand below what they belong to.
  for (const { product_id, target } of made.toReversed()) {
    const current = now.get(product_id!)!
    const own = fieldNames.filter(name => current.variant_count === 0 || name !== 'price_minor')
    const isSound = own.every(name => isSame(current[name], target[name]))
    if (!isSound || current.variant_count !== (taken.get(current.id) ?? 0)) continue
    gone.push(current.id)
    if (current.parent_id) taken.set(current.parent_id, (taken.get(current.parent_id) ?? 0) + 1)
  }
  return gone
}

const fieldsOnly = (current: Fields): Fields =>
  Object.fromEntries(fieldNames.map(name => [name, current[name]])) as unknown as Fields

/** Each field the import had changed as it was before, unless it is another by now; attributes one by one. */
function restore(current: Fields, before: Fields, target: Fields): { fields: Fields; kept: number } {
  const fields = fieldsOnly(current)
  let kept = 0
  const putBack = (now: unknown, was: unknown, made: unknown, set: () => void) => {
    if (isSame(was ?? null, made ?? null)) return
    if (isSame(now ?? null, made ?? null)) set()
    else kept++
  }
  for (const name of fieldNames) {
    // An amount means nothing without its currency.
    if (name === 'attributes' || name === 'currency') continue
    if (name === 'price_minor') {
      const price = (of: Fields) => [of.price_minor, of.currency]
      putBack(price(current), price(before), price(target), () => {
        fields.price_minor = before.price_minor
        fields.currency = before.currency
      })
    } else {
      putBack(current[name], before[name], target[name], () => Object.assign(fields, { [name]: before[name] }))
    }
  }
  fields.attributes = { ...current.attributes }
  for (const name of new Set([...Object.keys(before.attributes), ...Object.keys(target.attributes)])) {
    putBack(current.attributes[name], before.attributes[name], target.attributes[name], () => {
      if (before.attributes[name] === undefined) delete fields.attributes[name]
      else fields.attributes[name] = before.attributes[name]
    })
  }
  return { fields, kept }
}

/** Moves the stock that waits. Answers how much did; what cannot be asked for now waits for the next time. */
async function moveStock(ctx: Ctx): Promise<number> {
  let done = 0
  for (let after: store.WaitingStock | undefined; ; ) {
    const rows = await store.listWaitingStock(ctx.sql, { after, limit: perStatement })
    const left = [...rows]
    const move = async () => {
      for (let row = left.shift(); row; row = left.shift()) if (await moveOne(ctx, row)) done++
    }
    try {
      await Promise.all(Array.from({ length: stockAtOnce }, move))
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error
      ctx.log.warn({ error }, 'stock of an import waits for the inventory')
      return done
    }
    if (rows.length < perStatement) return done
    after = rows.at(-1)
  }
}

async function moveOne(ctx: Ctx, row: store.WaitingStock): Promise<boolean> {
  const isBack = row.stock_state === 'waiting-back'
  const key = `import:${row.import_id}:${row.line}${isBack ? ':back' : ''}`
  const body = {
    delta: isBack ? -row.stock_delta : row.stock_delta,
    reason: isBack ? 'import taken back' : 'import',
  }
  try {
    await ctx.call(moveStockFromCatalogue, { params: { product_id: row.product_id, key }, body })
    return store.settleStock(ctx.sql, row, isBack ? 'back' : 'moved')
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    // It has not heard of the product yet.
    if (error.problem === 'not-found') return false
    return store.settleStock(ctx.sql, row, 'refused')
  }
}

/** Does what was interrupted, or is too much for a request to wait for. Answers how much there was. */
export async function finishImports(ctx: Ctx): Promise<number> {
  let done = 0
  for (const { id } of await store.listUnderWay(ctx.sql)) {
    try {
      await finish(ctx, id)
    } catch (error) {
      // Written down at the import.
      if (!(error instanceof Problem)) throw error
    }
    done++
  }
  return done + (await moveStock(ctx))
}

export const forgetImports = (ctx: Ctx): Promise<number> => store.deleteOldImports(ctx.sql, keptDays)
