import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { EMAIL, missing, until } from './appliance'
import { dialogOf, noBrowser, watch } from './browser'
import { faultsOf, looks } from './looks'
import { button, type OnCallAppliance, onCallAppliance, signIn, wide } from './on-call'

describe.skipIf([...missing, ...noBrowser].length > 0)('maintenance in the browser', () => {
  let there: OnCallAppliance
  let target: ReturnType<typeof Bun.serve>

  beforeAll(async () => {
    there = await onCallAppliance()
    target = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('ok') })
  }, 120_000)
  afterAll(async () => {
    await there?.browser.close()
    await there?.xinex.stop()
    await target?.stop(true)
  })

  test('work on a monitor is started from its menu, another one is planned for every week, ended and deleted', async () => {
    const { browser, curl, make, xinex } = there
    const context = await browser.newContext(wide)
    const faults = watch(context, xinex.base)
    const page = await signIn(context, xinex.base, EMAIL)
    const monitor = await make('/monitors', { name: 'Shop', type: 'http', interval: 5, url: target.url.href })
    await page.goto(`${xinex.base}/monitors/${monitor.id}`)
    await button(page, 'More actions').click()
    await page.getByRole('menuitem', { name: 'Start maintenance…' }).click()
    const dialog = dialogOf(page)
    await dialog.getByRole('button', { name: '4 hours' }).click()
    expect(await faultsOf(page, 'start maintenance-1440-light')).toEqual([])
    await dialog.getByRole('button', { name: 'Start maintenance' }).click()
    await dialog.waitFor({ state: 'detached' })
    const status = async () => (await curl('GET', `/monitors/${monitor.id}`)).body.status
    await until('it is in maintenance', 15_000, async () => (await status()) === 'maintenance')
    await page.reload()
    await page.getByText('Maintenance', { exact: true }).locator('visible=true').first().waitFor()

    await page.getByRole('navigation').getByRole('link', { name: 'Maintenance' }).first().click()
    const active = page.getByRole('list', { name: 'Active' })
    await active.getByText('Maintenance of Shop').waitFor()
    await button(page, 'New maintenance').click()
    await dialog.getByRole('button', { name: 'Add maintenance' }).click()
    await dialog.getByRole('alert').first().waitFor()
    await dialog.getByLabel('Name', { exact: true }).fill('Patches')
    await dialog.getByLabel(/^Tags/).fill('db')
    await page.keyboard.press('Enter')
    await dialog.getByRole('button', { name: 'Weekly' }).click()
    await dialog.getByRole('button', { name: 'Wed' }).click()
    await dialog.getByRole('button', { name: 'At a time' }).click()
    await dialog.getByLabel('Begins for the first time').fill('2030-01-01T03:00')
    await dialog.getByText('Wed 2 Jan, 03:00 – 04:00').waitFor()
    expect(await dialog.getByRole('list', { name: 'Next occurrences' }).getByRole('listitem').count()).toBe(5)
    expect(await faultsOf(page, 'new maintenance-1440-light')).toEqual([])
    await dialog.getByRole('button', { name: 'Add maintenance' }).click()
    const scheduled = page.getByRole('list', { name: 'Scheduled' })
    await scheduled.getByText(/Every Monday, Wednesday for 1 hour/).waitFor()
    const { items } = (await curl('GET', '/maintenance-windows')).body
    const made = items.find(({ name }: { name: string }) => name === 'Patches')
    expect(made).toMatchObject({
      ...{ rrule: 'FREQ=WEEKLY;BYDAY=MO,WE', duration_s: 3600, scope: { tags: ['db'] } },
      next: { from: '2030-01-02T03:00:00.000Z' },
    })
    for (const { width, height, scheme } of looks) {
      await page.setViewportSize({ width, height })
      await page.emulateMedia({ colorScheme: scheme })
      expect(await faultsOf(page, `maintenance-${width}-${scheme}`)).toEqual([])
    }
    await page.setViewportSize(wide.viewport)

    await button(page, 'End now').click()
    await page.getByRole('list', { name: 'Ended' }).getByText('Maintenance of Shop').waitFor()
    await until('it is up again', 15_000, async () => (await status()) === 'up')
    await button(page, 'More actions for Patches').click()
    await page.getByRole('menuitem', { name: 'Delete…' }).click()
    await button(page, 'Delete maintenance').click()
    await scheduled.waitFor({ state: 'detached' })
    expect((await curl('GET', `/maintenance-windows/${made.id}`)).status).toBe(404)

    const looker = await browser.newContext(wide)
    const theirs = await signIn(looker, xinex.base, 'dana@example.test')
    await theirs.goto(`${xinex.base}/maintenance`)
    await theirs.getByText('Maintenance of Shop').waitFor()
    expect(await theirs.getByRole('button', { name: /maintenance|End now|More actions/i }).count()).toBe(0)
    expect(faults).toEqual([])
    await context.close()
    await looker.close()
  }, 120_000)
})
