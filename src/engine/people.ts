import { and, eq, inArray, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/sqlite-core'
import { channelOf } from '#channels/index'
import type { NotificationPrefs } from '#contract/oncall'
import type { Reader } from '#db/client'
import { users } from '#db/schema/auth'
import { channel_failures } from '#db/schema/engine'
import { notification_channels } from '#db/schema/notification-channels'
import { notification_prefs } from '#db/schema/notification-prefs'
import { push_tokens } from '#db/schema/push-tokens'
import { memberships } from '#db/schema/tenants'
import type { Contact } from '#oncall/personal'
import { defaultPrefs } from '#oncall/prefs'

export { type Reach, reachOf } from '#engine/reach'

/** Somebody who can be called: how they want it, and the ways to them, the mail of the account first. */
export type Person = { user_id: string; name: string; email: string; prefs: NotificationPrefs; contacts: Contact[] }

const brokenSince = (error: string) => `it has not worked since its last message: ${error}`

/** The members of a workspace among these people, with all that decides how a page reaches them. */
export async function peopleOf(db: Reader, tenant_id: string, user_ids: string[]): Promise<Map<string, Person>> {
  const people = new Map<string, Person>()
  if (user_ids.length === 0) return people
  const rows = await db
    .select({ user: users, prefs: notification_prefs.prefs, failure: channel_failures.error })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.user_id))
    .leftJoin(
      notification_prefs,
      and(eq(notification_prefs.user_id, users.id), eq(notification_prefs.tenant_id, tenant_id)),
    )
    .leftJoin(channel_failures, eq(channel_failures.channel_id, sql`'user:' || ${users.id}`))
    .where(and(eq(memberships.tenant_id, tenant_id), inArray(memberships.user_id, user_ids)))
    .orderBy(users.id)
  for (const { user, prefs, failure } of rows) {
    const { id, name, email, timezone, email_verified_at } = user
    const mail: Contact = {
      ...{ id: 'email', name: email, type: 'email', kind: 'email' },
      verified: email_verified_at !== null,
      failing: failure === null ? null : brokenSince(failure),
    }
    people.set(id, { user_id: id, name, email, prefs: prefs ?? defaultPrefs(timezone), contacts: [mail] })
  }
  const ids = [...people.keys()]
  if (ids.length === 0) return people
  for (const { user_id, contact } of await devicesOf(db, ids)) people.get(user_id)?.contacts.push(contact)
  for (const { user_id, contact } of await waysOf(db, tenant_id, ids)) people.get(user_id)?.contacts.push(contact)
  return people
}

type Owned = { user_id: string; contact: Contact }

/** A device has shown that it gets messages by giving the token for them. */
async function devicesOf(db: Reader, user_ids: string[]): Promise<Owned[]> {
  const { id, user_id, name } = push_tokens
  const rows = await db
    .select({ id, user_id, name, failure: channel_failures.error })
    .from(push_tokens)
    .leftJoin(channel_failures, eq(channel_failures.channel_id, sql`'push:' || ${push_tokens.id}`))
    .where(inArray(push_tokens.user_id, user_ids))
    .orderBy(push_tokens.created_at, push_tokens.id)
  return rows.map(({ id, user_id, name, failure }) => ({
    user_id,
    contact: {
      ...{ id: `push:${id}`, name, type: 'push', kind: 'push', verified: true },
      failing: failure === null ? null : brokenSince(failure),
    },
  }))
}

/** Personal channels; one that completes a channel of the workspace works as long as that does. */
async function waysOf(db: Reader, tenant_id: string, user_ids: string[]): Promise<Owned[]> {
  const via = alias(notification_channels, 'via')
  const via_failures = alias(channel_failures, 'via_failures')
  const rows = await db
    .select({
      ...{ way: notification_channels, failure: channel_failures.error },
      via: { id: via.id, name: via.name, enabled: via.enabled, failure: via_failures.error },
    })
    .from(notification_channels)
    .leftJoin(channel_failures, eq(channel_failures.channel_id, notification_channels.id))
    .leftJoin(via, and(eq(via.id, notification_channels.via_id), eq(via.tenant_id, tenant_id)))
    .leftJoin(via_failures, eq(via_failures.channel_id, via.id))
    .where(and(eq(notification_channels.tenant_id, tenant_id), inArray(notification_channels.user_id, user_ids)))
    .orderBy(notification_channels.created_at, notification_channels.id)
  return rows.flatMap(({ way, failure, via }) => {
    const { id, user_id, name, type, enabled, verified_at, via_id } = way
    if (user_id === null) return []
    const failing =
      channelOf(type) === undefined
        ? `this version of Xinex does not know channels of type ${type}`
        : !enabled
          ? 'it is switched off'
          : failure !== null
            ? brokenSince(failure)
            : via_id === null
              ? null
              : viaFault(via)
    const contact: Contact = {
      ...{ id, name, type, verified: verified_at !== null, failing },
      kind: type === 'email' ? 'email' : 'other',
    }
    return [{ user_id, contact }]
  })
}

type Via = { name: string | null; enabled: boolean | null; failure: string | null } | null
function viaFault(via: Via): string | null {
  if (!via || via.name === null) return 'the channel that it goes through is gone'
  if (!via.enabled) return `the channel “${via.name}” that it goes through is switched off`
  return via.failure === null ? null : `the channel “${via.name}” that it goes through does not work: ${via.failure}`
}
