import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { EMAIL, missing } from './appliance'
import { dialogOf, noBrowser, watch } from './browser'
import { faultsOf, looks } from './looks'
import { button, inHours, type OnCallAppliance, onCallAppliance, pick, signIn } from './on-call'

type Step = { path: string; act?: (page: Page) => Promise<unknown> }
const seen = (text: string | RegExp) => (page: Page) => page.getByText(text).locator('visible=true').first().waitFor()
const openings = (name: string, then: string) => async (page: Page) => {
  await button(page, name).click()
  await dialogOf(page).getByText(then).first().waitFor()
}

type Furnished = OnCallAppliance & { doors: Record<'generic' | 'pagerduty', string>; room: string }
const stepsOf = ({ primary, gaps, policy, rule, heartbeat, doors, room }: Furnished): Record<string, Step> => {
  const schedule = `/on-call/schedules/${primary.id}`
  return {
    schedules: { path: '/on-call', act: seen('Office hours') },
    'two weeks': { path: schedule, act: (page) => page.locator('[data-shift]').first().waitFor() },
    'a week in UTC': { path: `${schedule}?range=week&zone=utc`, act: seen('(UTC)') },
    'a month': { path: `${schedule}?range=month`, act: (page) => page.locator('[data-shift]').first().waitFor() },
    gaps: {
      path: `/on-call/schedules/${gaps.id}`,
      act: async (page) => {
        await page.locator('[data-gap]').first().waitFor({ state: 'attached' })
        await page.getByText(/Nobody is on call for/).waitFor()
      },
    },
    'new override': { path: schedule, act: openings('Add override', 'On call then, as it stands') },
    'new temporary schedule': { path: schedule, act: openings('Add temporary', 'Add shift') },
    'calendar feed': {
      path: schedule,
      act: async (page) => {
        await openings('Calendar feed', 'My shifts')(page)
        await button(page, 'Make address: Primary').click()
        await page.getByText('/calendar/').waitFor()
      },
    },
    'edit schedule': { path: `${schedule}/edit`, act: seen('Somebody is on call all the time.') },
    'new schedule': { path: '/on-call/schedules/new', act: seen('How do people take turns?') },
    'new schedule, refused': {
      path: '/on-call/schedules/new',
      act: async (page) => {
        await page.getByLabel('Name', { exact: true }).fill('Nights')
        await button(page, /^Nights/).click()
        await button(page, /^Remove ada/).click()
        await button(page, 'Add schedule').click()
        await page.getByText('Add at least one person.').waitFor()
      },
    },
    policies: { path: '/on-call/policies', act: seen(/Repeats 2 times/) },
    policy: { path: `/on-call/policies/${policy.id}`, act: seen(/After 5 minutes: Ben Okafor/) },
    'new policy, refused': {
      path: '/on-call/policies/new',
      act: async (page) => {
        await page.getByLabel('Name', { exact: true }).fill('Empty')
        await button(page, 'Add policy').click()
        await page.getByText('Add somebody: a step without anybody').waitFor()
      },
    },
    rules: { path: '/on-call/rules', act: seen(/the default policy/) },
    rule: { path: `/on-call/rules/${rule.id}`, act: (page) => page.getByText('Try it').waitFor() },
    'rule, tried': {
      path: `/on-call/rules/${rule.id}`,
      act: async (page) => {
        await button(page, 'A heartbeat').click()
        await pick(page, 'Heartbeat', 'Nightly backup')
        await page.locator('[data-sentence]').waitFor()
      },
    },
    'simulator, empty': { path: '/on-call/simulator', act: seen('Choose what fails and when') },
    simulator: {
      path: `/on-call/simulator?heartbeat=${heartbeat.id}`,
      act: (page) => page.locator('[data-sentence]').waitFor(),
    },
    findings: { path: '/on-call/findings', act: (page) => page.getByRole('list', { name: 'Findings' }).waitFor() },
    preferences: { path: '/settings/notifications', act: seen('Somebody takes one you were called for') },
    'preferences, changed': {
      path: '/settings/notifications',
      act: async (page) => {
        await button(page, 'Add rule').click()
        await button(page, 'Critical').click()
        await page.getByRole('switch', { name: 'Quiet hours' }).click()
        await button(page, 'Weekly').click()
        await page.getByText('Not saved yet').waitFor()
      },
    },
    'edit contact': {
      path: '/settings/notifications',
      act: async (page) => {
        await button(page, 'More actions for My topic').click()
        await page.getByRole('menuitem', { name: 'Edit' }).click()
        await dialogOf(page).getByLabel('Name', { exact: true }).waitFor()
      },
    },
    templates: { path: '/message-templates', act: (page) => page.locator('[data-preview]').waitFor() },
    'template of one channel, wrong': {
      path: `/message-templates?event=incident.resolved&channel=${room}`,
      act: async (page) => {
        await page.getByLabel('Title', { exact: true }).fill('{{incident.titel}}')
        await page.getByText(/did you mean incident\.title/).waitFor()
      },
    },
    integrations: { path: '/settings/integrations', act: seen('Our generic') },
    'integration, tried': {
      path: `/settings/integrations/${doors.generic}`,
      act: async (page) => {
        await button(page, 'Try').click()
        await page
          .locator('[data-trial]')
          .getByText(/It would open an incident/)
          .waitFor()
      },
    },
    'integration of PagerDuty': { path: `/settings/integrations/${doors.pagerduty}`, act: seen('Integration key') },
    channels: { path: '/channels', act: seen('Stand-in:') },
    channel: { path: `/channels/${room}`, act: seen('Muted until') },
    inbox: { path: '/notifications', act: seen('New member') },
  }
}

/** Doors for other programs, a channel with a stand-in that is muted, and a way to be reached that is not confirmed. */
async function doorsAndRooms({ make, curl }: OnCallAppliance): Promise<Pick<Furnished, 'doors' | 'room'>> {
  const generic = await make('/integrations', { name: 'Our generic', type: 'generic' })
  const pagerduty = await make('/integrations', { name: 'Our PagerDuty', type: 'pagerduty' })
  const url = 'https://hooks.example.test/y'
  const chat = await make('/notification-channels', { name: 'Night chat', type: 'webhook', settings: { url } })
  await make('/users/me/contact-methods', { name: 'My topic', type: 'ntfy', settings: { topic: 'ada' } })
  const { items } = (await curl('GET', '/notification-channels')).body
  const { id } = items.find(({ name }: { name: string }) => name === 'Ops room')
  const stand = { fallback_id: chat.id, muted_until: inHours(8) }
  expect((await curl('PUT', `/notification-channels/${id}`, stand)).status).toBe(200)
  return { doors: { generic: generic.id, pagerduty: pagerduty.id }, room: id }
}

describe.skipIf([...missing, ...noBrowser].length > 0)('the pages of on-call', () => {
  let there: Furnished

  beforeAll(async () => {
    const appliance = await onCallAppliance()
    there = { ...appliance, ...(await doorsAndRooms(appliance)) }
  }, 120_000)
  afterAll(async () => {
    await there?.browser.close()
    await there?.xinex.stop()
  })

  test.each(looks)(
    'at $width in $scheme have no serious fault, no overflow, no foreign request, no complaint',
    async ({ width, height, scheme }) => {
      const { browser, xinex } = there
      const viewport = { width, height }
      const context = await browser.newContext({ viewport, colorScheme: scheme, reducedMotion: 'reduce' })
      const faults = watch(context, xinex.base)
      const page = await signIn(context, xinex.base, EMAIL)
      const found: string[] = []
      for (const [name, { path, act }] of Object.entries(stepsOf(there))) {
        await page.goto(xinex.base + path)
        await page.locator('h1').first().waitFor()
        await act?.(page)
        found.push(...(await faultsOf(page, `on-call ${name}-${width}-${scheme}`)))
      }
      await context.close()
      expect([...found, ...faults]).toEqual([])
    },
    240_000,
  )
})
