import { createHash } from 'node:crypto'
import type { Client } from '@libsql/client'

export type Migration = { tag: string; sql: string }

const hashOf = (sql: string) => createHash('sha256').update(sql).digest('hex')

/** The data was written by a newer program; starting would damage it. */
export class NewerData extends Error {}

/** Which migrations the file already has; empty for a new file. */
export async function applied(client: Client): Promise<{ tag: string; hash: string }[]> {
  const { rows } = await client.execute("select name from sqlite_master where name = 'migrations'")
  if (rows.length === 0) return []
  const done = await client.execute('select tag, hash from migrations order by tag')
  return done.rows.map((row) => ({ tag: String(row.tag), hash: String(row.hash) }))
}

/**
 * Brings the file to this program's schema, one transaction per migration, and answers the tags it ran.
 * `backup` is called once before the first change to a file that already holds data.
 * Throws NewerData when the file has a migration that this program does not know.
 */
export async function migrate(
  client: Client,
  migrations: Migration[],
  backup?: () => Promise<void>,
): Promise<string[]> {
  const done = new Map((await applied(client)).map(({ tag, hash }) => [tag, hash]))
  for (const tag of done.keys())
    if (!migrations.some((m) => m.tag === tag))
      throw new NewerData(
        `The data has migration ${tag}, which this program does not know: it was written by a newer version`,
      )

  const due = migrations.filter((m) => !done.has(m.tag))
  for (const { tag, sql } of migrations)
    if (done.has(tag) && done.get(tag) !== hashOf(sql))
      throw new Error(`Migration ${tag} was changed after it was applied`)
  if (due.length === 0) return []
  if (done.size > 0) await backup?.()

  await client.execute(
    'create table if not exists migrations (tag text primary key, hash text not null, applied_at integer not null)',
  )
  for (const { tag, sql } of due) {
    const statements = sql.split('--> statement-breakpoint').map((s) => s.trim())
    // One transaction, foreign keys off inside.
    await client.migrate([
      ...statements.filter((s) => s.replace(/^--.*$/gm, '').trim() !== ''),
      {
        sql: 'insert into migrations (tag, hash, applied_at) values (?, ?, unixepoch() * 1000)',
        args: [tag, hashOf(sql)],
      },
    ])
  }
  const broken = await client.execute('pragma foreign_key_check')
  if (broken.rows.length > 0) throw new Error(`Migration left ${broken.rows.length} dangling references`)
  return due.map((m) => m.tag)
}
