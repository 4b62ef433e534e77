/** The part of JSON Schema that the API description uses. */
export type Schema = {
  type?: string
  enum?: unknown[]
  const?: unknown
  properties?: Record<string, Schema>
  items?: Schema
  anyOf?: Schema[]
  oneOf?: Schema[]
  minimum?: number
  maximum?: number
  writeOnly?: boolean
}
/** One wrong or odd value for the field at a dotted path; `refused` when 422 is the only right answer. */
export type Spoilt = { at: string; value: unknown; refused: boolean }

export const oddTexts = [
  '',
  ' ',
  'x'.repeat(100_000),
  'a\0b',
  '\u0007',
  '\u202egnp.exe',
  '\u2028',
  '👩‍👩‍👧‍👦 𝕏 \u0301',
  '../../etc/passwd',
  '%00%E0%A4',
  '********',
  'v1.00000000.a.b',
  '__proto__',
  'constructor',
  '0',
  'null',
  '2026-13-45T99:99:99Z',
  '9999-12-31T23:59:60+99:99',
  '-000001-01-01T00:00:00Z',
]
export const oddUrls = [
  'javascript:alert(1)',
  'file:///etc/passwd',
  'http://user:pw@host/',
  'http://[::1',
  'http://',
  '//x',
  'http://a b/',
  'ftp://x/',
  'data:,x',
  'http://x:99999/',
  'http://x\r\nHost: y',
  `http://x/${'y'.repeat(3000)}`,
]
const oddNumbers = [-1, 0, 1.5, 1e308, -1e308, 2 ** 53, 2 ** 31, 1e-320, -0]

const at =
  (path: string, refused: boolean) =>
  (...values: unknown[]): Spoilt[] =>
    values.map((value) => ({ at: path, value, refused }))

function inObject(properties: Record<string, Schema>, path: string): Spoilt[] {
  const below = Object.entries(properties).flatMap(([name, one]) => spoil(one, path ? `${path}.${name}` : name))
  if (!path) return below
  const named = [JSON.parse('{"__proto__":"x"}'), { constructor: {} }, { a: { b: 1 } }, { '': '' }]
  return [...at(path, true)('x', 1, [], true), ...at(path, false)(null, ...named), ...below]
}

function inList(items: Schema, path: string): Spoilt[] {
  const each = spoil(items, '').map(({ at: inner, value, refused }) => ({
    at: path,
    value: [inner ? put({}, inner, value) : value],
    refused: refused && inner === '',
  }))
  return [...at(path, true)('x', 1, {}, true, [[[]]], [null], Array(5000).fill('x')), ...at(path, false)(null), ...each]
}

/** Values that do not belong into a field of this schema, and odd ones that must at least do no harm. */
export function spoil(schema: Schema, path = ''): Spoilt[] {
  const branches = schema.properties ? undefined : (schema.anyOf ?? schema.oneOf)
  const wrong = at(path, true)
  const odd = at(path, false)
  if (branches) {
    const open = branches.filter(({ type }) => type !== 'null')
    const inner = open.flatMap((branch) => spoil(branch, path))
    return inner.map((one) => ({ ...one, refused: one.refused && open.length === 1 && one.value !== null }))
  }
  if (schema.enum || schema.const !== undefined) return [...wrong('no-such-choice', '', 1, {}, [], true), ...odd(null)]
  if (schema.type === 'string') return [...wrong(1, true, {}, [], ['x'], 1e308), ...odd(null, ...oddTexts, ...oddUrls)]
  if (schema.type === 'boolean') return [...wrong('true', 1, 0, {}, []), ...odd(null)]
  if (schema.type === 'array') return inList(schema.items ?? {}, path)
  if (schema.type === 'object') return inObject(schema.properties ?? {}, path)
  if (schema.type !== 'integer' && schema.type !== 'number') return odd('x', 1, null, {}, [], true)
  const over = schema.maximum === undefined ? [] : [schema.maximum + 1, 1e308]
  return [...wrong('x', '1', true, {}, [], [1], ...over), ...odd(null, ...oddNumbers)]
}

/** The body with one value replaced, made along the dotted path where it is missing. */
export function put(body: object, path: string, value: unknown): object {
  const [name = '', ...rest] = path.split('.')
  const inside = Object.entries(body).find(([key]) => key === name)?.[1]
  const below = typeof inside === 'object' && inside !== null ? inside : {}
  return { ...body, [name]: rest.length === 0 ? value : put(below, rest.join('.'), value) }
}
