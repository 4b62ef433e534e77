import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { EMAIL, type Installed, install, missing, PASSWORD, until } from './appliance'
import { asIn, launch, noBrowser, watch } from './browser'
import { nginx } from './peers'

describe.skipIf([...missing, ...noBrowser].length > 0)('a shop behind a router, in a browser', () => {
  let xinex: Installed
  let target: Awaited<ReturnType<typeof nginx>>
  let browser: Browser
  let page: Page
  let faults: string[]

  beforeAll(async () => {
    target = await nginx()
    await target.start()
    xinex = await install({ XINEX_ADMIN_EMAIL: EMAIL, XINEX_ADMIN_PASSWORD: PASSWORD })
    await xinex.start()
    browser = await launch()
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' })
    faults = watch(context, xinex.base)
    page = await context.newPage()
    page.setDefaultTimeout(10_000)
    await page.goto(`${xinex.base}/sign-in`)
    await page.getByLabel('E-mail').fill(EMAIL)
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL((url) => !url.pathname.includes('sign-in'))
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await xinex?.stop()
    await target?.stop()
  })

  const button = (name: string | RegExp) => page.getByRole('button', { name })
  const box = (name: string) => page.getByRole('textbox', { name, exact: true })
  const monitors = async () => (await asIn(page)('GET', '/monitors')).body.total
  /** Picks monitors by name in one of the fields that take several. */
  const choose = async (field: string, ...names: string[]) => {
    const search = page.getByRole('combobox', { name: field })
    for (const name of names) {
      await search.fill(name)
      await page.getByRole('option', { name: new RegExp(name) }).click()
    }
    await page.keyboard.press('Escape')
  }
  const impatient = async () => {
    await box('Interval').fill('5')
    await box('Down after').fill('1')
    await box('Down after').blur()
  }
  const add = async (name: string) => {
    await button('Add monitor').click()
    await page.getByRole('heading', { name, level: 1 }).waitFor()
  }

  test('a type is found by typing what it is for', async () => {
    await page.goto(`${xinex.base}/monitors`)
    await page.getByRole('link', { name: 'Add the first monitor' }).click()
    await page.getByPlaceholder(/find a type/i).waitFor()
    await page.keyboard.type('port connection')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.waitForURL((url) => url.pathname === '/monitors/new/tcp')
  }, 30_000)

  test('what the form says is tried before anything is saved', async () => {
    await box('Name').fill('Router')
    await box('Host').fill('127.0.0.1')
    await box('Port').fill('9')
    await button('Test now').click()
    await page
      .getByText(/connection refused/i)
      .first()
      .waitFor()
    expect(await monitors()).toBe(0)
    await impatient()
    await add('Router')
  }, 30_000)

  test('another one depends on it, and its page shows the two of them', async () => {
    await page.goto(`${xinex.base}/monitors/new/http`)
    await box('URL').fill(target.url)
    await button('Test now').click()
    await page.getByText('200 OK').first().waitFor()
    await box('Name').fill('Web shop')
    await impatient()
    await choose('Depends on', 'Router')
    await add('Web shop')
    const card = page.getByRole('region', { name: 'Dependencies' })
    await card.getByRole('link', { name: 'Router' }).click()
    await page.getByRole('heading', { name: 'Router', level: 1 }).waitFor()
    await card.getByRole('link', { name: 'Web shop' }).waitFor()
  }, 30_000)

  test('a circle is refused where it was asked for', async () => {
    await page.getByRole('link', { name: 'Edit' }).click()
    await choose('Depends on', 'Web shop')
    await button('Save monitor').click()
    await page.getByText('Already depends on it.').waitFor()
    await page.getByRole('link', { name: 'Cancel' }).click()
    await button('Leave').click()
    await page.getByRole('heading', { name: 'Router', level: 1 }).waitFor()
  }, 30_000)

  test('both are one group, of which one is enough', async () => {
    await page.goto(`${xinex.base}/monitors/new/group`)
    await box('Name').fill('Shop')
    await choose('Members', 'Router', 'Web shop')
    await button('At least').click()
    await page.getByText('1 of 2 work, 1 must').waitFor()
    await add('Shop')
    await page.getByText(/^up/i).first().waitFor()
  }, 30_000)

  test('it breaks: the group is down, and the one behind the router is held', async () => {
    await target.stop()
    await until('the group is down', 20_000, async () => {
      const { body } = await asIn(page)('GET', '/monitors?type=group&status=down')
      return body.total === 1
    })
    await page.goto(`${xinex.base}/monitors?q=Web`)
    await page.getByRole('table').getByRole('link', { name: 'Web shop' }).click()
    const problem = page.getByRole('region', { name: 'Current problem' })
    await problem.getByText('is down. Nobody is told about this one').waitFor()
    await page.getByRole('tab', { name: 'Evidence' }).click()
    await page
      .getByText(/detected/i)
      .first()
      .waitFor()
    await page.getByRole('link', { name: 'Open the incident' }).first().click()
    await page.getByText('Nobody is told about this one').first().waitFor()
  }, 60_000)

  test('nothing came from another origin, and no page complained', () => {
    expect(faults).toEqual([])
  })
})
