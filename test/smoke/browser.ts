import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { excuse } from './appliance'

export const chromiumPath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
export const noBrowser = existsSync(chromiumPath) ? [] : [`there is no ${chromiumPath}`]
excuse('browser tests', noBrowser)

export const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      '--font-render-hinting=none',
    ],
  })

/** Collects what must never happen on a page: another origin, a broken policy, an error in the console. */
export function watch(context: BrowserContext, base: string): string[] {
  const faults: string[] = []
  const heard = (page: Page) => {
    page.on('console', (message) => {
      // A refused sign-in is part of the walk; the browser logs every 4xx by itself.
      if (message.type() === 'error' && !/Failed to load resource: .* (401|404|409|422)/.test(message.text()))
        faults.push(`console: ${message.text()}`)
    })
    page.on('pageerror', (error) => faults.push(`error: ${error.message}`))
  }
  context.on('page', heard)
  context.on('request', (request) => {
    const { origin, protocol } = new URL(request.url())
    if (origin !== base && !['data:', 'blob:', 'about:'].includes(protocol))
      faults.push(`foreign request: ${request.url()}`)
  })
  return faults
}

/**
 * A phone that recognises its owner's finger, built into this browser. With the finger on it (as at first) it answers
 * whatever a page asks, also what the page only offers among the suggestions of a field.
 */
export async function withAuthenticator(context: BrowserContext, page: Page) {
  const session = await context.newCDPSession(page)
  await session.send('WebAuthn.enable')
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'internal', automaticPresenceSimulation: true },
      ...{ hasResidentKey: true, hasUserVerification: true, isUserVerified: true },
    },
  })
  return {
    finger: (enabled: boolean) => session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled }),
  }
}

type Heard = { status: number; body: Record<string, unknown> }
/** Asks the API from inside the page, as whoever is signed in there. */
export const asIn =
  (page: Page) =>
  (method: string, path: string, body?: unknown): Promise<Heard> =>
    page.evaluate(
      async ({ method, path, body }) => {
        const me = method === 'GET' ? undefined : await (await fetch('/api/v1/me')).json()
        const headers = { 'content-type': 'application/json', 'x-csrf-token': String(me?.csrf_token) }
        const given = body === undefined ? {} : { body: JSON.stringify(body) }
        const answer = await fetch(`/api/v1${path}`, { method, headers, ...given })
        const text = await answer.text()
        return { status: answer.status, body: text ? JSON.parse(text) : {} }
      },
      { method, path, body },
    )

/** The open dialog; what says shortly that something was done has the same role. */
export const dialogOf = (page: Page) => page.getByRole('dialog').and(page.locator(':not([data-toast])'))
