import { swagger } from '@elysiajs/swagger'
import { OptionalKind } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import { answersOf, ErrorSchema, formOf } from '#kernel/openapi-answers'
import { metaOf, remember } from '#kernel/request'

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

const METHODS = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'])
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

type Route = { method: string; path: string; hooks?: { body?: unknown } }
const templateOf = (path: string) => path.replace(/(.)\/$/, '$1').replace(/:(\w+)/g, '{$1}')
const takesNoBody = ({ hooks }: Route) => isObject(hooks?.body) && OptionalKind in hooks.body

/** What the route says of its own answers: status → schema. */
function ownAnswers(given: unknown): [string, unknown][] {
  return Object.entries(isObject(given) ? given : { 200: {} }).map(([status, response]) => {
    const content = isObject(response) && isObject(response.content) ? response.content['application/json'] : undefined
    const schema = isObject(content) ? schemaOf(content.schema) : undefined
    const empty = !isObject(schema) || ['void', 'null', 'undefined'].includes(String(schema.type)) || status === '204'
    return [status, empty ? undefined : schema]
  })
}

function parametersOf(path: string, given: unknown): Json[] {
  const parameters: Json[] = (Array.isArray(given) ? given : []).map((p: Json) => ({
    ...p,
    required: p.in === 'path' || p.required === true,
    schema: schemaOf(p.schema ?? { type: 'string' }),
  }))
  const named = new Set(parameters.map(({ name }) => name))
  for (const [, name = ''] of path.matchAll(/\{([^}]+)\}/g))
    if (!named.has(name)) parameters.push({ name, in: 'path', required: true, schema: { type: 'string' } })
  return parameters
}

function operationOf(path: string, method: string, operation: Json, optionalBody: boolean): Json {
  // Every route but the open ones names the permission it asks for (`guard`).
  const open = operation['x-permission'] === undefined
  const parameters = parametersOf(path, operation.parameters)
  const body =
    isObject(operation.requestBody) && isObject(operation.requestBody.content)
      ? operation.requestBody.content['application/json']
      : undefined
  const hasQuery = parameters.some((p) => p.in === 'query')
  const content = isObject(body) ? { 'application/json': { schema: schemaOf(body.schema) } } : undefined
  return {
    ...operation,
    ...(parameters.length > 0 ? { parameters } : {}),
    requestBody: content ? { required: !optionalBody, content } : formOf(path, method),
    responses: answersOf({ path, method, open, hasBody: isObject(body), hasQuery }, ownAnswers(operation.responses)),
    ...(open ? { security: [] } : {}),
    operationId: `${method}${path.replace(/^\/api\/v1/, '').replace(/[^a-zA-Z0-9]+(.)?/g, (_, c: string = '') => c.toUpperCase())}`,
  }
}

/** The document of @elysiajs/swagger, which is not valid by itself, as valid OpenAPI 3.1. `routes` know whether a body may be left out. */
function validDocument(given: Json, routes: Route[]): Json {
  const optional = new Set(routes.filter(takesNoBody).map(({ method, path }) => `${method} ${templateOf(path)}`))
  const paths: Record<string, Json> = {}
  for (const [path, item] of Object.entries(isObject(given.paths) ? given.paths : {})) {
    const clean = templateOf(path)
    paths[clean] ??= {}
    for (const [method, operation] of Object.entries(isObject(item) ? item : {}))
      if (METHODS.has(method) && isObject(operation))
        paths[clean][method] = operationOf(clean, method, operation, optional.has(`${method.toUpperCase()} ${clean}`))
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
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'API token, OAuth access token, or (for /probers/register) the token of a prober',
        },
      },
    },
  }
  // Drops what is undefined, which JSON would drop anyway and validators must not see.
  return JSON.parse(JSON.stringify(document))
}

const RAW = '/api/_document'

/** The API's own description at /api/v1/openapi.json; `root` answers the app whose routes it describes. */
export const openApi = (
  version: string,
  root: () => { handle: (request: Request) => Promise<Response>; routes: Route[] },
) => {
  let text: string | undefined
  return new Elysia({ name: 'openapi' })
    .use(
      swagger({
        path: '/api/_reader',
        specPath: RAW,
        // Or /.well-known/ would be taken for a file.
        excludeStaticFile: false,
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
          text = JSON.stringify(validDocument((await (await root().handle(inner)).json()) as Json, root().routes))
        }
        return new Response(text, { headers: { 'content-type': 'application/json' } })
      },
      { detail: { hide: true } },
    )
}
