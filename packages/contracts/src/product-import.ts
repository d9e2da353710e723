import { type Static, Type } from 'typebox'
import { FileBody, Id, IdParams, nullable, page, pageQuery, Timestamp } from './fields.ts'
import { operation } from './operation.ts'

/** The catalogue as a table: taken in from a CSV file, looked at before, taken back after; and given out as one. */

export const maxImportRows = 10_000
const maxImportBytes = 16 * 1024 * 1024

export const importStatuses = ['checked', 'applying', 'applied', 'undoing', 'undone'] as const
export const importActions = ['create', 'update', 'unchanged', 'bad'] as const

export const ProductImport = Type.Object({
  id: Id,
  status: Type.Enum([...importStatuses], {
    description: 'checked: nothing has changed yet · applying, undoing: under way, all or nothing',
  }),
  format: Type.Enum(['shopfleet', 'shopify']),
  file_name: nullable(Type.String()),
  rows: Type.Object({
    total: Type.Integer(),
    create: Type.Integer(),
    update: Type.Integer(),
    unchanged: Type.Integer(),
    bad: Type.Integer({ description: 'Rows that break a rule; none of them is ever applied' }),
  }),
  stock: Type.Object(
    {
      total: Type.Integer({ description: 'Products whose stock moves' }),
      moved: Type.Integer(),
      refused: Type.Integer({ description: 'Where less is in the warehouse than was to be taken' }),
    },
    { description: 'Follows the products, moved by the inventory one by one; goes on by itself after a break' },
  ),
  kept: Type.Integer({
    description: 'After an undo: products, or fields of them, that somebody had changed since and that stayed so',
  }),
  failure: nullable(Type.String({ description: 'Why it could not be applied or undone after all' })),
  created_by: nullable(Id),
  created_at: Timestamp,
  applied_at: nullable(Timestamp),
  undone_at: nullable(Timestamp),
})
export type ProductImport = Static<typeof ProductImport>

export const ImportRow = Type.Object({
  line: Type.Integer({ description: 'Where the row begins in the file; the header is line 1' }),
  part: Type.Integer({
    description:
      'What else a line stands for: 1 is the first variant of a product that stands in the same line, as in the files of Shopify',
  }),
  action: Type.Enum([...importActions]),
  product_id: nullable(Id),
  sku: nullable(Type.String()),
  name: nullable(Type.String()),
  changes: Type.Array(
    Type.Object({
      field: Type.String(),
      from: Type.Unknown({ description: 'null for what was not there' }),
      to: Type.Unknown(),
    }),
  ),
  errors: Type.Array(
    Type.Object({
      column: Type.String({ description: 'As the header of the file calls it; empty for the row as a whole' }),
      detail: Type.String({ description: 'The rule that was broken' }),
    }),
  ),
})
export type ImportRow = Static<typeof ImportRow>

export const importProducts = operation({
  service: 'product',
  name: 'importProducts',
  method: 'POST',
  path: '/api/products/import',
  auth: { staff: 'catalogue' },
  summary: 'Take in a CSV file of products: look what it would change, or change it',
  description:
    'Every row is checked, and compared with the product of its id, sku or slug, before anything changes; without `apply` nothing does. With it all rows are applied, or none. A file with bad rows is refused (422, with the rows) unless `skip_bad` leaves them out. Takes what `GET /api/products/export` gives out (only the columns that are there are changed; an empty cell removes what may be missing; `parent_sku` and `option.…` make a variant) and the product files of Shopify, known by their header: the rows of one handle are a product, and those with options its variants. Up to 10,000 rows and 16 MB of UTF-8.',
  query: Type.Object(
    {
      apply: Type.Optional(Type.Boolean({ default: false })),
      skip_bad: Type.Optional(Type.Boolean({ default: false })),
      file_name: Type.Optional(Type.String({ maxLength: 255 })),
    },
    { additionalProperties: false },
  ),
  body: FileBody,
  body_types: ['text/csv', 'text/plain', 'application/vnd.ms-excel', 'application/octet-stream'],
  body_limit: maxImportBytes,
  replies: {
    201: ProductImport,
    202: ProductImport,
  },
  problems: ['rows-not-valid', 'import-not-possible', 'validation-failed'],
})

export const listImports = operation({
  service: 'product',
  name: 'listImports',
  method: 'GET',
  path: '/api/products/imports',
  auth: { staff: 'catalogue' },
  summary: 'Imports of products, newest first',
  query: Type.Object({ ...pageQuery }, { additionalProperties: false }),
  replies: { 200: page(ProductImport) },
  problems: ['invalid-cursor'],
})

export const getImport = operation({
  service: 'product',
  name: 'getImport',
  method: 'GET',
  path: '/api/products/imports/:id',
  auth: { staff: 'catalogue' },
  summary: 'An import: what it would change or has changed, and how far it is',
  params: IdParams,
  replies: { 200: ProductImport },
  problems: ['not-found'],
})

export const listImportRows = operation({
  service: 'product',
  name: 'listImportRows',
  method: 'GET',
  path: '/api/products/imports/:id/rows',
  auth: { staff: 'catalogue' },
  summary: 'The rows of an import in the order of the file, each with its differences or its errors',
  params: IdParams,
  query: Type.Object(
    { ...pageQuery, action: Type.Optional(Type.Enum([...importActions])) },
    { additionalProperties: false },
  ),
  replies: { 200: page(ImportRow) },
  problems: ['not-found', 'invalid-cursor'],
})

export const applyImport = operation({
  service: 'product',
  name: 'applyImport',
  method: 'POST',
  path: '/api/products/imports/:id/apply',
  auth: { staff: 'catalogue' },
  summary: 'Apply an import as it was looked at: all of it or nothing',
  description:
    'Refused (409) when one of its products has been changed since; then the file is to be looked at again. A large one is under way when it is answered (202), and goes on by itself.',
  params: IdParams,
  body: Type.Object({ skip_bad: Type.Optional(Type.Boolean({ default: false })) }, { additionalProperties: false }),
  body_optional: true,
  replies: { 200: ProductImport, 202: ProductImport },
  problems: ['not-found', 'rows-not-valid', 'import-not-possible'],
})

export const undoImport = operation({
  service: 'product',
  name: 'undoImport',
  method: 'POST',
  path: '/api/products/imports/:id/undo',
  auth: { staff: 'catalogue' },
  summary: 'Take an applied import back',
  description:
    'What it created is deleted, what it changed is as before, the stock it moved is moved back. What somebody has changed since stays, and is counted in `kept`.',
  params: IdParams,
  replies: { 200: ProductImport, 202: ProductImport },
  problems: ['not-found', 'import-not-possible'],
})

export const exportProducts = operation({
  service: 'product',
  name: 'exportProducts',
  method: 'GET',
  path: '/api/products/export',
  auth: { staff: 'catalogue' },
  summary: 'All products as a CSV file, which can be imported again',
  description:
    'Text that a spreadsheet would take for a formula begins with an apostrophe, which the import takes off again. The stock stands there twice: the import moves it by the difference, so that what is sold meanwhile stays sold.',
  query: Type.Object(
    {
      category: Type.Optional(Type.String({ maxLength: 200, description: 'Id or slug; with the categories below it' })),
    },
    { additionalProperties: false },
  ),
  replies: { 200: Type.Unknown() },
  reply_type: 'text/csv',
  load: 'bulk',
})
