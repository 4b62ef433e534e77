import type { Writer } from '#db/client'
import type { DigestLetter } from '#engine/digest'
import type { Handoff } from '#engine/handoffs'
import { DIGEST, inform, NEWS, plainNotice, subscribers, waysOf } from '#engine/inform'
import { baseUrl } from '#engine/notice'
import { namesOf } from '#engine/on-call'
import { isoAt } from '#kernel/clock'
import type { App } from '#kernel/context'

type Core = Omit<App, 'engine'>

/** Those who come on and go off call, and the channels that want to know, hear of a hand-off. */
export const tellHandoff =
  (app: Core) =>
  async (db: Writer, { tenant_id, schedule, on, off, on_call, at, notice }: Handoff) => {
    const now = app.clock.now()
    const names = await namesOf(db, [...on, ...off, ...on_call])
    const said = (ids: string[]) => ids.map((id) => names.get(id) ?? 'somebody').join(', ')
    const who = on_call.length > 0 ? `On call now: ${said(on_call)}.` : 'Nobody is on call now.'
    const gone = off.length > 0 ? `Off call: ${said(off)}.` : ''
    const worded = plainNotice({
      event: 'on_call.changed',
      title: on_call.length > 0 ? `${schedule.name}: ${said(on_call)} on call` : `${schedule.name}: nobody is on call`,
      body: [who, gone].filter(Boolean).join('\n'),
      url: `${baseUrl(app.config)}/on-call/schedules/${schedule.id}`,
      at: isoAt(at),
      data: { schedule, on_call, on, off },
    })
    const key = `on_call:${schedule.id}:${at}`
    const channels = await subscribers(db, tenant_id, 'on_call.changed', now, notice.channel_ids)
    const people = notice.people ? await waysOf(db, tenant_id, [...on, ...off], 'oncall_handoff', now) : []
    await inform(app, db, { tenant_id, event: 'on_call.changed', key, worded, priority: NEWS }, [
      ...channels,
      ...people,
    ])
  }

/** One letter to the address of an account. */
export const sendDigest =
  (app: Core) =>
  async (db: Writer, { tenant_id, user_id, title, body, url, at }: DigestLetter) => {
    const worded = plainNotice({ event: 'digest', title, body, url, at, data: {} })
    const to = [{ id: `user:${user_id}`, name: 'mail', user_id }]
    await inform(app, db, { tenant_id, event: 'digest', key: `digest:${user_id}:${at}`, worded, priority: DIGEST }, to)
  }
