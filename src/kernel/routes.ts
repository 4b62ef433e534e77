type Schema = {
  properties?: Record<string, unknown>
  additionalProperties?: unknown
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
}
type Route = { method: string; path: string; hooks?: { body?: unknown } }

/** Every field some branch of the schema knows; undefined when it takes any. */
function fieldsOf(schema: Schema): Set<string> | undefined {
  const branches = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])]
  if (schema.additionalProperties === true || (!schema.properties && branches.length === 0)) return undefined
  const names = new Set(Object.keys(schema.properties ?? {}))
  for (const branch of branches) {
    const more = fieldsOf(branch)
    if (!more) return undefined
    for (const name of more) names.add(name)
  }
  return names
}

/**
 * What the framework does not answer by itself: which methods a path takes (405, Allow), and that a body is an object
 * with known top-level fields (it strips unknown ones silently, and takes a list or a number for an empty edit).
 */
export function routeTable(routes: Route[]) {
  const bySize = new Map<number, { method: string; parts: string[]; fields?: Set<string> }[]>()
  for (const { method, path, hooks } of routes) {
    if (path.includes('*')) continue
    const parts = path.split('/').filter(Boolean)
    // Safe: a body is described by a schema object or not at all; without one, the route knows no field.
    const fields = hooks?.body && typeof hooks.body === 'object' ? fieldsOf(hooks.body as Schema) : new Set<string>()
    bySize.set(parts.length, [...(bySize.get(parts.length) ?? []), { method, parts, fields }])
  }
  const matches = (path: string) => {
    const given = path.split('/').filter(Boolean)
    const found = (bySize.get(given.length) ?? []).filter(({ parts }) =>
      parts.every((part, i) => part.startsWith(':') || part === given[i]),
    )
    // A literal path wins over one with parameters, as in the router itself.
    return found.sort((a, b) => a.parts.filter((p) => p[0] === ':').length - b.parts.filter((p) => p[0] === ':').length)
  }
  return {
    methods(path: string): string[] {
      const methods = new Set(matches(path).map((route) => route.method))
      if (methods.has('GET')) methods.add('HEAD')
      return [...methods].sort()
    },
    bodyFaults(method: string, path: string, body: unknown): Record<string, string> {
      const route = matches(path).find((one) => one.method === method)
      if (!route || body === undefined) return {}
      if (typeof body !== 'object' || body === null || Array.isArray(body)) return { body: 'must be an object' }
      const { fields } = route
      const unknown = fields ? Object.keys(body).filter((name) => !fields.has(name)) : []
      return Object.fromEntries(unknown.slice(0, 20).map((name) => [name, 'is not a known field']))
    },
  }
}
