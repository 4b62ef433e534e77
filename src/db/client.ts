import { AsyncLocalStorage } from 'node:async_hooks'
import { type Client, createClient } from '@libsql/client'
import { drizzle } from 'drizzle-orm/libsql'

const connect = (client: Client) => drizzle(client, { casing: 'snake_case' })
type Drizzle = ReturnType<typeof connect>

/** What a service may do outside `change()`: look. */
export type Reader = Pick<Drizzle, 'select' | 'selectDistinct' | '$count'>
export type Writer = Parameters<Parameters<Drizzle['transaction']>[0]>[0]

export type Database = {
  read: Reader
  /**
   * Runs `work` in one transaction, one at a time in this process. The libSQL client is synchronous: a second
   * BEGIN IMMEDIATE on another connection would freeze the event loop, so all writes queue here.
   */
  tx: <T>(work: (tx: Writer) => Promise<T>) => Promise<T>
  /** The writing connection, for pragmas, migrations and backups. */
  client: Client
  close: () => Promise<void>
}

/** Pragmas live on a connection; `concurrency: 1` keeps exactly one per client, so these stay in force. */
async function open(url: string, pragmas: string[]): Promise<Client> {
  const client = createClient({ url, timeout: 2_000, concurrency: 1 })
  for (const pragma of pragmas) await client.execute(`pragma ${pragma}`)
  return client
}

/**
 * Opens one SQLite file with one writing and one reading connection. With `durable`, every transaction is on disk
 * before it is answered (synchronous FULL): an incident is never lost to a power cut.
 */
export async function openDatabase(file: string, { durable = true } = {}): Promise<Database> {
  const common = ['foreign_keys=ON', 'cache_size=-8000', 'temp_store=MEMORY']
  const url = `file:${file}`
  const writer = await open(url, ['journal_mode=WAL', `synchronous=${durable ? 'FULL' : 'OFF'}`, ...common])
  const reader = await open(url, [...common, 'query_only=ON'])
  const write = connect(writer)

  let tail: Promise<unknown> = Promise.resolve()
  const held = new AsyncLocalStorage<{ active: boolean }>()
  function exclusive<T>(work: () => Promise<T>): Promise<T> {
    // A detached promise that outlives its transaction inherits the store; `active` tells it from a real nesting.
    if (held.getStore()?.active) return Promise.reject(new Error('db.tx inside db.tx: pass the transaction down'))
    const token = { active: true }
    const run = () =>
      held.run(token, async () => {
        try {
          return await work()
        } finally {
          token.active = false
        }
      })
    const result = tail.then(run, run)
    tail = result.catch(() => {})
    return result
  }

  return {
    read: connect(reader),
    tx: (work) => exclusive(() => write.transaction(work)),
    client: writer,
    async close() {
      await exclusive(() => writer.execute('pragma wal_checkpoint(TRUNCATE)'))
      writer.close()
      reader.close()
    },
  }
}
