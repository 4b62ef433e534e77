import { swagger } from '@elysiajs/swagger'
import { Elysia } from 'elysia'
import { metaOf, remember } from '#kernel/request'

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

const METHODS = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'])
const MEANING: Record<string, string> = {
  200: 'OK',
  201: 'Created',
  204: 'Done; no content',
  304: 'Not changed since If-None-Match',
  400: 'The request cannot be read',
  401: 'Not signed in',
  403: 'Not allowed for this role, or CSRF token missing',
  404: 'No such resource',
  409: 'Collides with the current state',
  412: 'Changed since If-Match',
  422: 'Some fields are not valid',
  429: 'Too many requests',
  503: 'Not available right now',
}
/** Words of TypeBox and Elysia that JSON Schema does not have. */
const FOREIGN = new Set(['$id', '$schema', 'elysiaMeta', 'maxSize', 'minSize', 'extension', 'nullable'])

/** Query numbers arrive as unions of a numeric string and the number; what they mean is the number. */
function unwrapped(branches: Json[]): Json[] {
  const numeric = (b: Json) => b.type === 'string' && ['numeric', 'integer', 'boolean'].includes(String(b.format))
  return branches.length === 2 && branches.some(numeric) ? branches.filter((b) => !numeric(b)) : branches
}

function schemaOf(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(schemaOf)
  if (!isObject(given)) return given
  const out: Json = {}
  for (const [key, value] of Object.entries(given)) {
    if (FOREIGN.has(key)) continue
    if (key === 'properties' && isObject(value))
      out.properties = Object.fromEntries(Object.entries(value).map(([name, property]) => [name, schemaOf(property)]))
    else if (key === 'default' || key === 'const' || key === 'enum' || key === 'examples' || key === 'required')
      out[key] = value
    else out[key] = schemaOf(value)
  }
  if (out.type === 'Date') Object.assign(out, { type: 'string', format: 'date-time' })
  for (const word of ['anyOf', 'oneOf'] as const) {
    const branches = out[word]
    if (!Array.isArray(branches)) continue
    const kept = unwrapped(branches as Json[])
    const literals = kept.length > 1 && kept.every((b) => 'const' in b)
    delete out[word]
    if (literals) Object.assign(out, { enum: kept.map((b) => b.const) })
    else if (kept.length === 1) Object.assign(out, { ...kept[0], ...out })
    else out[word] = kept
  }
  return out
}

const ErrorSchema = {
  type: 'object',
  required: ['error', 'code', 'details'],
  properties: { error: { type: 'string' }, code: { type: 'string' }, details: { type: 'object' } },
}
const refusal = (status: string) => ({
  description: MEANING[status],
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
})

function responsesOf(given: unknown, open: boolean): Json {
  const out: Json = {}
  for (const [status, response] of Object.entries(isObject(given) ? given : { 200: {} })) {
    const content = isObject(response) && isObject(response.content) ? response.content['application/json'] : undefined
    const schema = isObject(content) ? schemaOf(content.schema) : undefined
    const empty = !isObject(schema) || ['void', 'null', 'undefined'].includes(String(schema.type)) || status === '204'
    out[status] = {
      description: MEANING[status] ?? 'Answer',
      ...(empty ? {} : { content: { 'application/json': { schema } } }),
    }
  }
  for (const status of open ? ['429'] : ['401', '403', '429']) out[status] ??= refusal(status)
  return out
}

function operationOf(path: string, method: string, operation: Json): Json {
  const open =
    /^\/(health|\.well-known|api\/v1\/(public|setup|oauth\/(authorize|token|revoke)|sso\/(login|acs|metadata)|auth\/(login|register|config|oauth|proxy)))/.test(
      path,
    )
  const parameters = (Array.isArray(operation.parameters) ? operation.parameters : []).map((p: Json) => ({
    ...p,
    required: p.in === 'path' || p.required === true,
    schema: schemaOf(p.schema ?? { type: 'string' }),
  }))
  const named = new Set(parameters.map((p) => ('name' in p ? String(p.name) : '')))
  for (const [, name = ''] of path.matchAll(/\{([^}]+)\}/g))
    if (!named.has(name)) parameters.push({ name, in: 'path', required: true, schema: { type: 'string' } } as never)
  const body =
    isObject(operation.requestBody) && isObject(operation.requestBody.content)
      ? operation.requestBody.content['application/json']
      : undefined
  const responses = responsesOf(operation.responses, open)
  if (path.includes('{')) responses['404'] ??= refusal('404')
  if (isObject(body) || parameters.some((p) => 'in' in p && p.in === 'query')) responses['422'] ??= refusal('422')
  return {
    ...operation,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(isObject(body)
      ? { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body.schema) } } } }
      : { requestBody: undefined }),
    responses,
    ...(open ? { security: [] } : {}),
    operationId: `${method}${path.replace(/^\/api\/v1/, '').replace(/[^a-zA-Z0-9]+(.)?/g, (_, c: string = '') => c.toUpperCase())}`,
  }
}

/** The document of @elysiajs/swagger, which is not valid by itself, as valid OpenAPI 3.1. */
export function validDocument(given: Json): Json {
  const paths: Record<string, Json> = {}
  for (const [path, item] of Object.entries(isObject(given.paths) ? given.paths : {})) {
    const clean = path.length > 1 ? path.replace(/\/$/, '') : path
    paths[clean] ??= {}
    for (const [method, operation] of Object.entries(isObject(item) ? item : {}))
      if (METHODS.has(method) && isObject(operation)) paths[clean][method] = operationOf(clean, method, operation)
  }
  const document = {
    openapi: '3.1.0',
    info: given.info,
    servers: [{ url: '/' }],
    tags: given.tags,
    security: [{ cookie: [], csrf: [] }, { token: [] }],
    paths,
    components: {
      schemas: { Error: ErrorSchema },
      securitySchemes: {
        cookie: { type: 'apiKey', in: 'cookie', name: 'xinex_session' },
        csrf: {
          type: 'apiKey',
          in: 'header',
          name: 'X-CSRF-Token',
          description: 'Only for unsafe methods with the cookie',
        },
        token: { type: 'http', scheme: 'bearer', description: 'API token `xinex_<64 hex>`' },
      },
    },
  }
  // Drops what is undefined, which JSON would drop anyway and validators must not see.
  return JSON.parse(JSON.stringify(document))
}

const RAW = '/api/_document'

/** The API's own description at /api/v1/openapi.json; `root` answers the app whose routes it describes. */
export const openApi = (version: string, root: () => { handle: (request: Request) => Promise<Response> }) => {
  let text: string | undefined
  return new Elysia({ name: 'openapi' })
    .use(
      swagger({
        path: '/api/_reader',
        specPath: RAW,
        exclude: [/^\/api\/_/, /^\/api\/docs/, /^\/\*?$/, /^\/s\//, '/api/v1/openapi.json'],
        documentation: { info: { title: 'Xinex', version, description: 'Monitoring and on-call in one executable.' } },
      }),
    )
    .get(
      '/api/v1/openapi.json',
      async ({ request }) => {
        if (text === undefined) {
          const inner = new Request(new URL(RAW, request.url))
          remember(inner, metaOf(request))
          text = JSON.stringify(validDocument((await (await root().handle(inner)).json()) as Json))
        }
        return new Response(text, { headers: { 'content-type': 'application/json' } })
      },
      { detail: { hide: true } },
    )
}
