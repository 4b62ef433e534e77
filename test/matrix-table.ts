import { eq } from 'drizzle-orm'
import type { Permission } from '#contract/permissions'
import { alerts, correlation_groups } from '#db/schema/alerts'
import { users } from '#db/schema/auth'
import { heartbeats } from '#db/schema/heartbeats'
import { identities } from '#db/schema/identities'
import { passkeys } from '#db/schema/mfa'
import { notification_channels } from '#db/schema/notification-channels'
import { oauth_grants } from '#db/schema/oauth'
import { memberships } from '#db/schema/tenants'
import { postFeed } from '#engine/feed'
import { isoAt } from '#kernel/clock'
import type { Answer, Booted } from './boot'
import { listener, target } from './listeners'
import { checkPaths, healthchecks, openHealthchecks } from './matrix-healthchecks'
import type { Persona } from './matrix-people'

export const hook = listener()
export const site = target()

/** Valid bodies, so that nothing but who asks decides. */
export const monitor = { name: 'Shop', type: 'http', url: site.url }
export const heartbeat = { name: 'Backup', schedule: { kind: 'cron', cron: '15 3 * * *', timezone: 'Europe/Berlin' } }
/** Nobody comes from there. */
export const provider = { slug: 'gate', kind: 'header', name: 'Gate', settings: { proxies: ['192.0.2.1'] } }
const batch = {
  ...{ boot: 'x', seq: 1, sent_at: '2026-05-01T12:00:00.000Z', results: [] },
  stats: { lag_ms: 0, running: 0, buffered: 0 },
}
export const contact = { name: 'Phone', type: 'ntfy', settings: { server: hook.url, topic: 'me' } }
export const channel = { name: 'Ops', type: 'webhook', settings: { url: hook.url } }
export const policyOf = (id: string) => ({ name: 'Shop', steps: [{ delay_s: 60, targets: [{ type: 'user', id }] }] })
export const upkeep = {
  ...{ name: 'Move', scope: { tags: ['none'] } },
  ...{ starts_at: '2027-01-01T00:00:00Z', ends_at: '2027-01-01T01:00:00Z' },
}
const rule = {
  name: 'Shop',
  conditions: [{ field: 'tag', op: 'is', value: 'shop' }],
  actions: { severity: 'low' },
}

/**
 * One guarded route: who may use it (domain.md, roles), what those hear, and a body that is fine. `:id` in path or body
 * becomes one of Alice's things, made by `fresh` under the path before `/:id`, or under `of`; `:n` is the first of its parts. `mine`: it belongs to her
 * alone, so that others of the workspace do not even find it; `admins` may still reach it. `in_person`: more than the
 * permission, the service asks for a session; `proven`: for one of their own account, not by single sign-on.
 */
export type Row = {
  can: Permission
  status: number | ((who: Persona) => number)
  body?: object
  of?: string
  mine?: 'alone' | 'admins'
  in_person?: true
  proven?: true
}

/** To add a route, add its line: nothing else. */
export const table: Record<string, Row> = {
  'POST /ws/ticket': { can: 'tenant:read', status: 201 },
  'POST /auth/logout': { can: 'self:write', status: ({ credential: { kind } }) => (kind === 'session' ? 204 : 400) },
  'GET /me': { can: 'self:read', status: 200 },
  'PUT /me': { can: 'self:write', status: 200, body: { timezone: 'Europe/Berlin' } },
  // Alice is the only owner among others; somebody who has no such duty may go.
  'DELETE /me': { can: 'self:secure', status: ({ person }) => (person === 'alice' ? 409 : 200) },
  'POST /me/restore': { can: 'self:secure', status: 409 },
  'POST /auth/verify-email/resend': { can: 'self:write', status: 409 },
  'GET /me/identities': { can: 'self:read', status: 200 },
  'POST /me/identities': { can: 'self:secure', status: 422, body: { provider: 'nowhere' } },
  'DELETE /me/identities/:id': { can: 'self:secure', status: 204, mine: 'alone' },
  'GET /admin/sign-in-provider-kinds': { can: 'instance:admin', status: 200 },
  'GET /admin/sign-in-providers': { can: 'instance:admin', status: 200 },
  'POST /admin/sign-in-providers': { can: 'instance:admin', status: 201, body: provider },
  'POST /admin/sign-in-providers/test': {
    ...{ can: 'instance:admin', status: 200 },
    body: { kind: 'header', settings: provider.settings },
  },
  'GET /admin/sign-in-providers/:id': { can: 'instance:admin', status: 200 },
  'PUT /admin/sign-in-providers/:id': { can: 'instance:admin', status: 200, body: { name: 'Gate' } },
  'DELETE /admin/sign-in-providers/:id': { can: 'instance:admin', status: 204 },
  'GET /admin/uplink': { can: 'instance:admin', status: 200 },
  'PUT /admin/uplink': { can: 'instance:admin', status: 200, body: { anchors: [] } },
  'POST /admin/uplink/test': { can: 'instance:admin', status: 200, body: { anchors: [] } },
  'GET /me/mfa': { can: 'self:read', status: 200 },
  'POST /me/mfa/totp': { can: 'self:secure', status: 201 },
  'POST /me/mfa/totp/confirm': { can: 'self:secure', status: 409, body: { code: '123456' } },
  'DELETE /me/mfa/totp': { can: 'self:secure', status: 404 },
  'POST /me/mfa/backup-codes': { can: 'self:secure', status: 409 },
  'GET /me/passkeys': { can: 'self:read', status: 200 },
  'POST /me/passkeys/options': { can: 'self:secure', status: 201 },
  'POST /me/passkeys': { can: 'self:secure', status: 422, body: {} },
  'PUT /me/passkeys/:id': { can: 'self:secure', status: 200, body: { name: 'Key' }, mine: 'alone' },
  'DELETE /me/passkeys/:id': { can: 'self:secure', status: 204, mine: 'alone' },
  'GET /me/grants': { can: 'self:read', status: 200 },
  'DELETE /me/grants/:id': { can: 'self:write', status: 204, mine: 'alone' },
  'GET /oauth/consent/:id': { can: 'self:read', status: 200, mine: 'alone' },
  'POST /oauth/consent/:id': {
    ...{ can: 'self:write', status: 200, mine: 'alone', in_person: true },
    body: { allow: true },
  },
  'GET /oauth/clients': { can: 'oauth_clients:write', status: 200 },
  'POST /oauth/clients': {
    ...{ can: 'oauth_clients:write', status: 201 },
    body: { name: 'Wall', redirect_uris: ['https://wall.example.test/'] },
  },
  'GET /oauth/clients/:id': { can: 'oauth_clients:write', status: 200 },
  'PUT /oauth/clients/:id': { can: 'oauth_clients:write', status: 200, body: { name: 'Screen' } },
  'DELETE /oauth/clients/:id': { can: 'oauth_clients:write', status: 204 },
  'POST /oauth/clients/:id/secret': { can: 'oauth_clients:write', status: 201 },
  'GET /push-key': { can: 'self:read', status: 200 },
  'GET /push-tokens': { can: 'self:read', status: 200 },
  'POST /push-tokens': { can: 'self:write', status: 201, body: { platform: 'ios', token: 'ab'.repeat(32) } },
  'DELETE /push-tokens/:token': { can: 'self:write', status: 204, mine: 'alone' },
  'POST /push-tokens/:token/test': { can: 'self:write', status: 200, mine: 'alone' },
  'GET /sessions': { can: 'self:read', status: 200 },
  'DELETE /sessions': { can: 'self:write', status: 204 },
  'DELETE /sessions/:id': { can: 'self:write', status: 204, mine: 'alone' },
  'GET /api-tokens': { can: 'self:read', status: 200 },
  'POST /api-tokens': { can: 'api_tokens:write', status: 201, body: { name: 'ci' } },
  'PUT /api-tokens/:id': { can: 'api_tokens:write', status: 200, body: { name: 'cd' }, mine: 'alone' },
  'DELETE /api-tokens/:id': { can: 'api_tokens:write', status: 204, mine: 'admins' },
  'GET /tenant': { can: 'tenant:read', status: 200 },
  'PUT /tenant': { can: 'members:write', status: 200, body: { timezone: 'UTC' } },
  'DELETE /tenant': { can: 'tenant:own', status: 200, proven: true },
  'POST /tenant/restore': { can: 'tenant:own', status: 200 },
  'POST /tenant/transfer': { can: 'tenant:own', status: 200, body: { user_id: ':id' }, of: 'members', proven: true },
  'GET /tenants': { can: 'self:read', status: 200 },
  // Only whoever runs the appliance, where registration is not open.
  'POST /tenants': {
    ...{ can: 'self:secure', body: { name: 'Second' } },
    status: ({ credential: { instance_admin } }) => (instance_admin ? 201 : 403),
  },
  'POST /tenants/:id/switch': { can: 'self:secure', status: 200 },
  'GET /members': { can: 'tenant:read', status: 200 },
  'PUT /members/:id': { can: 'members:write', status: 200, body: { role: 'viewer' } },
  'POST /members/:id/reset-mfa': { can: 'members:write', status: 204 },
  'DELETE /members/:id': { can: 'members:write', status: 204 },
  'GET /invitations': { can: 'members:write', status: 200 },
  'POST /invitations': { can: 'members:write', status: 201, body: { email: 'new@example.test', role: 'viewer' } },
  'POST /invitations/accept': { can: 'self:secure', status: 422, body: { token: 'of nobody' } },
  'POST /invitations/:id/resend': { can: 'members:write', status: 200 },
  'DELETE /invitations/:id': { can: 'members:write', status: 204 },
  'GET /analytics/uptime': { can: 'tenant:read', status: 200 },
  'GET /analytics/response-time': { can: 'tenant:read', status: 200 },
  'GET /probers': { can: 'tenant:read', status: 200 },
  'POST /probers': { can: 'probers:write', status: 201, body: { name: 'Attic', region: 'attic' } },
  'POST /probers/register': { can: 'prober:work', status: 200, body: { version: '1.0.0' } },
  'GET /probers/jobs': { can: 'prober:work', status: 200 },
  // Not signed.
  'POST /probers/results': { can: 'prober:work', status: 401, body: batch },
  'GET /probers/blind-periods': { can: 'tenant:read', status: 200 },
  'GET /probers/:id': { can: 'tenant:read', status: 200 },
  'PUT /probers/:id': { can: 'probers:write', status: 200, body: { name: 'Cellar' } },
  'DELETE /probers/:id': { can: 'probers:write', status: 204 },
  'POST /probers/:id/rotate': { can: 'probers:write', status: 201 },
  // Before one is made: nothing there, for whoever may look.
  'GET /sso/connection': { can: 'sso:write', status: 404 },
  'DELETE /sso/connection': { can: 'sso:write', status: 404 },
  'GET /sso/connection/test': { can: 'sso:write', status: 404 },
  'POST /sso/connection/test': { can: 'sso:write', status: 404 },
  'GET /sso/link': { can: 'self:read', status: 200 },
  'DELETE /sso/link': { can: 'self:secure', status: 404 },
  'POST /sso/link': { can: 'self:secure', status: 404 },
  'POST /sso/connection/metadata': { can: 'sso:write', status: 422, body: { metadata_xml: '<none/>' } },
  'PUT /sso/connection': { can: 'sso:write', status: 200, body: { provision: false } },
  'GET /sso/domains': { can: 'sso:write', status: 200 },
  'POST /sso/domains': { can: 'sso:write', status: 422, body: { domain: 'no domain' } },
  'POST /sso/domains/:id/verify': { can: 'sso:write', status: 200 },
  'DELETE /sso/domains/:id': { can: 'sso:write', status: 204 },
  'GET /monitors': { can: 'tenant:read', status: 200 },
  'POST /monitors': { can: 'monitors:write', status: 201, body: monitor },
  'GET /monitors/summary': { can: 'tenant:read', status: 200 },
  'GET /monitors/tags': { can: 'tenant:read', status: 200 },
  'POST /monitors/import': { can: 'monitors:write', status: 201, body: { items: [monitor] } },
  'GET /monitors/:id/status': { can: 'tenant:read', status: 200 },
  'GET /monitors/:id/evidence': { can: 'tenant:read', status: 200 },
  'GET /monitors/:id/results': { can: 'tenant:read', status: 200 },
  'GET /monitors/:id/intervals': { can: 'tenant:read', status: 200 },
  'GET /monitors/:id/uptime': { can: 'tenant:read', status: 200 },
  'GET /monitors/:id/response-times': { can: 'tenant:read', status: 200 },
  'POST /monitors/test': { can: 'monitors:write', status: 200, body: monitor },
  'POST /monitors/bulk': {
    ...{ can: 'monitors:write', status: 200, of: 'monitors' },
    body: { action: 'tag', ids: [':id'], tag: 'x' },
  },
  'POST /monitors/:id/pause': { can: 'monitors:write', status: 200 },
  'POST /monitors/:id/resume': { can: 'monitors:write', status: 200 },
  'POST /monitors/:id/check': { can: 'monitors:write', status: 200 },
  'POST /monitors/:id/report': {
    ...{ can: 'monitors:write', status: 200, of: 'push-monitors' },
    body: { status: 'up' },
  },
  'POST /monitors/:id/push-key': { can: 'monitors:write', status: 201, of: 'push-monitors' },
  'POST /monitors/:id/clone': { can: 'monitors:write', status: 201, body: {} },
  'GET /monitors/:id': { can: 'tenant:read', status: 200 },
  'PUT /monitors/:id': { can: 'monitors:write', status: 200, body: { interval: 120 } },
  'DELETE /monitors/:id': { can: 'monitors:write', status: 204 },
  'GET /monitor-types': { can: 'tenant:read', status: 200 },
  'GET /ai-heartbeats': { can: 'tenant:read', status: 200 },
  'POST /ai-heartbeats': { can: 'heartbeats:write', status: 201, body: { name: 'Triage' } },
  'GET /ai-heartbeats/summary': { can: 'tenant:read', status: 200 },
  'GET /ai-heartbeats/tags': { can: 'tenant:read', status: 200 },
  'GET /ai-heartbeats/:id': { can: 'tenant:read', status: 200 },
  'PUT /ai-heartbeats/:id': { can: 'heartbeats:write', status: 200, body: { failures: 2 } },
  'DELETE /ai-heartbeats/:id': { can: 'heartbeats:write', status: 204 },
  'POST /ai-heartbeats/:id/run': { can: 'heartbeats:write', status: 201, body: { status: 'ok' } },
  'POST /ai-heartbeats/:id/pause': { can: 'heartbeats:write', status: 200 },
  'POST /ai-heartbeats/:id/resume': { can: 'heartbeats:write', status: 200 },
  'POST /ai-heartbeats/:id/rotate-slug': { can: 'heartbeats:write', status: 200 },
  'POST /ai-heartbeats/:id/clone': { can: 'heartbeats:write', status: 201, body: {} },
  'GET /ai-heartbeats/:id/pings': { can: 'tenant:read', status: 200 },
  // Nothing has come in.
  'GET /ai-heartbeats/:id/pings/:n/body': { can: 'tenant:read', status: 404 },
  'GET /ai-heartbeats/:id/runs': { can: 'tenant:read', status: 200 },
  'GET /ai-heartbeats/:id/flips': { can: 'tenant:read', status: 200 },
  'GET /ai-heartbeats/:id/charts': { can: 'tenant:read', status: 200 },
  'GET /heartbeats': { can: 'tenant:read', status: 200 },
  'POST /heartbeats': { can: 'heartbeats:write', status: 201, body: heartbeat },
  'GET /heartbeats/summary': { can: 'tenant:read', status: 200 },
  'GET /heartbeats/tags': { can: 'tenant:read', status: 200 },
  'POST /heartbeats/preview': { can: 'tenant:read', status: 200, body: { schedule: heartbeat.schedule } },
  'GET /heartbeats/:id': { can: 'tenant:read', status: 200 },
  'PUT /heartbeats/:id': { can: 'heartbeats:write', status: 200, body: { grace_s: 60 } },
  'DELETE /heartbeats/:id': { can: 'heartbeats:write', status: 204 },
  'POST /heartbeats/:id/pause': { can: 'heartbeats:write', status: 200 },
  'POST /heartbeats/:id/resume': { can: 'heartbeats:write', status: 200 },
  'POST /heartbeats/:id/rotate-slug': { can: 'heartbeats:write', status: 200 },
  'POST /heartbeats/:id/clone': { can: 'heartbeats:write', status: 201, body: {} },
  'GET /heartbeats/:id/pings': { can: 'tenant:read', status: 200 },
  'GET /heartbeats/:id/pings/:n/body': { can: 'tenant:read', status: 200 },
  'GET /heartbeats/:id/runs': { can: 'tenant:read', status: 200 },
  'GET /heartbeats/:id/flips': { can: 'tenant:read', status: 200 },
  'GET /heartbeats/:id/calendar': { can: 'tenant:read', status: 200 },
  'GET /heartbeats/:id/uptime': { can: 'tenant:read', status: 200 },
  'GET /ping-key': { can: 'tenant:read', status: 200 },
  'PUT /ping-key': { can: 'heartbeats:write', status: 200, body: { auto_create: true } },
  'POST /ping-key/renew': { can: 'heartbeats:write', status: 200 },
  'GET /notification-channels': { can: 'tenant:read', status: 200 },
  'POST /notification-channels': { can: 'channels:write', status: 201, body: channel },
  'POST /notification-channels/test': {
    ...{ can: 'channels:test', status: 200 },
    body: { type: 'webhook', settings: channel.settings },
  },
  'GET /notification-channels/:id': { can: 'tenant:read', status: 200 },
  'PUT /notification-channels/:id': { can: 'channels:write', status: 200, body: { enabled: false } },
  'DELETE /notification-channels/:id': { can: 'channels:write', status: 204 },
  'POST /notification-channels/:id/test': { can: 'channels:test', status: 200 },
  'GET /notification-channel-types': { can: 'tenant:read', status: 200 },
  'GET /notification-log': { can: 'tenant:read', status: 200 },
  'GET /incidents': { can: 'tenant:read', status: 200 },
  'POST /incidents': { can: 'incidents:respond', status: 201, body: { title: 'Slow' } },
  'GET /incidents/:id': { can: 'tenant:read', status: 200 },
  'POST /incidents/:id/ack': { can: 'incidents:respond', status: 200 },
  'POST /incidents/:id/resolve': { can: 'incidents:respond', status: 200 },
  'PUT /incidents/:id': { can: 'incidents:respond', status: 200, body: { severity: 'low' } },
  'GET /incidents/:id/why': { can: 'tenant:read', status: 200 },
  'POST /incidents/:id/assign': { can: 'incidents:respond', status: 422, body: { user_id: 'nobody' } },
  'POST /incidents/:id/snooze': { can: 'incidents:respond', status: 200, body: { for_s: 600 } },
  'POST /incidents/:id/unsnooze': { can: 'incidents:respond', status: 200 },
  'POST /incidents/:id/reopen': { can: 'incidents:respond', status: 409 },
  'POST /incidents/:id/merge': { can: 'incidents:respond', status: 422, body: { into: 'nothing' } },
  'GET /incidents/:id/postmortem': { can: 'tenant:read', status: 200 },
  'PUT /incidents/:id/postmortem': { can: 'incidents:respond', status: 200, body: { body: '# What happened' } },
  'GET /incidents/:id/export': { can: 'tenant:read', status: 200 },
  'GET /alerts': { can: 'tenant:read', status: 200 },
  'GET /alerts/:id': { can: 'tenant:read', status: 200 },
  'GET /correlation-groups': { can: 'tenant:read', status: 200 },
  'GET /correlation-groups/:id': { can: 'tenant:read', status: 200 },
  'POST /correlation-groups/:id/ack': { can: 'incidents:respond', status: 200 },
  'POST /correlation-groups/:id/resolve': { can: 'incidents:respond', status: 200 },
  'GET /correlation-settings': { can: 'tenant:read', status: 200 },
  'PUT /correlation-settings': {
    can: 'on_call:write',
    status: 200,
    body: { enabled: true, window_s: 60, by: ['host'] },
  },
  'GET /drills': { can: 'tenant:read', status: 200 },
  'POST /drills': { can: 'on_call:write', status: 422, body: { user_ids: ['nobody'] } },
  'GET /drills/:id': { can: 'tenant:read', status: 200 },
  'POST /drills/:id/end': { can: 'on_call:write', status: 200 },
  'POST /incidents/:id/comment': { can: 'incidents:respond', status: 200, body: { message: 'hm' } },
  'GET /escalation-policies': { can: 'tenant:read', status: 200 },
  // Whom it may call differs by workspace.
  'POST /escalation-policies': { can: 'on_call:write', status: 422, body: policyOf('nobody') },
  'GET /escalation-policies/:id': { can: 'tenant:read', status: 200 },
  'PUT /escalation-policies/:id': { can: 'on_call:write', status: 200, body: { repeat_count: 2 } },
  'DELETE /escalation-policies/:id': { can: 'on_call:write', status: 204 },
  'GET /alert-routing-rules': { can: 'tenant:read', status: 200 },
  'POST /alert-routing-rules': { can: 'on_call:write', status: 201, body: rule },
  'PUT /alert-routing-rules/order': { can: 'on_call:write', status: 422, body: { ids: ['none'] } },
  'GET /alert-routing-rules/:id': { can: 'tenant:read', status: 200 },
  'PUT /alert-routing-rules/:id': { can: 'on_call:write', status: 200, body: { enabled: false } },
  'DELETE /alert-routing-rules/:id': { can: 'on_call:write', status: 204 },
  'GET /maintenance-windows': { can: 'tenant:read', status: 200 },
  'POST /maintenance-windows': { can: 'monitors:write', status: 201, body: upkeep },
  'GET /maintenance-windows/:id': { can: 'tenant:read', status: 200 },
  'PUT /maintenance-windows/:id': { can: 'monitors:write', status: 200, body: { name: 'Moved' } },
  'DELETE /maintenance-windows/:id': { can: 'monitors:write', status: 204 },
  // It does not last.
  'POST /maintenance-windows/:id/end': { can: 'monitors:write', status: 409 },
  'GET /integrations': { can: 'tenant:read', status: 200 },
  'POST /integrations': { can: 'integrations:write', status: 201, body: { name: 'Prom', type: 'alertmanager' } },
  'GET /integrations/types': { can: 'tenant:read', status: 200 },
  'GET /integrations/:id': { can: 'tenant:read', status: 200 },
  'PUT /integrations/:id': { can: 'integrations:write', status: 200, body: { enabled: false } },
  'DELETE /integrations/:id': { can: 'integrations:write', status: 204 },
  'POST /integrations/:id/key': { can: 'integrations:write', status: 200 },
  'POST /integrations/:id/test': { can: 'integrations:write', status: 200, body: { body: { alerts: [] } } },
  'GET /schedules': { can: 'tenant:read', status: 200 },
  'POST /schedules': { can: 'on_call:write', status: 201, body: { name: 'Primary' } },
  'POST /schedules/preview': { can: 'tenant:read', status: 200, body: { layers: [] } },
  'GET /schedules/:id': { can: 'tenant:read', status: 200 },
  'PUT /schedules/:id': { can: 'on_call:write', status: 200, body: { timezone: 'UTC' } },
  'DELETE /schedules/:id': { can: 'on_call:write', status: 204 },
  'GET /schedules/:id/on-call': { can: 'tenant:read', status: 200 },
  'GET /schedules/:id/timeline': { can: 'tenant:read', status: 200 },
  'GET /schedules/:id/report': { can: 'tenant:read', status: 200 },
  'POST /schedules/:id/overrides': { can: 'on_call:write', status: 422, body: { to: '2027-01-01T00:00:00.000Z' } },
  // The schedule is there, what is named within it is not.
  'PUT /schedules/:id/overrides/:oid': { can: 'on_call:write', status: 404, body: {} },
  'DELETE /schedules/:id/overrides/:oid': { can: 'on_call:write', status: 404 },
  'POST /schedules/:id/temporary': {
    ...{ can: 'on_call:write', status: 201 },
    body: { to: '2026-05-08T00:00:00.000Z', shifts: [] },
  },
  'PUT /schedules/:id/temporary/:tid': { can: 'on_call:write', status: 404, body: {} },
  'DELETE /schedules/:id/temporary/:tid': { can: 'on_call:write', status: 404 },
  'GET /schedules/:id/calendar-feeds': { can: 'self:read', status: 200 },
  'POST /schedules/:id/calendar-feeds': { can: 'self:write', status: 201 },
  'DELETE /schedules/:id/calendar-feeds/:fid': { can: 'self:write', status: 404 },
  'POST /on-call/simulate': { can: 'tenant:read', status: 200, body: { subject: { name: 'Shop' } } },
  'POST /alert-routing-rules/test': { can: 'tenant:read', status: 200, body: { subject: { name: 'Shop' } } },
  'GET /on-call/lint': { can: 'tenant:read', status: 200 },
  'GET /on-call': { can: 'tenant:read', status: 200 },
  'GET /on-call/calendar-feeds': { can: 'self:read', status: 200 },
  'POST /on-call/calendar-feeds': { can: 'self:write', status: 201 },
  'DELETE /on-call/calendar-feeds/:id': { can: 'self:write', status: 204, mine: 'alone' },
  'GET /notifications/feed': { can: 'self:read', status: 200 },
  'GET /notifications/feed/unread-count': { can: 'self:read', status: 200 },
  'POST /notifications/feed/:id/read': { can: 'self:write', status: 200 },
  'POST /notifications/feed/read-all': { can: 'self:write', status: 200 },
  'GET /users/me/notification-prefs': { can: 'self:read', status: 200 },
  'PUT /users/me/notification-prefs': { can: 'self:write', status: 422, body: { matrix: {} } },
  'GET /users/me/contact-methods': { can: 'self:read', status: 200 },
  'GET /users/me/contact-methods/kinds': { can: 'self:read', status: 200 },
  'POST /users/me/contact-methods': { can: 'self:write', status: 422, body: { ...contact, type: 'pigeon' } },
  'PUT /users/me/contact-methods/:id': { can: 'self:write', status: 200, mine: 'alone', body: { name: 'Phone' } },
  'DELETE /users/me/contact-methods/:id': { can: 'self:write', status: 204, mine: 'alone' },
  'POST /users/me/contact-methods/:id/verify': {
    ...{ can: 'self:write', status: 422, mine: 'alone', body: { code: '000000' } },
  },
  'POST /users/me/contact-methods/:id/code': { can: 'self:write', status: 200, mine: 'alone' },
  'POST /users/me/contact-methods/:id/test': { can: 'self:write', status: 409, mine: 'alone' },
  'GET /contact-methods': { can: 'members:write', status: 200 },
  'GET /message-templates': { can: 'tenant:read', status: 200 },
  'GET /message-templates/variables': { can: 'tenant:read', status: 200 },
  'POST /message-templates/preview': {
    ...{ can: 'tenant:read', status: 200 },
    body: { event: 'incident.created', title: '{{title}}', body: '{{body}}' },
  },
  'PUT /message-templates/:event': { can: 'channels:write', status: 404, body: { title: '{{title}}', body: 'x' } },
  'DELETE /message-templates/:event': { can: 'channels:write', status: 404 },
  'GET /status-pages': { can: 'tenant:read', status: 200 },
  'POST /status-pages': { can: 'status_pages:write', status: 201, body: { title: 'Page' } },
  'GET /status-pages/:id': { can: 'tenant:read', status: 200 },
  'PUT /status-pages/:id': { can: 'status_pages:write', status: 200, body: { theme: 'dark' } },
  'DELETE /status-pages/:id': { can: 'status_pages:write', status: 204 },
  ...healthchecks,
}

/** Where jobs report, ours and those of others, by three methods each. */
const doors = [
  ...['/hb/:slug', '/hb/:slug/:action', '/ping/:key', '/ping/:key/:name', '/ping/:key/:name/:action'],
  ...['/p/:key/:name', '/snitch/:token', '/api/push/:token'],
].flatMap((path) => ['GET', 'POST', 'PUT'].map((method) => `${method} ${path}`))

/** Where other programs tell of events, by our paths and by those that their clients know. */
const eventDoors = [
  ...['/events', ...['alertmanager', 'grafana', 'generic'].map((type) => `/integrations/${type}`)].flatMap((path) =>
    ['POST', 'PUT'].flatMap((method) => [`${method} ${path}`, `${method} ${path}/:key`]),
  ),
  ...['', '/integrations/pagerduty'].map((prefix) => `POST ${prefix}/v2/enqueue`),
  ...['', '/integrations/opsgenie'].flatMap((prefix) => [
    ...[`POST ${prefix}/v2/alerts`, `GET ${prefix}/v2/alerts/requests/:id`],
    ...[`POST ${prefix}/v2/alerts/:id/:verb`, `PUT ${prefix}/v2/alerts/:id/:verb`],
  ]),
]

/**
 * Open to strangers on purpose, under /api/v1 or not: `same` answers everybody alike, whatever they carry; `own` judges
 * by itself, which the test beside the route shows.
 */
export const open: Record<string, 'same' | 'own'> = {
  'GET /health': 'same',
  // Whoever holds the link, or signs as the provider: src/modules/interactions has their tests.
  'GET /a/:token': 'same',
  'POST /a/:token': 'same',
  'POST /interactions/slack/:channel_id': 'same',
  'POST /interactions/telegram/:channel_id': 'same',
  'POST /interactions/discord/:channel_id': 'same',
  'GET /openapi.json': 'same',
  'GET /setup': 'same',
  'POST /setup': 'same',
  'GET /auth/config': 'same',
  'POST /auth/login': 'same',
  'POST /auth/register': 'same',
  'POST /auth/mfa': 'same',
  'POST /auth/mfa/passkey/options': 'same',
  'POST /auth/mfa/passkey': 'same',
  'POST /auth/passkey/options': 'same',
  'POST /auth/passkey': 'same',
  'POST /auth/password-reset': 'same',
  'POST /auth/password-reset/confirm': 'same',
  'POST /auth/verify-email': 'same',
  'GET /auth/invitation': 'same',
  'GET /auth/oauth/providers': 'same',
  'GET /auth/oauth/:provider': 'same',
  'GET /auth/oauth/:provider/callback': 'same',
  'POST /auth/oauth/:provider/callback': 'same',
  'POST /auth/oauth/apple/native': 'same',
  'POST /auth/proxy': 'same',
  'GET /oauth/authorize': 'same',
  'POST /oauth/token': 'same',
  'POST /oauth/revoke': 'same',
  'GET /.well-known/oauth-authorization-server': 'same',
  'GET /.well-known/jwks.json': 'same',
  'GET /sso/login': 'same',
  'POST /sso/acs/:id': 'same',
  'GET /sso/acs/:id': 'same',
  'GET /sso/metadata/:id': 'same',
  'GET /push/:key': 'same',
  'POST /push/:key': 'same',
  'POST /hb/:slug/run': 'same',
  ...Object.fromEntries([...doors, ...eventDoors, ...openHealthchecks].map((row) => [row, 'same' as const])),
  'GET /calendar/:file': 'same',
  'GET /public/status-pages/:slug': 'same',
  'GET /public/status-pages/:slug/incidents': 'same',
  'GET /s/:slug': 'same',
  'GET /api/docs': 'same',
  'GET /api/docs/init.js': 'same',
  'GET /api/_reader': 'same',
  'GET /api/_document': 'same',
  'GET /*': 'same',
}

let count = 0
/** Somebody who may view Alice's workspace, and nothing more. */
async function newcomer({ app, clock, tenants }: Booted): Promise<string> {
  const at = isoAt(clock.now())
  const user = { id: Bun.randomUUIDv7(), email: `newcomer${count++}@example.test`, name: 'Newcomer' }
  await app.db.tx(async (tx) => {
    await tx.insert(users).values({ ...user, created_at: at, updated_at: at })
    await tx
      .insert(memberships)
      .values({ tenant_id: tenants.acme.id, user_id: user.id, role: 'viewer', created_at: at })
  })
  return user.id
}
/** Two, so that the one asked about is not Alice's last way in. */
async function passkeyOf({ app, clock, people: { alice } }: Booted): Promise<string> {
  const row = () => ({
    ...{ id: Bun.randomUUIDv7(), user_id: alice.id, name: 'Key', credential_id: Bun.randomUUIDv7(), counter: 0 },
    ...{ public_key: Buffer.from('x'), transports: [], backed_up: false, created_at: isoAt(clock.now()) },
  })
  const [one, other] = [row(), row()]
  await app.db.tx((tx) => tx.insert(passkeys).values([one, other]))
  return one.id
}
/** What Alice is asked to allow the mobile app. */
async function consentOf(t: Booted): Promise<string> {
  const { ask } = await t.session('alice')
  const request = {
    ...{ client_id: 'xinex-mobile', response_type: 'code', redirect_uri: 'xinex://oauth/callback' },
    ...{ code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' },
  }
  const from = { 'x-forwarded-for': `10.200.${(count >> 8) & 255}.${count++ & 255}` }
  const { headers } = await ask('GET', `/oauth/authorize?${new URLSearchParams(request)}`, undefined, from)
  return /request=([\w-]+)$/.exec(headers.get('location') ?? '')?.[1] ?? ''
}
const made = async (asked: Promise<Answer>): Promise<string> => {
  const { status, body } = await asked
  if (status !== 201) throw new Error(`A thing to ask about was not made: ${status} ${JSON.stringify(body)}`)
  return body.id
}

async function newProvider(t: Booted): Promise<string> {
  const { ask } = await t.session('alice')
  return made(ask('POST', '/admin/sign-in-providers', { ...provider, slug: `gate-${count++}` }))
}

/** One that has reported once. */
async function heartbeatOf(t: Booted): Promise<string> {
  const id = await made(t.alice('POST', '/heartbeats', heartbeat))
  const rows = await t.app.db.read.select().from(heartbeats).where(eq(heartbeats.id, id))
  const signal = { kind: 'success' as const, at: t.clock.now() }
  for (const { number } of rows) await t.app.engine.heartbeats.take({ number, signal, door: 'http' })
  return id
}

async function newAlert(t: Booted): Promise<string> {
  const incident_id = await made(t.alice('POST', '/incidents', { title: `Slow ${count++}` }))
  const at = isoAt(t.clock.now())
  const id = Bun.randomUUIDv7()
  const row = { id, tenant_id: t.tenants.acme.id, incident_id, status: 'firing' as const, chain: [] }
  await t.app.db.tx((tx) => tx.insert(alerts).values({ ...row, created_at: at, updated_at: at }))
  return id
}
async function newContact(t: Booted): Promise<string> {
  const at = isoAt(t.clock.now())
  const about = { ...contact, id: Bun.randomUUIDv7(), tenant_id: t.tenants.acme.id, user_id: t.people.alice.id }
  const row = { ...about, is_default: false, enabled: true, events: [], created_at: at, updated_at: at }
  await t.app.db.tx((tx) => tx.insert(notification_channels).values(row))
  return about.id
}
async function newNotice(t: Booted): Promise<string> {
  const about = { tenant_id: t.tenants.acme.id, type: 'incident_opened' as const, title: `Slow ${count++}`, body: '' }
  await t.app.db.tx((tx) => postFeed(tx, { ...about, path: '/incidents', data: {}, at: isoAt(t.clock.now()) }))
  return (await t.alice('GET', '/notifications/feed')).body.items[0].id
}
async function newGroup(t: Booted): Promise<string> {
  const at = isoAt(t.clock.now())
  const id = Bun.randomUUIDv7()
  const about = { kind: 'host' as const, value: 'db', title: '2 incidents on host db', root_incident_id: 'x', size: 2 }
  const row = { id, tenant_id: t.tenants.acme.id, status: 'open' as const, ...about, opened_at: at, last_at: at }
  await t.app.db.tx((tx) => tx.insert(correlation_groups).values(row))
  return id
}

/** One of Alice's things, made anew for each question: some questions end it. Named by the path before `/:id`. */
export const fresh: Record<string, (t: Booted) => Promise<string>> = {
  monitors: (t) => made(t.alice('POST', '/monitors', { ...monitor, enabled: true })),
  'push-monitors': (t) => made(t.alice('POST', '/monitors', { name: 'Nightly', type: 'push' })),
  'ai-heartbeats': (t) => made(t.alice('POST', '/ai-heartbeats', { name: 'Triage' })),
  heartbeats: heartbeatOf,
  ...Object.fromEntries(checkPaths.map((path) => [path, heartbeatOf])),
  'notification-channels': (t) => made(t.alice('POST', '/notification-channels', channel)),
  integrations: (t) => made(t.alice('POST', '/integrations', { name: 'Prom', type: 'alertmanager' })),
  schedules: (t) => made(t.alice('POST', '/schedules', { name: 'Primary' })),
  'on-call/calendar-feeds': (t) => made(t.alice('POST', '/on-call/calendar-feeds')),
  incidents: (t) => made(t.alice('POST', '/incidents', { title: `Slow ${count++}` })),
  'users/me/contact-methods': newContact,
  'notifications/feed': newNotice,
  alerts: newAlert,
  'correlation-groups': newGroup,
  drills: (t) => made(t.alice('POST', '/drills', { user_ids: [t.people.alice.id] })),
  'push-tokens': (t) =>
    made(t.alice('POST', '/push-tokens', { platform: 'ios', token: `${'ab'.repeat(32)}${count++}0` })),
  'escalation-policies': (t) => made(t.alice('POST', '/escalation-policies', policyOf(t.people.alice.id))),
  'maintenance-windows': (t) => made(t.alice('POST', '/maintenance-windows', upkeep)),
  'alert-routing-rules': (t) => made(t.alice('POST', '/alert-routing-rules', rule)),
  'status-pages': (t) => made(t.alice('POST', '/status-pages', { title: 'P', slug: `page-${count++}` })),
  invitations: (t) => made(t.alice('POST', '/invitations', { email: `guest${count++}@example.test`, role: 'viewer' })),
  'api-tokens': (t) => made(t.alice('POST', '/api-tokens', { name: 'x' })),
  'me/passkeys': passkeyOf,
  'oauth/consent': consentOf,
  'oauth/clients': (t) =>
    made(t.alice('POST', '/oauth/clients', { name: 'Wall', redirect_uris: ['https://wall.example.test/'] })),
  'me/grants': async (t) => {
    const row = { user_id: t.people.alice.id, tenant_id: t.tenants.acme.id, created_at: isoAt(t.clock.now()) }
    const grant = { ...row, id: Bun.randomUUIDv7(), client_id: `client-${count++}`, scope: 'read', mfa: false }
    await t.app.db.tx((tx) => tx.insert(oauth_grants).values(grant))
    return grant.id
  },
  probers: (t) => made(t.alice('POST', '/probers', { name: 'Attic', region: 'attic' })),
  members: newcomer,
  'admin/sign-in-providers': newProvider,
  'me/identities': async (t) => {
    const row = { provider_id: await newProvider(t), user_id: t.people.alice.id, created_at: isoAt(t.clock.now()) }
    // Two: the last way to sign in cannot be taken away.
    const [id = '', other] = [Bun.randomUUIDv7(), Bun.randomUUIDv7()]
    await t.app.db.tx((tx) =>
      tx.insert(identities).values([id, other].map((one) => ({ ...row, id: one, subject: `${one}` }))),
    )
    return id
  },
  'sso/domains': async (t) => {
    const { ask } = await t.session('alice')
    const id = await made(ask('POST', '/sso/domains', { domain: `domain${count++}.example.test` }))
    await ask('POST', `/sso/domains/${id}/verify`)
    return id
  },
  tenants: async (t) => t.tenants.acme.id,
  sessions: async (t) => (await t.session('alice')).public_id,
}
