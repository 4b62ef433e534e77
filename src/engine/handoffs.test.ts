import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { and, eq } from 'drizzle-orm'
import { schedule_watches } from '#db/schema/alerts'
import { outbox } from '#db/schema/kernel'
import { memberships } from '#db/schema/tenants'
import { createHandoffs, type Handoff } from '#engine/handoffs'
import { isoAt } from '#kernel/clock'
import { type Booted, boot } from '../../test/boot'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
let t: Booted
/** How often it was to be told before it works. */
let broken = 0
let handoffs: ReturnType<typeof createHandoffs>
const noon = (text: string) => Date.parse(`${text}T12:00:00.000Z`)

/** Tells by writing a row, in the transaction it is given. */
const made = () =>
  createHandoffs({
    app: t.app,
    async tell(db, handoff: Handoff) {
      const { tenant_id, schedule } = handoff
      // Safe: a plain object of texts and numbers.
      const payload = handoff as unknown as Record<string, unknown>
      const at = isoAt(t.clock.now())
      await db.insert(outbox).values({ tenant_id, event: 'schedule.updated', subject_id: schedule.id, payload, at })
      if (broken-- > 0) throw new Error('The disk is full')
    },
  })
const idle = () => handoffs.settled()
const advance = (ms: number) => t.clock.advance(ms, idle)
/** Goes to just before a moment in one step, as one who was asleep, and then over it. */
async function reach(text: string) {
  t.clock.sleep(Date.parse(`${text}:00Z`) - t.clock.now() - 1)
  await advance(1)
}

/** Everything that was told, and is committed. */
async function told() {
  const rows = await t.app.db.read.select().from(outbox).orderBy(outbox.seq)
  const names = new Map(Object.entries(t.people).map(([name, { id }]) => [id, name]))
  const namesOf = (ids: string[]) => ids.map((id) => names.get(id) ?? id).join()
  return rows.flatMap(({ payload }) => {
    if (!('on_call' in payload)) return []
    // Safe: written above.
    const { on, off, at } = payload as unknown as Handoff
    return [`${isoAt(at).slice(0, 16)} +${namesOf(on)} -${namesOf(off)}`]
  })
}
async function schedule(more: object = {}): Promise<string> {
  const { alice, carol } = t.people
  const layers = [
    {
      id: 'one',
      rotation: 'daily',
      start_date: '2026-05-01',
      handoff_time: '09:00',
      participants: [alice.id, carol.id],
    },
  ]
  const { body, status } = await t.alice('POST', '/schedules', { name: 'Primary', timezone: 'UTC', layers, ...more })
  expect([status, body.id]).toEqual([201, expect.any(String)])
  handoffs.onChange(body.id)
  await idle()
  return body.id
}
const changing = async (id: string, path: string, body: object, method = 'POST') => {
  const { status } = await t.alice(method, `/schedules/${id}${path}`, body)
  expect(status).toBeLessThan(300)
  handoffs.onChange(id)
  await idle()
}
const watchOf = async (id: string) =>
  (await t.app.db.read.select().from(schedule_watches).where(eq(schedule_watches.schedule_id, id)))[0]

beforeEach(async () => {
  broken = 0
  t = await boot({ start: false, now: noon('2026-05-01') })
  handoffs = made()
  await handoffs.start()
})
afterEach(async () => {
  handoffs.stop()
  await idle()
  await t.stop()
})

describe('a hand-off', () => {
  test('is told at its moment, once, with who comes and who goes', async () => {
    await schedule()
    expect(await told()).toEqual([])
    await advance(21 * HOUR - 1)
    expect(await told()).toEqual([])
    await advance(1)
    expect(await told()).toEqual(['2026-05-02T09:00 +carol -alice'])
    await reach('2026-05-03T09:00')
    await reach('2026-05-04T09:00')
    await advance(HOUR)
    expect(await told()).toEqual([
      '2026-05-02T09:00 +carol -alice',
      '2026-05-03T09:00 +alice -carol',
      '2026-05-04T09:00 +carol -alice',
    ])
  })

  test('that was missed is told once afterwards: what is different, and since when', async () => {
    await schedule()
    handoffs.stop()
    t.clock.sleep(3 * DAY)
    handoffs = made()
    await handoffs.start()
    await idle()
    expect(await told()).toEqual(['2026-05-04T09:00 +carol -alice'])
    await reach('2026-05-05T09:00')
    expect(await told()).toHaveLength(2)
  })

  test('to and fro in the meantime is not told', async () => {
    await schedule()
    handoffs.stop()
    t.clock.sleep(2 * DAY)
    handoffs = made()
    await handoffs.start()
    await idle()
    expect(await told()).toEqual([])
  })

  test('that could not be told is told later, and nothing of the first try remains', async () => {
    const id = await schedule()
    broken = 2
    await reach('2026-05-02T09:00')
    expect(await told()).toEqual([])
    expect((await watchOf(id))?.users).toEqual([t.people.alice.id])
    await advance(5 * MINUTE)
    expect(broken).toBeLessThan(0)
    expect(await told()).toEqual(['2026-05-02T09:00 +carol -alice'])
  })

  test('of one schedule that cannot be told does not hold up another', async () => {
    await schedule()
    await schedule({ name: 'Secondary' })
    broken = 1
    await reach('2026-05-02T09:00')
    expect(await told()).toHaveLength(1)
    await advance(5 * MINUTE)
    expect(await told()).toHaveLength(2)
  })

  test('by a change of the schedule is told at once', async () => {
    const id = await schedule()
    const { alice, carol, dan } = t.people
    await changing(id, '/overrides', { user_id: dan.id, replaces: alice.id, to: '2026-05-01T18:00:00.000Z' })
    expect(await told()).toEqual(['2026-05-01T12:00 +dan -alice'])
    await reach('2026-05-01T18:00')
    expect((await told()).slice(1)).toEqual(['2026-05-01T18:00 +alice -dan'])
    // What changes nothing of who is on call is not told.
    await changing(id, '', { name: 'First' }, 'PUT')
    await changing(id, '/overrides', { user_id: dan.id, replaces: carol.id, to: '2026-05-01T20:00:00.000Z' })
    await reach('2026-05-01T20:00')
    expect(await told()).toHaveLength(2)
  })

  test('by somebody who leaves the workspace is told within a day', async () => {
    const only = [
      { rotation: 'weekly', start_date: '2026-05-01', participants: [t.people.carol.id], priority: 2 },
      { rotation: 'weekly', start_date: '2026-05-01', participants: [t.people.dan.id] },
    ]
    await schedule({ layers: only })
    const carol = and(eq(memberships.user_id, t.people.carol.id), eq(memberships.tenant_id, t.tenants.acme.id))
    await t.app.db.tx((tx) => tx.delete(memberships).where(carol))
    await reach('2026-05-02T12:00')
    expect(await told()).toEqual([expect.stringContaining('+dan -carol')])
  })

  test('stays at its time on the wall over a change of the clocks', async () => {
    handoffs.stop()
    await idle()
    await t.stop()
    t = await boot({ start: false, now: noon('2026-10-24') })
    handoffs = made()
    await handoffs.start()
    await schedule({ timezone: 'Europe/Berlin' })
    for (const day of ['25', '26', '27']) {
      await reach(`2026-10-${day}T07:59`)
      await advance(MINUTE)
    }
    expect((await told()).map((line) => line.slice(0, 16))).toEqual([
      ...['2026-10-25T08:00', '2026-10-26T08:00', '2026-10-27T08:00'],
    ])
  })
})

describe('notices', () => {
  test('that are switched off tell nothing, and begin anew without a word', async () => {
    const id = await schedule({ notice: { mode: 'off' } })
    await reach('2026-05-03T12:00')
    expect([await told(), await watchOf(id)]).toEqual([[], undefined])
    await changing(id, '', { notice: { mode: 'on_change' } }, 'PUT')
    expect(await told()).toEqual([])
    await reach('2026-05-04T09:00')
    expect(await told()).toEqual(['2026-05-04T09:00 +carol -alice'])
  })

  test('of each week say on their day and time who is on call, also when that is as before', async () => {
    const layers = [{ rotation: 'weekly', start_date: '2026-05-01', participants: [t.people.alice.id] }]
    const id = await schedule({ layers, notice: { mode: 'weekly', day: 1, time: '10:30' }, timezone: 'Europe/Berlin' })
    for (const day of ['04', '11']) {
      await reach(`2026-05-${day}T08:29`)
      await advance(HOUR)
    }
    expect(await told()).toEqual(['2026-05-04T08:30 +alice -', '2026-05-11T08:30 +alice -'])
    // A change in between waits for its day.
    await changing(id, '/overrides', { kind: 'replace', user_id: t.people.dan.id, to: '2026-06-01T00:00:00.000Z' })
    expect(await told()).toHaveLength(2)
    await reach('2026-05-17T08:30')
    expect(await told()).toHaveLength(2)
    await reach('2026-05-18T08:30')
    expect((await told()).at(-1)).toBe('2026-05-18T08:30 +dan -alice')
  })

  test('end with their schedule', async () => {
    const id = await schedule()
    expect((await t.alice('DELETE', `/schedules/${id}`)).status).toBe(204)
    handoffs.onChange(id)
    await idle()
    await reach('2026-05-03T09:00')
    expect([await told(), await watchOf(id)]).toEqual([[], undefined])
  })
})
