import { maxVariants } from '@shopfleet/contracts'
import type { Known } from './plan-row.ts'
import { optionColumn, type RowInput } from './table.ts'

/** A product that variants of the file belong to, with those it has and those that rows above will make. */
export interface Family {
  id: string
  sku: string
  slug: string
  currency: string
  category_id: string | null
  /** It is a variant itself. */
  is_variant: boolean
  variants: { id: string; options: Record<string, string> }[]
}

/** A variant's place: none for a product that is not one. */
export interface VariantPlace {
  parent_id: string
  options: Record<string, string>
}

const signOf = (options: Record<string, string>) => JSON.stringify(Object.entries(options).sort())
const givenIn = (row: RowInput) => Object.entries(row.options ?? {}).filter(([, value]) => value !== '')

/** The variant of these options, where a row has no better name for it. */
export const sameOptions = (family: Family | undefined, row: RowInput) => {
  const sign = signOf(Object.fromEntries(givenIn(row)))
  return family?.variants.find(one => signOf(one.options) === sign)?.id
}

/**
 * Where a row's variant belongs. What is a variant stays the one it is: another combination is another variant. `fault` is
 * told what is wrong, by the field.
 */
export function placeOf(
  row: RowInput,
  known: Known | undefined,
  family: Family | undefined,
  fault: (field: string, detail: string) => void,
): VariantPlace | undefined {
  const given = givenIn(row)
  const options = Object.fromEntries(given)
  if (known) {
    if (row.parent_slug && known.parent_id === null) fault('sku', 'is that of a product that is no variant')
    else if (row.parent_slug && known.parent_id !== family?.id) fault('sku', 'is that of a variant of another product')
    else if (row.parent_sku && row.parent_sku !== known.parent_sku) fault('parent_sku', 'cannot be changed')
    for (const [name, value] of known.parent_id === null ? [] : given)
      if (known.options[name] !== value) fault(optionColumn(name), 'cannot be changed; make another variant')
    return undefined
  }
  if (!row.parent_sku && !row.parent_slug) {
    if (given.length > 0) fault('parent_sku', 'must say what product it is a variant of')
    return undefined
  }
  if (!family || family.is_variant) {
    if (family) fault('parent_sku', 'is that of a variant')
    else if (row.parent_slug) fault('parent_sku', 'is that of a product that breaks rules')
    else fault('parent_sku', 'is no product of the catalogue or of a row above')
    return undefined
  }
  // Shopify names the options of each product; our own table has columns for those of all.
  const names = Object.keys(family.variants[0]?.options ?? (row.parent_slug ? row.options! : options))
  if (given.length === 0 || names.length !== given.length || names.some(name => !Object.hasOwn(options, name))) {
    const called = names.map(name => row.columns[optionColumn(name)] ?? optionColumn(name))
    fault('parent_sku', `needs a value of each option: ${called.join(', ') || optionColumn('…')}`)
  } else if (given.length > 5) fault('parent_sku', 'has more than 5 options')
  else if (family.variants.some(one => signOf(one.options) === signOf(options)))
    fault('parent_sku', 'has this variant already')
  else if (family.variants.length >= maxVariants) fault('parent_sku', `has ${maxVariants} variants already`)
  if (row.currency && row.currency !== family.currency) fault('currency', `must be ${family.currency}, as its parent's`)
  return { parent_id: family.id, options }
}

/** Price and stock of a product with variants are theirs, whatever the file says. */
export const withoutTheirs = (row: RowInput, known: Known | undefined): RowInput =>
  known && known.variant_count > 0
    ? { ...row, price: undefined, currency: undefined, stock: undefined, stock_before: undefined }
    : row
