// Arrays of PostgreSQL's own types, as text. The driver would ask the server which types have arrays, with a statement of
// its own at the head of the first connection; when that connection breaks just then, nobody hears the statement fail and
// the process ends by it. These numbers never change, so nobody needs to be asked.

type Parse = (text: string) => unknown
type Serialize = (value: unknown) => unknown

/** What of the driver's options says how types read and write. */
export interface ArrayTypes {
  parsers: Record<number, Parse | undefined>
  serializers: Record<number, Serialize | undefined>
  shared: { typeArrayMap: Record<number, number> }
}

/** Type and its array type, from pg_type. */
const arrayOf: readonly (readonly [type: number, array: number])[] = [
  [16, 1000], // bool
  [17, 1001], // bytea
  [19, 1003], // name
  [20, 1016], // int8
  [21, 1005], // int2
  [23, 1007], // int4
  [25, 1009], // text
  [26, 1028], // oid
  [114, 199], // json
  [700, 1021], // float4
  [701, 1022], // float8
  [869, 1041], // inet
  [1042, 1014], // bpchar
  [1043, 1015], // varchar
  [1082, 1182], // date
  [1083, 1183], // time
  [1114, 1115], // timestamp
  [1184, 1185], // timestamptz
  [1186, 1187], // interval
  [1700, 1231], // numeric
  [2950, 2951], // uuid
  [3802, 3807], // jsonb
]

/** `{1,NULL,"a \"b\""}` → list, with `element` for each that is not null. */
export function parseArray(text: string, element: Parse): unknown[] {
  let at = 0
  const isAtEnd = () => {
    if (at >= text.length) throw new SyntaxError('an array that does not end')
    return text[at] === '}'
  }
  function list(): unknown[] {
    const items: unknown[] = []
    at++
    while (!isAtEnd()) {
      if (text[at] === '{') items.push(list())
      else if (text[at] === '"') items.push(element(quoted()))
      else items.push(bare())
      if (text[at] === ',') at++
    }
    at++
    return items
  }
  function quoted(): string {
    let value = ''
    for (at++; at < text.length && text[at] !== '"'; at++) {
      if (text[at] === '\\') at++
      value += text[at]
    }
    at++
    return value
  }
  function bare(): unknown {
    const from = at
    while (!isAtEnd() && text[at] !== ',') at++
    const value = text.slice(from, at)
    return value === 'NULL' ? null : element(value)
  }
  // An array whose first index is not 1 says so before it: `[0:1]={a,b}`.
  at = text.indexOf('{')
  return list()
}

/** A list in PostgreSQL's form; null stays null, an undefined element is an error. */
export function serializeArray(value: unknown, element: Serialize): unknown {
  if (!Array.isArray(value)) return value
  const items = value.map(item => {
    if (item === undefined) throw new TypeError('an element of an array is undefined')
    if (item === null) return 'null'
    if (Array.isArray(item)) return serializeArray(item, element)
    return `"${String(element(item)).replace(/[\\"]/g, '\\$&')}"`
  })
  return `{${items.join(',')}}`
}

/** Teaches the driver the arrays of PostgreSQL's own types. */
export function addArrayTypes({ parsers, serializers, shared }: ArrayTypes): void {
  for (const [type, array] of arrayOf) {
    const parse = parsers[type] ?? (text => text)
    const serialize = serializers[type] ?? String
    // Not marked as the driver marks its own, which it hands the text without the first brace.
    parsers[array] = text => parseArray(text, parse)
    serializers[array] = value => serializeArray(value, serialize)
    shared.typeArrayMap[type] = array
  }
}
