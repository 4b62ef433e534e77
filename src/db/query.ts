import { count, desc, type SQL } from 'drizzle-orm'
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core'
import type { Reader } from '#db/client'

type Listed = SQLiteTable & { id: SQLiteColumn; created_at: SQLiteColumn }
export type Page = { page: number; per_page: number }
export type Paged<T> = { items: T[]; total: number; page: number; per_page: number; total_pages: number }

export const envelope = <T>(items: T[], total: number, { page, per_page }: Page): Paged<T> => ({
  items,
  total,
  page,
  per_page,
  total_pages: Math.ceil(total / per_page),
})

/** One page of a table in a stable order (newest first unless `order` says otherwise), in the list envelope. */
export async function paginate<T extends Listed>(
  db: Reader,
  table: T,
  where: SQL | undefined,
  page: Page,
  order: (SQL | SQLiteColumn)[] = [desc(table.created_at), desc(table.id)],
): Promise<Paged<T['$inferSelect']>> {
  const items = await db
    .select()
    .from(table as Listed)
    .where(where)
    .orderBy(...order)
    .limit(page.per_page)
    .offset((page.page - 1) * page.per_page)
  const [counted] = await db
    .select({ total: count() })
    .from(table as Listed)
    .where(where)
  // Safe: the rows come from `table` itself; drizzle loses the type through the narrower constraint.
  return envelope(items as T['$inferSelect'][], counted?.total ?? 0, page)
}
