import { isPublic, type Operation, Problem, type ProblemName, problems } from '@shopfleet/contracts'
import {
  chaptersOf,
  needsSignIn,
  problemsOf,
  type Schema,
  shapeName,
  shapesOf,
  takesCartToken,
  takesOrderToken,
  whoMayCall,
} from './reference.ts'

/** The API as an OpenAPI 3.1 document, made from the contracts. Pure. */

type Json = Record<string, unknown>

export interface OpenApiOptions {
  /** Where the gateway answers; `/` is the address the document was fetched from. */
  serverUrl: string
}

const problemNames = Object.keys(problems) as ProblemName[]

export function openApiDocument(operations: readonly Operation[], options: OpenApiOptions): Json {
  const paths: Record<string, Json> = {}
  for (const operation of operations.filter(isPublic)) {
    const path = operation.path.replace(/:([a-z_]+)/g, '{$1}')
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: operationObject(operation) }
  }
  const shapes = [...shapesOf(operations)].map(([name, schema]) => [name, membersOf(schema)])
  return {
    openapi: '3.1.1',
    info: {
      title: 'Shopfleet',
      version: '1.0.0',
      summary: 'The public API of a shop: catalogue, carts, orders, payments and their administration.',
      description: [
        'Keys are snake_case; on input camelCase spellings are accepted too, and unknown fields are refused.',
        'Money is a decimal number of major units beside its currency. Times are ISO 8601 in UTC.',
        'Errors are RFC 9457 problems. `/api/v1/…` is the same as `/api/…`.',
        'The same, to read: /docs',
      ].join('\n'),
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: options.serverUrl }],
    tags: chaptersOf(operations).map(({ title, about }) => ({ name: title, description: about })),
    paths,
    components: {
      schemas: { ...Object.fromEntries(shapes), Problem: problemSchema },
      examples: Object.fromEntries(problemNames.map(name => [name, { value: new Problem(name).toBody() }])),
      headers: {
        CorrelationId: {
          description: 'Names this request in logs, traces and events; yours if you sent one',
          schema: { type: 'string' },
        },
        RetryAfter: { description: 'Seconds to wait before the next try', schema: { type: 'integer' } },
      },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'The access_token of a sign-in' },
        cartToken: {
          type: 'apiKey',
          in: 'header',
          name: 'X-Cart-Token',
          description: "A guest's cart: the cart_token it was answered with",
        },
        orderToken: {
          type: 'apiKey',
          in: 'header',
          name: 'X-Order-Token',
          description: "A guest's order: the order_token it was answered with",
        },
      },
    },
  }
}

function operationObject(operation: Operation): Json {
  const [chapter] = chaptersOf([operation])
  const { name, aliases = [], body } = operation
  const notes = [
    operation.description?.replaceAll('\n', ' '),
    `Who may call: ${whoMayCall(operation.auth)}.`,
    aliases.length > 0 ? `The same as ${aliases.join(', ')}.` : undefined,
  ]
  return {
    operationId: name,
    tags: [chapter!.title],
    summary: operation.summary,
    description: notes.filter(Boolean).join('\n\n'),
    security: securityOf(operation),
    parameters: parametersOf(operation),
    ...(body && {
      requestBody: {
        required: operation.body_optional !== true,
        content: operation.body_types
          ? Object.fromEntries(operation.body_types.map(type => [type, { schema: schemaObject(body as Schema) }]))
          : {
              'application/json': {
                schema: schemaObject(body as Schema),
                ...(operation.example?.body !== undefined && { example: operation.example.body }),
              },
            },
      },
    }),
    responses: { ...repliesOf(operation), ...refusalsOf(operation) },
  }
}

function securityOf(operation: Operation): Json[] {
  if (operation.auth === 'public') return []
  if (needsSignIn(operation.auth)) return [{ bearer: [] }]
  return [
    {},
    { bearer: [] },
    ...(takesCartToken(operation) ? [{ cartToken: [] }] : []),
    ...(takesOrderToken(operation) ? [{ orderToken: [] }] : []),
  ]
}

function parametersOf(operation: Operation): Json[] {
  const { params, query, example } = operation as { params?: Schema; query?: Schema; example?: Operation['example'] }
  const parameters: Json[] = Object.entries(params?.properties ?? {}).map(([name, schema]) => ({
    name,
    in: 'path',
    required: true,
    ...described(schema),
    ...(example?.params?.[name] !== undefined && { example: example.params[name] }),
  }))
  for (const [name, schema] of Object.entries(query?.properties ?? {})) {
    const given = example?.query?.[name]
    parameters.push({
      name,
      in: 'query',
      required: query?.required?.includes(name) ?? false,
      ...described(schema),
      ...(given !== undefined && { example: given }),
    })
  }
  if (query?.patternProperties) {
    parameters.push({
      name: 'attributes',
      in: 'query',
      style: 'form',
      explode: true,
      description:
        'Filters named after an attribute, such as attribute.colour=red; a repeated one means any of the values',
      schema: schemaObject({ type: 'object', patternProperties: query.patternProperties, additionalProperties: false }),
    })
  }
  if (operation.idempotent) {
    parameters.push({
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description: 'Your own name for this request: however often it is sent, it takes effect once',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    })
  }
  return parameters
}

function described(schema: Schema): Json {
  const { description, ...rest } = schema
  return { ...(description !== undefined && { description }), schema: schemaObject(rest) }
}

const headers = { 'X-Correlation-Id': { $ref: '#/components/headers/CorrelationId' } }

function repliesOf(operation: Operation): Json {
  const replies: Json = {}
  for (const [status, schema] of Object.entries(operation.replies)) {
    const empty = (schema as Schema).type === 'null'
    const type = operation.reply_type ?? 'application/json'
    replies[status] = {
      description: status === '202' ? 'Accepted; not settled yet' : empty ? 'Done, nothing to say' : operation.summary,
      headers,
      ...(!empty && { content: { [type]: { schema: schemaObject(schema as Schema) } } }),
    }
  }
  return replies
}

function refusalsOf(operation: Operation): Json {
  const refusals: Json = {}
  for (const [status, names] of problemsOf(operation)) {
    const examples = names.map(name => [name, { $ref: `#/components/examples/${name}` }])
    refusals[status] = {
      description: names.map(name => `\`${name}\`: ${problems[name].title}`).join('\n\n'),
      headers: status === 503 ? { ...headers, 'Retry-After': { $ref: '#/components/headers/RetryAfter' } } : headers,
      content: {
        'application/problem+json': {
          schema: { $ref: '#/components/schemas/Problem' },
          examples: Object.fromEntries(examples),
        },
      },
    }
  }
  return refusals
}

const problemSchema = {
  type: 'object',
  description: 'RFC 9457. Further members depend on the type.',
  required: ['type', 'title', 'status'],
  properties: {
    type: { type: 'string', format: 'uri', enum: problemNames.map(name => new Problem(name).toBody().type) },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string', description: 'Path of the request' },
    correlation_id: { type: 'string' },
    errors: {
      type: 'array',
      description: 'What is wrong with the input, field by field',
      items: {
        type: 'object',
        required: ['pointer', 'detail'],
        properties: {
          pointer: { type: 'string', description: 'JSON pointer into the body, or query/<name>, params/<name>' },
          detail: { type: 'string' },
        },
      },
    },
  },
}

/** A schema with its named shapes referred to. */
function schemaObject(schema: Schema): Json {
  const name = shapeName(schema)
  return name === undefined ? membersOf(schema) : { $ref: `#/components/schemas/${name}` }
}

const each = (schemas: Record<string, Schema>) =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, schemaObject(schema)]))

function membersOf(schema: Schema): Json {
  const { properties, patternProperties, items, anyOf, not, additionalProperties, ...rest } = schema
  return {
    ...rest,
    ...(properties && { properties: each(properties) }),
    ...(patternProperties && { patternProperties: each(patternProperties) }),
    ...(items && { items: schemaObject(items) }),
    ...(anyOf && { anyOf: anyOf.map(schemaObject) }),
    ...(not && { not: schemaObject(not) }),
    ...(additionalProperties !== undefined && {
      additionalProperties:
        typeof additionalProperties === 'object' ? schemaObject(additionalProperties) : additionalProperties,
    }),
  }
}
