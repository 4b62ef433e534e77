import type { Row } from './matrix-table'

const read = { can: 'tenant:read', status: 200 } as const
const write = { can: 'heartbeats:write', status: 200 } as const
/** The management API of Healthchecks, the same in each of its versions. */
const rows: Record<string, Row> = {
  'GET /checks': read,
  'POST /checks': { ...write, status: 201, body: { name: 'Backup' } },
  'GET /checks/:id': read,
  'POST /checks/:id': { ...write, body: { grace: 60 } },
  'DELETE /checks/:id': write,
  'POST /checks/:id/pause': write,
  // It runs.
  'POST /checks/:id/resume': { ...write, status: 409 },
  'GET /checks/:id/pings': write,
  // It said nothing.
  'GET /checks/:id/pings/:n/body': { ...write, status: 404 },
  'GET /checks/:id/flips': read,
  'GET /channels': read,
  'GET /badges': read,
}
const prefixes = ['', '/api/v2', '/api/v3']
const in_each = (path: string) => prefixes.map((prefix) => path.replace(' ', ` ${prefix}`))

export const healthchecks: Record<string, Row> = Object.fromEntries(
  Object.entries(rows).flatMap(([row, want]) => in_each(row).map((one) => [one, want])),
)
/** What they give without a key. */
export const openHealthchecks = [
  ...in_each('GET /status'),
  ...['GET /badge/:key/:signature', 'GET /badge/:key/:signature/:tag', 'GET /b/:states/:key'],
]
export const checkPaths = prefixes.map((prefix) => `${prefix}/checks`.slice(1))
