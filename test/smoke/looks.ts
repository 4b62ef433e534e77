import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'

const axe = readFileSync(join(import.meta.dir, '../../node_modules/axe-core/axe.min.js'), 'utf8')
/** What every page is looked at in. */
export const looks = [
  { width: 1440, height: 900, scheme: 'light' },
  { width: 1440, height: 900, scheme: 'dark' },
  { width: 390, height: 844, scheme: 'light' },
  { width: 390, height: 844, scheme: 'dark' },
] as const
/** Where pictures go when somebody wants to look at them. */
const pictures = process.env.XINEX_PICTURES
if (pictures) mkdirSync(pictures, { recursive: true })

type Violation = { id: string; impact: string | null; nodes: { html: string }[] }

/** What is wrong with the page as it stands, once everything on it has loaded. */
export async function faultsOf(page: Page, name: string): Promise<string[]> {
  await page.locator('h1').first().waitFor()
  await page.locator('.skeleton, [aria-busy=true]').first().waitFor({ state: 'detached' })
  if (pictures) await page.screenshot({ path: join(pictures, `${name.replaceAll(' ', '-')}.png`) })
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  await page.evaluate(axe)
  const violations = (await page.evaluate(
    "axe.run(document, { resultTypes: ['violations'] }).then((r) => r.violations)",
  )) as Violation[]
  return [
    ...(wide > 0 ? [`${name}: ${wide} px too wide`] : []),
    ...violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${name}: ${id} ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`),
  ]
}
