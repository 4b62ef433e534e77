import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { EMAIL, missing, until } from './appliance'
import { dialogOf, noBrowser, watch } from './browser'
import { button, HOUR, inHours, type OnCallAppliance, onCallAppliance, pick, signIn, wide } from './on-call'

describe.skipIf([...missing, ...noBrowser].length > 0)('on-call in the browser', () => {
  let there: OnCallAppliance

  beforeAll(async () => {
    there = await onCallAppliance()
  }, 120_000)
  afterAll(async () => {
    await there?.browser.close()
    await there?.xinex.stop()
  })

  test('somebody makes a schedule, lets another one stand in by keyboard, moves, removes and restores that', async () => {
    const { browser, curl, people, xinex } = there
    const context = await browser.newContext(wide)
    const faults = watch(context, xinex.base)
    const page = await signIn(context, xinex.base, EMAIL)
    await page.goto(`${xinex.base}/on-call`)
    await page.getByRole('link', { name: 'New schedule' }).waitFor()
    await page.keyboard.press('n')
    await page.getByLabel('Name', { exact: true }).fill('Secondary')
    await button(page, /^Daily/).click()
    await pick(page, 'Add a person', 'Ben Okafor')
    // The order is changed without a mouse, and said.
    await button(page, /^Move Ben Okafor/).focus()
    await page.keyboard.press('ArrowUp')
    await page.getByText('Ben Okafor is now number 1 of 2.').waitFor({ state: 'attached' })
    await page.getByRole('list', { name: 'Shifts ahead' }).getByText('Ben Okafor').first().waitFor()
    await button(page, 'Add schedule').click()
    await page.getByRole('heading', { name: 'Secondary', level: 1 }).waitFor()
    const id = new URL(page.url()).pathname.split('/').at(-1)
    const overrides = async () => (await curl('GET', `/schedules/${id}`)).body.overrides
    const only = async () => (await overrides())[0]

    const grid = page.getByRole('grid', { name: 'Who is on call, by the hour' })
    await grid.focus()
    for (const key of ['ArrowRight', 'ArrowRight', 'Shift+ArrowRight', 'Shift+ArrowRight'])
      await page.keyboard.press(key)
    await page.getByRole('status').filter({ hasText: 'picked' }).waitFor({ state: 'attached' })
    await page.keyboard.press('Enter')
    await pick(page, 'Person', 'Ben Okafor')
    await pick(page, 'In place of', 'Everybody on call')
    await page.getByLabel('Note').fill('Dentist')
    await button(page, 'Add override').click()
    await page.locator('[data-override]').waitFor()
    const made = await only()
    expect(made).toMatchObject({ kind: 'replace', user_id: people.Ben, replaces: null, note: 'Dentist' })
    expect(Date.parse(made.to) - Date.parse(made.from)).toBe(3 * HOUR)

    await grid.focus()
    await page.keyboard.down('Alt')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.up('Alt')
    await page.getByText('The override is moved').waitFor()
    expect(Date.parse((await only()).from)).toBe(Date.parse(made.from) + 2 * HOUR)

    await page.keyboard.press('Delete')
    await page.getByText('The override is removed', { exact: true }).first().waitFor()
    expect(await overrides()).toEqual([])
    await page.locator('[data-toast]', { hasText: 'removed' }).getByRole('button', { name: 'Undo' }).click()
    await page.locator('[data-override]').waitFor()
    expect(await only()).toMatchObject({ user_id: people.Ben, note: 'Dentist' })
    expect(faults).toEqual([])
    await context.close()
  }, 60_000)

  test('a part of the calendar is picked and an override is pulled longer with the mouse', async () => {
    const { browser, curl, make, people, xinex } = there
    const context = await browser.newContext(wide)
    const page = await signIn(context, xinex.base, EMAIL)
    const { id } = await make('/schedules', {
      ...{ name: 'By mouse', timezone: 'UTC' },
      preset: { id: 'weekly', participants: [people.ada, people.Ben], start_date: '2026-01-05' },
    })
    await make(`/schedules/${id}/overrides`, { kind: 'add', user_id: people.Ben, from: inHours(24), to: inHours(48) })
    const overrides = async () => (await curl('GET', `/schedules/${id}`)).body.overrides
    const [before] = await overrides()
    await page.goto(`${xinex.base}/on-call/schedules/${id}`)
    const bar = page.locator('[data-override]')
    await bar.scrollIntoViewIfNeeded()
    const drag = async (x: number, y: number, by: number) => {
      await page.mouse.move(x, y)
      await page.mouse.down()
      await page.mouse.move(x + by / 2, y)
      await page.mouse.move(x + by, y)
      await page.mouse.up()
    }
    const at = async () => (await bar.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
    const { x, y, width, height } = await at()
    await drag(x + width - 2, y + height / 2, width / 2)
    await page.getByText('The override is moved').waitFor()
    const [after] = await overrides()
    expect(after.from).toBe(before.from)
    expect(Date.parse(after.to) - Date.parse(before.to)).toBeWithin(11 * HOUR, 14 * HOUR)

    const grid = page.getByRole('grid', { name: 'Who is on call, by the hour' })
    const row = (await grid.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
    await drag(row.x + row.width * 0.9, row.y + row.height / 2, row.width / 20)
    const dialog = dialogOf(page)
    await dialog.getByText('New override').waitFor()
    await button(page, 'Joins').click()
    await pick(page, 'Person', 'Ben Okafor')
    await dialog.getByRole('button', { name: 'Add override' }).click()
    await until('there are two', 10_000, async () => (await overrides()).length === 2)
    await context.close()
  }, 60_000)

  test('on a phone a tap picks a whole shift, and somebody else can take it', async () => {
    const { browser, xinex, primary } = there
    const context = await browser.newContext({
      ...{ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, reducedMotion: 'reduce' },
    })
    const page = await signIn(context, xinex.base, EMAIL)
    await page.goto(`${xinex.base}/on-call/schedules/${primary.id}`)
    const grid = page.getByRole('grid', { name: 'Who is on call, by the hour' })
    await grid.scrollIntoViewIfNeeded()
    expect(await page.locator('[data-picked]').count()).toBe(0)
    const { x = 0, y = 0, height = 0 } = (await grid.boundingBox()) ?? {}
    // What is in sight begins with the present moment in its first third.
    await page.touchscreen.tap(Math.max(x, 0) + 300, y + height / 2)
    await page.locator('[data-picked]').waitFor()
    await button(page, 'Override…').tap()
    await dialogOf(page).getByText('New override').waitFor()
    await context.close()
  }, 60_000)

  test('somebody makes a policy and a rule, tries it, puts it first, and simulates what would be', async () => {
    const { browser, curl, xinex } = there
    const context = await browser.newContext(wide)
    const faults = watch(context, xinex.base)
    const page = await signIn(context, xinex.base, EMAIL)
    await page.goto(`${xinex.base}/on-call/policies`)
    await page.getByRole('link', { name: 'New policy' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Databases')
    const target = async (step: number, name: string) => {
      await page.getByRole('combobox', { name: `Add somebody to step ${step}` }).fill(name)
      await page.getByRole('option', { name }).first().click()
    }
    await target(1, 'Ben Okafor')
    await button(page, 'Add step').click()
    await target(2, 'Ops room')
    const words = 'Now: Ben Okafor. After 5 minutes: the channel Ops room. After 10 minutes nobody else is called.'
    await page.locator('[data-sentence]', { hasText: words }).waitFor()
    await button(page, 'Add policy').click()
    await page.getByRole('link', { name: 'Databases' }).waitFor()

    await page.getByRole('link', { name: 'Routing' }).click()
    await page.getByRole('link', { name: 'New rule' }).click()
    await page.getByLabel('Name', { exact: true }).fill('All databases')
    await pick(page, 'Field of condition 1', 'Tag')
    await page.getByLabel('Values of condition 1').fill('db')
    await page.keyboard.press('Enter')
    await pick(page, 'Follow the escalation policy', 'Databases')
    await button(page, 'Anything').click()
    const tester = page.locator('[aria-labelledby=tester]')
    await tester.getByLabel('Name', { exact: true }).fill('Orders')
    await tester.getByLabel('Tags of it').fill('db')
    await page.keyboard.press('Enter')
    // It is told before it is saved.
    await tester.locator('[data-sentence]', { hasText: 'Ben Okafor' }).waitFor()
    await tester.getByText('All databases').first().waitFor()
    await button(page, 'Add rule').click()
    const handle = button(page, /^Move All databases/)
    await handle.focus()
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('ArrowUp')
    await page.getByText('All databases is now number 1 of 3.').waitFor({ state: 'attached' })
    const first = async () => (await curl('GET', '/alert-routing-rules')).body.items[0].name
    await until('it is the first', 10_000, async () => (await first()) === 'All databases')

    await page.getByRole('link', { name: 'Simulator' }).click()
    await button(page, 'A heartbeat').click()
    await pick(page, 'Heartbeat', 'Nightly backup')
    await button(page, 'Tomorrow').click()
    const answer = page.locator('[aria-labelledby=answer]')
    await answer.locator('[data-sentence]').waitFor()
    await answer.getByText('Platform').first().waitFor()
    await answer.getByText('Step 1', { exact: true }).waitFor()
    expect(faults).toEqual([])
    await context.close()
  }, 60_000)

  test('a policy that a rule follows is not deleted, and the dialog says why', async () => {
    const { browser, xinex } = there
    const context = await browser.newContext(wide)
    const page = await signIn(context, xinex.base, EMAIL)
    await page.goto(`${xinex.base}/on-call/policies`)
    await button(page, 'More actions for Platform').click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await button(page, 'Delete policy').click()
    await page.getByRole('alertdialog').getByRole('alert').getByText('Payments').waitFor()
    await context.close()
  }, 60_000)

  test('who may only look sees who is on call, and no buttons', async () => {
    const { browser, xinex } = there
    const context = await browser.newContext(wide)
    const faults = watch(context, xinex.base)
    const page = await signIn(context, xinex.base, 'dana@example.test')
    await page.goto(`${xinex.base}/on-call`)
    await page.getByRole('list', { name: 'Schedules' }).getByRole('link', { name: 'Primary' }).click()
    const grid = page.getByRole('grid', { name: 'Who is on call, by the hour' })
    await grid.focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    expect(await dialogOf(page).count()).toBe(0)
    for (const name of ['Add override', 'Add temporary', 'Edit', 'More actions'])
      expect(await page.getByRole('button', { name, exact: true }).count()).toBe(0)
    await page.goto(`${xinex.base}/on-call/rules`)
    await page.getByRole('link', { name: 'Payments' }).click()
    await page.getByText(/^Tag is payments or checkout/).waitFor()
    expect(await page.getByRole('button', { name: /rule/ }).count()).toBe(0)
    expect(faults).toEqual([])
    await context.close()
  }, 60_000)
})
