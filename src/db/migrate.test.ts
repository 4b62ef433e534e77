import { expect, test } from 'bun:test'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Glob } from 'bun'
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import { openDatabase } from '#db/client'
import { migrate, NewerData } from '#db/migrate'
import { migrations } from '#generated/migrations'

const fresh = () => openDatabase(join(mkdtempSync(join(tmpdir(), 'xinex-')), 'x.db'), { durable: false })
const later = { tag: '9999_later', sql: 'create table later (x text)' }

test('an empty file gets everything, a second run nothing', async () => {
  const { client } = await fresh()
  expect(await migrate(client, migrations)).toEqual(migrations.map((m) => m.tag))
  expect(await migrate(client, migrations)).toEqual([])
})

test('the result is what the schema files say', async () => {
  const { client } = await fresh()
  await migrate(client, migrations)
  for (const file of new Glob('*.ts').scanSync('src/db/schema')) {
    const tables = Object.values((await import(`../../src/db/schema/${file}`)) as object).filter(
      (value): value is SQLiteTable =>
        typeof value === 'object' && value !== null && Symbol.for('drizzle:Name') in value,
    )
    for (const table of tables) {
      const { name, columns, indexes } = getTableConfig(table)
      const { rows } = await client.execute(`pragma table_info(${name})`)
      const stored = rows.map((row) => [String(row.name), row.notnull === 1 || Number(row.pk) > 0]).sort()
      expect([name, stored]).toEqual([
        name,
        columns.map((c) => [c.name || c.keyAsName, c.notNull || c.primary]).sort() as never,
      ])
      const listed = await client.execute(`select name from pragma_index_list('${name}') where origin = 'c'`)
      const unique = columns.filter((c) => c.isUnique).map((c) => `${name}_${c.name || c.keyAsName}_unique`)
      const wanted = [...indexes.map((one) => one.config.name), ...unique]
      expect([name, listed.rows.map((row) => String(row.name)).sort()]).toEqual([name, wanted.sort()])
    }
  }
})

/** How SQLite goes about a statement: SCAN looks at every row there is. */
const planOf = async ({ client }: Awaited<ReturnType<typeof fresh>>, sql: string) =>
  (await client.execute(`explain query plan ${sql}`)).rows.map(({ detail }) => String(detail)).join('; ')

test('deleting a workspace or a person looks at their rows alone', async () => {
  const db = await fresh()
  await migrate(db.client, migrations)
  const { rows } = await db.client.execute(
    `select m.name as child, f."from" as key from sqlite_master m, pragma_foreign_key_list(m.name) f where m.type = 'table'`,
  )
  expect(rows.length).toBeGreaterThan(20)
  for (const { child, key } of rows)
    expect(await planOf(db, `select 1 from ${child} where ${key} = ''`)).toStartWith(`SEARCH ${child}`)
})

test('what is tidied every hour is found without looking at everything', async () => {
  const db = await fresh()
  await migrate(db.client, migrations)
  const ends = ['auth_flows', 'user_tokens', 'sessions', 'oauth_codes', 'oauth_refresh_tokens', 'saml_messages']
  const chores = [
    ...ends.map((table) => `delete from ${table} where expires_at < 1`),
    'delete from login_failures where last_at < 1',
    'delete from oauth_grants where revoked_at < 1',
    'delete from oauth_grants where created_at < 1',
    'select * from users where deletes_at is not null and deletes_at <= 1',
    'select * from tenants where deletes_at is not null and deletes_at <= 1',
    'select * from mails where next_attempt_at <= 1',
    'delete from idempotency_keys where created_at < 1',
  ]
  for (const sql of chores) expect(await planOf(db, sql)).toStartWith('SEARCH')
})

test('data is copied before it is changed, but an empty file is not', async () => {
  const { client } = await fresh()
  let copies = 0
  const backup = async () => void copies++
  await migrate(client, migrations, backup)
  expect(copies).toBe(0)
  await migrate(client, [...migrations, later], backup)
  expect(copies).toBe(1)
})

test('a failing migration leaves the file as it was', async () => {
  const { client } = await fresh()
  await migrate(client, migrations)
  const broken = { tag: '9999_broken', sql: 'create table half (x text)\n--> statement-breakpoint\nnot sql at all' }
  await expect(migrate(client, [...migrations, broken])).rejects.toThrow()
  expect((await client.execute("select name from sqlite_master where name = 'half'")).rows).toHaveLength(0)
})

test('data of a newer program is refused', async () => {
  const { client } = await fresh()
  await migrate(client, [...migrations, later])
  await expect(migrate(client, migrations)).rejects.toBeInstanceOf(NewerData)
})

test('transactions wait for each other, and nesting is an error instead of a freeze', async () => {
  const db = await fresh()
  await db.client.execute('create table n (x integer)')
  await Promise.all(
    Array.from({ length: 20 }, () => db.tx(async (tx) => void (await tx.run('insert into n values (1)')))),
  )
  expect((await db.client.execute('select count(*) as n from n')).rows[0]?.n).toBe(20)
  await expect(db.tx(() => db.tx(async () => 1))).rejects.toThrow('inside')
})
