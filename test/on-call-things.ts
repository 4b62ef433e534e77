import type { Booted } from './boot'

/** Something in every table of on-call work, by what people do: who is called, what they wish, and what has called them. */
export async function onCallThings(t: Booted) {
  const made = async (method: string, path: string, body?: unknown) => {
    const answer = await t.alice(method, path, body)
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body
  }
  const { id: user_id } = t.people.alice
  const schedule = await made('POST', '/schedules', {
    ...{ name: 'Primary', timezone: 'UTC', notice: { mode: 'on_change' } },
    preset: { id: 'daily', participants: [user_id], start_date: '2026-01-05' },
  })
  await made('POST', `/schedules/${schedule.id}/calendar-feeds`)
  const policy = await made('POST', '/escalation-policies', {
    ...{ name: 'Platform', is_default: true },
    steps: [{ delay_s: 300, targets: [{ type: 'schedule', id: schedule.id }] }],
  })
  await made('POST', '/alert-routing-rules', {
    ...{ name: 'All', conditions: [], actions: { escalation_policy_id: policy.id } },
  })
  await made('POST', '/maintenance-windows', {
    ...{ name: 'Move', scope: { tags: ['none'] } },
    ...{ starts_at: '2027-01-01T00:00:00Z', ends_at: '2027-01-01T01:00:00Z' },
  })
  await made('POST', '/integrations', { name: 'Elsewhere', type: 'pagerduty' })
  await made('PUT', '/message-templates/incident.created', { title: '{{incident.title}}', body: '{{incident.title}}' })
  await made('PUT', '/correlation-settings', await made('GET', '/correlation-settings'))
  await made('PUT', '/users/me/notification-prefs', await made('GET', '/users/me/notification-prefs'))
  // Paused, and of one host: what is said of them makes a group.
  for (const name of ['One', 'Two']) {
    const { id } = await made('POST', '/monitors', {
      name,
      type: 'http',
      url: 'http://db.example.test',
      enabled: false,
    })
    await made('POST', '/incidents', { title: `${name} is slow`, monitor_id: id })
  }
  await t.app.engine.idle()
  await made('POST', '/notifications/feed/read-all')
}
