import { type TSchema, t } from 'elysia'

export const pageFields = {
  page: t.Integer({ minimum: 1, maximum: 1_000_000, default: 1 }),
  per_page: t.Integer({ minimum: 1, maximum: 100, default: 25 }),
}
export const PageQuery = t.Object(pageFields)
export type PageQuery = typeof PageQuery.static

export const pageOf = <T extends TSchema>(item: T) =>
  t.Object({
    items: t.Array(item),
    total: t.Integer(),
    page: t.Integer(),
    per_page: t.Integer(),
    total_pages: t.Integer(),
  })

/** An instant on the wire: ISO 8601, UTC. */
export const Instant = t.String({ format: 'date-time' })
export const nullable = <T extends TSchema>(schema: T) => t.Union([schema, t.Null()])
