import { expect } from 'bun:test'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { curlAs, EMAIL, install, PASSWORD } from './appliance'
import { asIn, launch } from './browser'

export const HOUR = 3_600_000
export const wide = { viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' } as const

export const button = (page: Page, name: string | RegExp) =>
  page
    .getByRole('button', { name, exact: typeof name === 'string' })
    .locator('visible=true')
    .first()
export const pick = async (page: Page, label: string, option: string | RegExp) => {
  await page.getByRole('combobox', { name: label, exact: true }).click()
  await page.getByRole('option', { name: option }).first().click()
}
export const inHours = (hours: number) => new Date(Math.ceil(Date.now() / HOUR) * HOUR + hours * HOUR).toISOString()

export async function signIn(context: BrowserContext, base: string, email: string): Promise<Page> {
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  await page.goto(`${base}/sign-in`)
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
  await button(page, 'Sign in').click()
  await page.waitForURL((there) => !there.pathname.includes('sign-in'))
  return page
}

type Curl = ReturnType<typeof curlAs>
const makeWith = (curl: Curl) => async (path: string, body: object) => {
  const { status, body: made } = await curl('POST', path, body)
  expect([path, status, made.details]).toEqual([path, 201, undefined])
  return made
}

/** Two colleagues of the owner: one who may change things, one who may look. */
async function hire(browser: Browser, base: string, curl: Curl): Promise<Record<string, string>> {
  const owner = await browser.newContext()
  const asOwner = asIn(await signIn(owner, base, EMAIL))
  for (const [name, role] of [
    ['Ben Okafor', 'member'],
    ['Dana Schmidt', 'viewer'],
  ]) {
    const email = `${name?.split(' ')[0]?.toLowerCase()}@example.test`
    const invited = await asOwner('POST', '/invitations', { email, role })
    const invitation = new URL(String(invited.body.url)).searchParams.get('token')
    const guest = await browser.newContext()
    const page = await guest.newPage()
    await page.goto(`${base}/sign-in`)
    const account = { name, email, password: PASSWORD, invitation }
    expect((await asIn(page)('POST', '/auth/register', account)).status).toBe(201)
    await guest.close()
  }
  await owner.close()
  const people: Record<string, string> = {}
  for (const { user_id, name } of (await curl('GET', '/members')).body.items) people[name.split(' ')[0]] = user_id
  return people
}

/** Schedules with and without gaps, with people who stand in, and what calls them. */
async function furnish(make: ReturnType<typeof makeWith>, { ada, Ben }: Record<string, string>) {
  const weekly = { rotation: 'weekly', handoff_time: '09:00', handoff_day: 1, start_date: '2026-01-05' }
  const nights = [{ days: [1, 2, 3, 4, 5], from: '22:00', to: '06:00' }]
  const office = [{ days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' }]
  const primary = await make('/schedules', {
    ...{ name: 'Primary', description: 'What customers see.', timezone: 'Europe/Berlin' },
    layers: [
      { ...weekly, id: 'week', name: 'Weekly', participants: [ada, Ben] },
      { ...weekly, id: 'night', name: 'Nights', priority: 2, participants: [Ben, ada], restrictions: nights },
    ],
  })
  const gaps = await make('/schedules', {
    ...{ name: 'Office hours', timezone: 'Asia/Kathmandu' },
    layers: [{ ...weekly, id: 'office', name: 'Office', participants: [[ada, Ben]], restrictions: office }],
  })
  const [from, to] = [inHours(30), inHours(54)]
  await make(`/schedules/${primary.id}/overrides`, {
    ...{ kind: 'add', user_id: Ben, from: inHours(5), to: inHours(20), note: 'Helps out' },
  })
  await make(`/schedules/${gaps.id}/temporary`, { name: 'Launch', from, to, shifts: [{ user_id: Ben, from, to }] })
  const url = 'https://hooks.example.test/x'
  const room = await make('/notification-channels', { name: 'Ops room', type: 'webhook', settings: { url } })
  const policy = await make('/escalation-policies', {
    ...{ name: 'Platform', is_default: true, repeat_count: 2 },
    steps: [
      { delay_s: 300, targets: [{ type: 'schedule', id: primary.id }] },
      { delay_s: 600, targets: [{ type: 'user', id: Ben }] },
      { delay_s: 900, targets: [{ type: 'channel', id: room.id }] },
    ],
  })
  const hours = { days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00', timezone: 'Europe/Berlin' }
  await make('/alert-routing-rules', {
    name: 'Staging is quiet',
    conditions: [
      { field: 'tag', op: 'is', value: 'staging' },
      { field: 'time', op: 'outside', value: hours },
    ],
    actions: { suppress: true },
  })
  const rule = await make('/alert-routing-rules', {
    name: 'Payments',
    match: 'any',
    conditions: [
      { field: 'tag', op: 'is', value: ['payments', 'checkout'] },
      { field: 'monitor_type', op: 'is', value: 'http' },
      { field: 'severity', op: 'is', value: ['critical', 'high'] },
    ],
    actions: { escalation_policy_id: policy.id, channel_ids: [room.id], continue: true },
  })
  const heartbeat = await make('/heartbeats', { name: 'Nightly backup', tags: ['payments'] })
  return { primary, gaps, policy, rule, heartbeat }
}

/** An appliance of its own, with people, schedules, a policy and rules; and a browser beside it. */
export async function onCallAppliance() {
  const xinex = await install({
    ...{ XINEX_ADMIN_EMAIL: EMAIL, XINEX_ADMIN_PASSWORD: PASSWORD, XINEX_REGISTRATION: 'invite' },
  })
  await xinex.start()
  const { text: token } = await xinex.run('admin', 'token', '--data', xinex.data, '--email', EMAIL, '--name', 'pages')
  const curl = curlAs(xinex.base, token)
  const browser = await launch()
  const people = await hire(browser, xinex.base, curl)
  const make = makeWith(curl)
  return { xinex, curl, browser, people, make, ...(await furnish(make, people)) }
}
export type OnCallAppliance = Awaited<ReturnType<typeof onCallAppliance>>
