import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Locator, Page } from 'playwright-core'
import { EMAIL, missing, until } from './appliance'
import { asIn, dialogOf, noBrowser, watch } from './browser'
import { faultsOf } from './looks'
import { button, HOUR, type OnCallAppliance, onCallAppliance, pick, signIn, wide } from './on-call'

/** The menu behind the three dots. */
async function choose(page: Page, item: string) {
  await button(page, 'More actions').click()
  await page.getByRole('menuitem', { name: item, exact: true }).click()
}
const state = (page: Page) => page.getByRole('region', { name: 'State' })
const seen = (where: Page | Locator, text: string | RegExp) =>
  where.getByText(text).locator('visible=true').first().waitFor()
const soon = (iso: string) => Date.parse(iso) - Date.now()

describe.skipIf([...missing, ...noBrowser].length > 0)('an incident in the browser', () => {
  let there: OnCallAppliance
  let target: ReturnType<typeof Bun.serve>
  let phones: ReturnType<typeof Bun.serve>
  const heard: string[] = []

  beforeAll(async () => {
    there = await onCallAppliance()
    phones = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      async fetch(request) {
        heard.push(await request.text())
        return Response.json({ id: 'x' })
      },
    })
    target = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('no', { status: 500 }) })
  }, 120_000)
  afterAll(async () => {
    await there?.browser.close()
    await there?.xinex.stop()
    await target?.stop(true)
    await phones?.stop(true)
  })
  const open = (body: object) => there.make('/incidents', body)
  const incident = async (id: string) => (await there.curl('GET', `/incidents/${id}`)).body

  /** A way to be called: mail needs a mail server. */
  async function confirmPhone(page: Page) {
    const ask = asIn(page)
    const settings = { server: `http://127.0.0.1:${phones.port}`, topic: 'ben' }
    const made = await ask('POST', '/users/me/contact-methods', { name: 'Pocket', type: 'ntfy', settings })
    expect([made.status, made.body.details]).toEqual([201, undefined])
    const code = await until('the code is there', 10_000, async () => /\b\d{6}\b/.exec(heard.at(-1) ?? '')?.[0])
    expect((await ask('POST', `/users/me/contact-methods/${made.body.id}/verify`, { code })).status).toBe(200)
  }

  test('somebody sees who was told and why, and does all that can be done with it', async () => {
    const { browser, people, xinex } = there
    const context = await browser.newContext(wide)
    const faults = watch(context, xinex.base)
    const page = await signIn(context, xinex.base, EMAIL)
    const cause = await open({ title: 'Database is full', severity: 'critical' })
    const { id } = await open({ title: 'Checkout is slow', severity: 'high', message: 'Customers wait.' })
    await page.goto(`${xinex.base}/incidents/${id}`)
    const why = page.getByRole('region', { name: 'Who was told, and why' })
    const persons = why.getByRole('list', { name: 'People' })
    await seen(persons, 'Ben Okafor')
    await seen(persons, 'Dana Schmidt')
    await persons.getByRole('listitem').filter({ hasText: 'Dana Schmidt' }).getByText('Not told').waitFor()
    await seen(why, 'So the policy “Platform” is followed, as the rule “Payments” says.')
    expect(await faultsOf(page, 'incident open-1440-light')).toEqual([])

    await choose(page, 'With a message…')
    const dialog = dialogOf(page)
    await pick(page, 'How long', '1 hour')
    await dialog.getByLabel(/^Message/).fill('I look at the slow queries.')
    expect(await faultsOf(page, 'incident ack dialog-1440-light')).toEqual([])
    await dialog.getByRole('button', { name: 'Acknowledge' }).click()
    await seen(page, 'I look at the slow queries.')
    await seen(state(page), /acknowledged it/)
    expect(await incident(id)).toMatchObject({ status: 'acknowledged', acknowledged_by: expect.any(String) })

    await choose(page, 'For 30 minutes')
    await seen(state(page), /Snoozed until/)
    expect(soon((await incident(id)).snoozed_until)).toBeWithin(HOUR / 2 - 60_000, HOUR / 2 + 1)
    await choose(page, 'End the snooze')
    await state(page)
      .getByText(/Snoozed until/)
      .waitFor({ state: 'detached' })
    expect((await incident(id)).snoozed_until).toBeNull()
    await choose(page, 'Until…')
    await dialog.getByText(/within 30 days/).waitFor()
    expect(await faultsOf(page, 'incident snooze dialog-1440-light')).toEqual([])
    await page.keyboard.press('Escape')

    await choose(page, 'Assign…')
    await pick(page, 'Assign to', 'Ben Okafor')
    expect(await faultsOf(page, 'incident assign dialog-1440-light')).toEqual([])
    await dialog.getByRole('button', { name: 'Assign' }).click()
    await seen(state(page), 'Assigned to Ben Okafor.')
    expect((await incident(id)).assignee_id).toBe(people.Ben)
    await seen(persons.getByRole('listitem').filter({ hasText: 'Ben Okafor' }), /told|called|mail/i)

    await choose(page, 'Edit title and severity…')
    await dialog.getByLabel('Title').fill('Checkout is very slow')
    await dialog.getByRole('button', { name: 'Critical' }).click()
    expect(await faultsOf(page, 'incident edit dialog-1440-light')).toEqual([])
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Checkout is very slow', level: 1 }).waitFor()
    expect((await incident(id)).severity).toBe('critical')

    await page.getByLabel('Comment', { exact: true }).fill('The disk has 3 % left.')
    await page.keyboard.press('Control+Enter')
    await seen(page, 'The disk has 3 % left.')
    await button(page, 'Resolve').click()
    await seen(state(page), /resolved it/)
    await choose(page, 'Reopen')
    await seen(state(page), 'Nobody has acknowledged it yet.')

    await choose(page, 'Merge into another…')
    await pick(page, 'Merge into', 'Database is full')
    expect(await faultsOf(page, 'incident merge dialog-1440-light')).toEqual([])
    await dialog.getByRole('button', { name: 'Merge' }).click()
    await state(page).getByRole('link', { name: 'another incident' }).click()
    await page.getByRole('heading', { name: 'Database is full', level: 1 }).waitFor()
    expect(await incident(id)).toMatchObject({ status: 'resolved', merged_into: cause.id })
    expect(faults).toEqual([])
    await context.close()
  }, 90_000)

  test('two monitors of one host are one trouble: one press takes all of it', async () => {
    const { browser, curl, make, xinex } = there
    const context = await browser.newContext(wide)
    const faults = watch(context, xinex.base)
    const page = await signIn(context, xinex.base, EMAIL)
    const watched = { type: 'http', interval: 5, alert_threshold: 1 }
    for (const name of ['Shop', 'Search'])
      await make('/monitors', { ...watched, name, url: `http://127.0.0.1:${target.port}/${name}` })
    const members = async () => {
      const { items } = (await curl('GET', '/incidents?status=open&source_type=monitor')).body
      return items.length === 2 && items.every(({ group_id }: { group_id: string | null }) => group_id) && items
    }
    const [first] = await until('both are one group', 30_000, members)
    await page.goto(`${xinex.base}/incidents/${first.id}`)
    const group = page.getByRole('region', { name: 'Group' })
    await seen(group, /One of 2 in/)
    await group.getByText('Show all of them').click()
    expect(await group.getByRole('list', { name: 'Incidents of the group' }).getByRole('listitem').count()).toBe(2)
    expect(await faultsOf(page, 'incident in a group-1440-light')).toEqual([])
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await faultsOf(page, 'incident in a group-1440-dark')).toEqual([])
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await faultsOf(page, 'incident in a group-390-dark')).toEqual([])
    await page.emulateMedia({ colorScheme: 'light' })
    expect(await faultsOf(page, 'incident in a group-390-light')).toEqual([])
    await page.setViewportSize(wide.viewport)
    await button(page, 'Acknowledge all').click()
    await seen(state(page), /acknowledged it/)
    const acknowledged = async () => (await curl('GET', '/incidents?status=acknowledged')).body.total
    expect(await acknowledged()).toBe(2)
    await button(page, 'Acknowledge all').waitFor({ state: 'detached' })
    expect(faults).toEqual([])
    await context.close()
  }, 90_000)

  test('what was learned is written, looked at, published, taken along and printed; nobody writes over a newer text', async () => {
    const { browser, curl, xinex } = there
    const context = await browser.newContext({ ...wide, acceptDownloads: true })
    const faults = watch(context, xinex.base)
    const page = await signIn(context, xinex.base, EMAIL)
    const { id } = await open({ title: 'Mail stood still', severity: 'medium' })
    expect((await curl('POST', `/incidents/${id}/resolve`, { message: 'The queue runs.' })).status).toBe(200)
    await page.goto(`${xinex.base}/incidents/${id}`)
    await button(page, 'Write postmortem').click()
    const text = page.getByLabel('Postmortem', { exact: true }).and(page.locator('textarea'))
    await seen(page, 'Markdown')
    expect(await text.inputValue()).toContain('Mail stood still')
    await text.fill('# What happened\n\nThe **disk** was full.\n\n- Alarm at 90 %\n\n<b>never bold</b>')
    await button(page, 'Preview').click()
    await page.getByRole('heading', { name: 'What happened' }).waitFor()
    await seen(page, '<b>never bold</b>')
    // A colleague is quicker.
    const theirs = { body: 'Short.', status: 'draft' }
    expect((await curl('PUT', `/incidents/${id}/postmortem`, theirs)).status).toBe(200)
    await button(page, 'Publish').click()
    await seen(page, /has saved another text since you began/)
    expect((await curl('GET', `/incidents/${id}/postmortem`)).body.body).toBe('Short.')
    expect(await faultsOf(page, 'postmortem overtaken-1440-light')).toEqual([])
    await button(page, 'Keep my text').click()
    await button(page, 'Publish').click()
    await page.getByRole('region', { name: 'Postmortem' }).getByText('Published', { exact: true }).waitFor()
    expect((await curl('GET', `/incidents/${id}/postmortem`)).body).toMatchObject({ status: 'published' })

    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Export Markdown' }).click()
    const file = Bun.file(await (await download).path())
    expect(await file.text()).toContain('The **disk** was full.')

    for (const [width, height, colorScheme] of [
      [1440, 900, 'light'],
      [1440, 900, 'dark'],
      [390, 844, 'light'],
    ] as const) {
      await page.setViewportSize({ width, height })
      await page.emulateMedia({ colorScheme })
      expect(await faultsOf(page, `incident with postmortem-${width}-${colorScheme}`)).toEqual([])
    }
    await page.setViewportSize(wide.viewport)
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    for (const hidden of ['nav', 'aside', 'button', 'textarea'])
      expect([hidden, await page.locator(hidden).locator('visible=true').count()]).toEqual([hidden, 0])
    await page.getByRole('heading', { name: 'What happened' }).waitFor()
    // On paper the whole of it has to be there, not what one screen shows, and in ink.
    const paper = await page.evaluate(() => {
      const main = document.querySelector('main') as HTMLElement
      const { colorScheme } = getComputedStyle(document.documentElement)
      return { clipped: main.scrollHeight - main.clientHeight, overflow: getComputedStyle(main).overflowY, colorScheme }
    })
    expect(paper).toEqual({ clipped: 0, overflow: 'visible', colorScheme: 'light' })
    const pdf = await page.pdf({ format: 'A4' })
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
    expect(faults).toEqual([])
    await context.close()
  }, 90_000)

  test('a fire drill calls somebody, tells how long they took, and is ended', async () => {
    const { browser, xinex } = there
    const context = await browser.newContext(wide)
    const faults = watch(context, xinex.base)
    const his = await browser.newContext(wide)
    const hisPage = await signIn(his, xinex.base, 'ben@example.test')
    await confirmPhone(hisPage)
    const page = await signIn(context, xinex.base, EMAIL)
    await page.goto(`${xinex.base}/on-call/drills`)
    await button(page, 'Start a drill').click()
    await button(page, 'People at once').click()
    await page.getByRole('checkbox', { name: 'Ben Okafor' }).click()
    await page.getByLabel(/^Message/).fill('Practice of the month')
    expect(await faultsOf(page, 'drill dialog-1440-light')).toEqual([])
    await button(page, 'Start drill').click()
    const called = page.getByRole('list', { name: 'People called' })
    await seen(called, 'Ben Okafor')
    await seen(called, 'Not answered')

    await seen(called, /^Pocket: sent/)
    expect(heard.at(-1)).toContain('Practice of the month')
    await hisPage.goto(page.url())
    await hisPage.getByRole('link', { name: 'Acknowledge or see why' }).click()
    await button(hisPage, 'Acknowledge').click()
    await seen(state(hisPage), /acknowledged it/)
    await his.close()

    await seen(called, /^Answered after \d+s$/)
    await seen(page, '1 of 1 person answered')
    expect(await faultsOf(page, 'drill-1440-light')).toEqual([])
    await button(page, 'End drill').click()
    await seen(page, 'The drill is over')
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await faultsOf(page, 'drill over-390-light')).toEqual([])
    await page.setViewportSize(wide.viewport)
    await page.getByRole('navigation').getByRole('link', { name: 'Drills' }).first().click()
    await page.getByRole('list', { name: 'Drills' }).getByRole('link', { name: 'Fire drill', exact: true }).waitFor()
    expect(faults).toEqual([])
    await context.close()
  }, 90_000)
})
