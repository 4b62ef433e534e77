import { TypeCompiler } from '@sinclair/typebox/compiler'
import { monitors } from '#db/schema/monitors'
import { change } from '#kernel/change'
import type { Ctx, Tx } from '#kernel/context'
import { invalid, MOST_FAULTS } from '#kernel/fail'
import { sentencesOf, strict } from '#kernel/faults'
import { probeOf } from '#probes/index'
import { row, type Wanted, wish } from './draft'
import { linkFaults, membersOf } from './links'
import { Draft, type Import } from './schema'

type Item = { draft: Draft; wanted: Wanted }
type Faults = Record<string, string>

/** Judged in one go before the loop gets a turn; one draft with a large pattern takes this long by itself. */
const MOST_MS = 20
/** Rows of one statement. */
const ROWS = 200

const turn = () => new Promise<void>((next) => setImmediate(next))
/** Gives the loop a turn whenever it has waited long enough. */
function pacer() {
  let since = performance.now()
  return async () => {
    if (performance.now() - since < MOST_MS) return
    await turn()
    since = performance.now()
  }
}
let compiled: ReturnType<typeof TypeCompiler.Compile<typeof Draft>> | undefined

const placed = (index: number, faults: Faults): Faults =>
  Object.fromEntries(Object.entries(faults).map(([field, why]) => [`items.${index}.${field}`, why]))

/** One draft, or what is wrong with it. */
function itemOf({ app }: Ctx, given: unknown, index: number, faults: Faults): Item | undefined {
  compiled ??= TypeCompiler.Compile(strict(Draft))
  if (!compiled.Check(given)) {
    Object.assign(faults, sentencesOf(compiled.Errors(given), `items.${index}`))
    return undefined
  }
  if (!probeOf(given.type)) {
    faults[`items.${index}.type`] = 'is not a monitor type of this server'
    return undefined
  }
  const { wanted, faults: found } = wish(app, given)
  Object.assign(faults, placed(index, found))
  return { draft: given, wanted }
}

/** What the monitors name and is not there; new ones cannot close a circle. */
async function requireLinks(ctx: Ctx | Tx, items: Item[]) {
  const links = items.map(({ draft: { regions, parents }, wanted }) => ({
    regions,
    parents,
    members: membersOf(wanted),
  }))
  const found = await linkFaults(ctx, links)
  const faults = Object.assign({}, ...found.map((one, i) => placed(i, one)))
  if (Object.keys(faults).length > 0) throw invalid(faults)
}

/** Many monitors at once, all or none. With `dry_run` they are only judged. */
export async function importAll(ctx: Ctx, { items: given, dry_run = false }: Import) {
  const faults: Faults = {}
  const items: Item[] = []
  const pace = pacer()
  for (const [i, one] of given.entries()) {
    await pace()
    const item = itemOf(ctx, one, i, faults)
    if (item) items.push(item)
    if (Object.keys(faults).length >= MOST_FAULTS) break
  }
  if (Object.keys(faults).length > 0) throw invalid(faults)
  await requireLinks(ctx, items)
  if (dry_run) return { created: 0, ids: [] }
  const { ids } = await store(ctx, items)
  return { created: ids.length, ids }
}

async function store(ctx: Ctx, items: Item[]) {
  const rows: (Wanted & { id: string; tenant_id: string })[] = []
  const pace = pacer()
  for (const { wanted } of items) {
    await pace()
    const id = Bun.randomUUIDv7()
    rows.push({ ...row(ctx.app, id, wanted), id, tenant_id: ctx.tenant.id })
  }
  const write = async (tx: Tx) => {
    await requireLinks(tx, items)
    const numbers: number[] = []
    for (let from = 0; from < rows.length; from += ROWS) {
      const values = rows.slice(from, from + ROWS).map((one) => ({ ...one, created_at: tx.at, updated_at: tx.at }))
      const made = await tx.db.insert(monitors).values(values).returning({ number: monitors.number })
      numbers.push(...made.map(({ number }) => number))
      await turn()
    }
    const ids = rows.map(({ id }) => id)
    return { id: Bun.randomUUIDv7(), ids, first: Math.min(...numbers), last: Math.max(...numbers) }
  }
  return change(ctx, 'monitors.imported', write, ({ first, last }) => ({ first, last }))
}
