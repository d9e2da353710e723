const text = { type: 'string', minLength: 1, maxLength: 200 }
const amount = { type: 'integer', minimum: 1, maximum: 999_999_999_999 }

function object(properties: Record<string, object>, more: Record<string, object> = {}) {
  const all = { ...properties, ...more }
  return { type: 'object', properties: all, required: Object.keys(properties), additionalProperties: false }
}

export const authoriseBody = object(
  {
    key: text,
    amount,
    currency: { type: 'string', pattern: '^[A-Z]{3}$' },
    token: text,
    reference: text,
  },
  { capture: { type: 'boolean' } },
)

export const keyBody = object({ key: text })

export const amountBody = object({ key: text, amount })

export const paymentsQuery = {
  type: 'object',
  properties: { key: text, reference: text },
  additionalProperties: false,
  minProperties: 1,
  maxProperties: 1,
}

export const journalQuery = {
  type: 'object',
  properties: { after: { type: 'string', pattern: '^\\d{1,15}$' } },
  additionalProperties: false,
}
