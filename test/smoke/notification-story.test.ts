import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { EMAIL, missing, until } from './appliance'
import { asIn, dialogOf, noBrowser, watch } from './browser'
import { button, type OnCallAppliance, onCallAppliance, pick, signIn, wide } from './on-call'

const phone = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
  reducedMotion: 'reduce',
} as const
const PREFS = '/users/me/notification-prefs'

describe.skipIf([...missing, ...noBrowser].length > 0)('notifications in the browser', () => {
  let there: OnCallAppliance

  beforeAll(async () => {
    there = await onCallAppliance()
  }, 120_000)
  afterAll(async () => {
    await there?.browser.close()
    await there?.xinex.stop()
  })

  test('somebody says what comes which way, when it waits, and when the digest comes; what is wrong stands at its field', async () => {
    const { browser, xinex } = there
    const context = await browser.newContext(wide)
    const faults = watch(context, xinex.base)
    const page = await signIn(context, xinex.base, EMAIL)
    const api = asIn(page)
    await page.goto(`${xinex.base}/settings/notifications`)
    const taken = 'Somebody takes one you were called for'
    await page.getByRole('checkbox', { name: `${taken}: Mail` }).click()
    await page.getByRole('checkbox', { name: 'Somebody joins: Inbox' }).press('Space')
    // A hand-off is nothing for the inbox: the cell says so, and has no box.
    expect(await page.getByRole('checkbox', { name: 'Your shift begins or ends: Inbox' }).count()).toBe(0)
    await button(page, 'Add rule').click()
    await page.getByRole('group', { name: 'Severities of rule 1' }).getByRole('button', { name: 'Critical' }).click()
    await page.getByRole('switch', { name: 'Quiet hours' }).click()
    await button(page, 'Some days').click()
    const days = page.getByRole('group', { name: 'Days of the digest' })
    for (const day of ['Mon', 'Tue', 'Wed', 'Thu', 'Fri']) await days.getByRole('button', { name: day }).click()
    await button(page, 'Save preferences').click()
    await days.getByText('Must name a day').or(days.getByText('must name a day')).waitFor()
    await button(page, 'Weekly').click()
    await pick(page, 'Day', 'Wednesday')
    await page.getByLabel('At', { exact: true }).fill('07:30')
    await button(page, 'Save preferences').click()
    await page.getByText('Your preferences are saved').waitFor()
    expect((await api('GET', PREFS)).body).toMatchObject({
      matrix: { incident_acked: { email: false }, member_joined: { feed: false } },
      rules: [{ delay_s: 0, contact_id: 'email', severities: ['critical'] }],
      quiet_hours: { enabled: true },
      digest: { enabled: true, time: '07:30', days: [3] },
    })
    await page.reload()
    await page.getByRole('checkbox', { name: `${taken}: Mail`, checked: false }).waitFor()
    await page.getByRole('checkbox', { name: `${taken}: Browsers and phones`, checked: true }).waitFor()
    await page.getByRole('combobox', { name: 'Day', exact: true }).getByText('Wednesday').waitFor()
    expect(faults).toEqual([])
    await context.close()
  }, 60_000)

  test('on a phone a box is hit with a finger, and who is on call is one tap away', async () => {
    const { browser, xinex } = there
    const context = await browser.newContext(phone)
    const page = await signIn(context, xinex.base, EMAIL)
    await page.goto(`${xinex.base}/settings/notifications`)
    const box = page.getByRole('checkbox', { name: 'One you were called for is over: Browsers and phones' })
    await box.tap()
    await button(page, 'Save preferences').tap()
    await page.getByText('Your preferences are saved').waitFor()
    expect((await asIn(page)('GET', PREFS)).body.matrix).toMatchObject({ incident_resolved: { push: false } })
    const tabs = page.getByRole('navigation', { name: 'Tabs' })
    await tabs.getByRole('link', { name: 'On call' }).tap()
    await page.getByRole('heading', { name: 'On call', level: 1 }).waitFor()
    await tabs.getByRole('button', { name: /^More/ }).tap()
    await page.getByRole('menuitem', { name: /^Inbox/ }).tap()
    await page.getByRole('heading', { name: 'Inbox', level: 1 }).waitFor()
    await context.close()
  }, 60_000)

  test('a message gets words of the workspace, and of one channel; both are previewed and given up again', async () => {
    const { browser, curl, xinex } = there
    const context = await browser.newContext(wide)
    const faults = watch(context, xinex.base)
    const page = await signIn(context, xinex.base, EMAIL)
    const stored = async () =>
      (await curl('GET', '/message-templates')).body.items.map((one: Record<string, unknown>) => [
        one.channel_name,
        one.title,
      ])
    await page.goto(`${xinex.base}/channels`)
    await page.getByRole('link', { name: 'Message wording' }).click()
    const preview = page.locator('[data-preview]')
    await preview.getByText('Shop is down').first().waitFor()
    const title = page.getByLabel('Title', { exact: true })
    await title.fill('{{incident.titel}}')
    await page.getByText(/did you mean incident\.title/).waitFor()
    await title.fill('Alarm: ')
    await button(page, /^Insert incident\.title/).click()
    await preview.getByText('Alarm: Shop is down').waitFor()
    await button(page, 'Save wording').click()
    await page.getByText('The wording is saved').waitFor()
    expect(await stored()).toEqual([[null, 'Alarm: {{incident.title}}']])

    await pick(page, 'Channel', 'Ops room')
    await page.getByText('This channel says what all say.').waitFor()
    expect(await title.inputValue()).toBe('Alarm: {{incident.title}}')
    await title.fill('Room: {{incident.title}}')
    await button(page, 'Save wording').click()
    await page.getByText('This channel has words of its own.').waitFor()
    expect(await stored()).toContainEqual(['Ops room', 'Room: {{incident.title}}'])
    await button(page, 'Reset to default').click()
    await button(page, 'Reset').click()
    await page.getByText('This channel says what all say.').waitFor()
    expect(await stored()).toEqual([[null, 'Alarm: {{incident.title}}']])
    expect(faults).toEqual([])
    await context.close()
  }, 60_000)

  test('a channel gets a stand-in and is muted; two cannot stand in for each other', async () => {
    const { browser, curl, make, xinex } = there
    const url = 'https://hooks.example.test/z'
    const chat = await make('/notification-channels', { name: 'Night chat', type: 'webhook', settings: { url } })
    const context = await browser.newContext(wide)
    const page = await signIn(context, xinex.base, EMAIL)
    await page.goto(`${xinex.base}/channels`)
    await page.getByRole('link', { name: 'Ops room' }).click()
    await pick(page, 'Stand-in', 'Night chat')
    await button(page, 'Mute…').click()
    await page.getByRole('menuitem', { name: 'For 8 hours' }).click()
    await button(page, 'Save channel').click()
    const row = page.getByRole('listitem').filter({ hasText: 'Ops room' })
    await row.getByText('Night chat after 2m').waitFor()
    await row.getByText(/Muted until/).waitFor()
    const { items } = (await curl('GET', '/notification-channels')).body
    const room = items.find(({ name }: { name: string }) => name === 'Ops room')
    expect(room).toMatchObject({ fallback_id: chat.id, fallback_after_s: 120 })
    expect(Date.parse(room.muted_until) - Date.now()).toBeWithin(7.9 * 3_600_000, 8 * 3_600_000)

    await page.goto(`${xinex.base}/channels/${chat.id}`)
    await pick(page, 'Stand-in', 'Ops room')
    await button(page, 'Save channel').click()
    await page.getByText(/leads back to this channel/i).waitFor()
    await context.close()
  }, 60_000)

  test('an integration is set up, tried, and opens an incident by the very line that is shown; the inbox counts it at once', async () => {
    const { browser, curl, xinex } = there
    const context = await browser.newContext(wide)
    const page = await signIn(context, xinex.base, EMAIL)
    await page.goto(`${xinex.base}/settings/integrations`)
    await button(page, 'New integration').first().click()
    await pick(page, 'Program', 'Any program')
    await dialogOf(page).getByLabel('Name', { exact: true }).fill('Backups')
    await button(page, 'Add integration').click()
    await page.getByRole('heading', { name: 'Backups', level: 2 }).waitFor()
    await button(page, 'Try').click()
    await page
      .locator('[data-trial]')
      .getByText(/It would open an incident, severity critical/)
      .waitFor()
    expect((await curl('GET', '/incidents')).body.total).toBe(0)

    const inbox = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: /^Inbox/ })
    const unread = async () => Number(/\d+/.exec((await inbox.textContent()) ?? '')?.[0] ?? 0)
    const before = Number((await asIn(page)('GET', '/notifications/feed/unread-count')).body.unread_count)
    await until('it says what is unread', 10_000, async () => (await unread()) === before)
    const line = await page.locator('pre').filter({ hasText: 'curl' }).first().textContent()
    const sent = Bun.spawn(['sh', '-c', String(line)], { stdout: 'pipe', stderr: 'pipe' })
    expect(await sent.exited).toBe(0)
    // Who is on call by now hears of their own mail server that is missing, too.
    await until('more is unread, without a reload', 10_000, async () => (await unread()) > before)
    await inbox.click()
    await page.getByRole('link', { name: 'A sample: the disk of db-1 is full' }).waitFor()
    await page.getByText('Incident opened').waitFor()
    await button(page, 'Mark all as read').click()
    await until('nothing is unread', 10_000, async () => (await unread()) === 0)
    await context.close()
  }, 60_000)
})
