import { customType, text } from 'drizzle-orm/sqlite-core'

/** Stored as integer milliseconds, read as an ISO 8601 UTC string, so a row is already wire-shaped. */
export const instant = customType<{ data: string; driverData: number }>({
  dataType: () => 'integer',
  toDriver: (iso) => Date.parse(iso),
  fromDriver: (ms) => new Date(ms).toISOString(),
})

/** UUID v7: sorts by time of creation. */
export const id = () =>
  text()
    .primaryKey()
    .$default(() => Bun.randomUUIDv7())

export const json = <T>() => text({ mode: 'json' }).$type<T>()
