import { createEmulator } from 'emulate'

type Service = 'google' | 'github' | 'microsoft' | 'apple'
type Sent = { path: string; form: URLSearchParams; headers: Headers }

const decoded = (text: string) =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')

/** The imitation tells its public address only, so its own port is chosen here. */
async function freePort(): Promise<number> {
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() })
  const { port = 0 } = server
  await server.stop(true)
  return port
}

/** The hidden fields of each form of a page. */
const formsIn = (page: string) =>
  page
    .split('<form')
    .slice(1)
    .map((form) => {
      const body = form.split('</form>')[0] ?? ''
      const [, action = ''] = /action="([^"]*)"/.exec(body) ?? []
      const fields = [...body.matchAll(/name="([^"]*)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
        name,
        decoded(value),
      ])
      return { action: decoded(action), fields: new URLSearchParams(fields as [string, string][]) }
    })

/**
 * Somebody else's imitation of a provider, behind a server that keeps what we sent. `route` maps addresses to those the
 * imitation has, or answers what it lacks. `baseUrl` is what it calls itself, when others lead its name to `url`.
 */
export async function openFake(
  service: Service,
  seed: object,
  route: (path: string) => string | Response = (path) => path,
  baseUrl?: string,
) {
  const sent: Sent[] = []
  const state = { emulator: '' }
  const front: Bun.Server<undefined> = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request): Promise<Response> {
      const { pathname, search } = new URL(request.url)
      const body = await request.text()
      sent.push({ path: pathname, form: new URLSearchParams(body), headers: request.headers })
      const to = route(pathname)
      if (to instanceof Response) return to
      return fetch(`${state.emulator}${to}${search}`, {
        method: request.method,
        headers: request.headers,
        redirect: 'manual',
        ...(request.method === 'POST' && { body }),
      })
    },
  })
  const url = `http://127.0.0.1:${front.port}`
  const port = await freePort()
  const emulator = await createEmulator({ service, port, baseUrl: baseUrl ?? url, seed: { [service]: seed } })
  state.emulator = `http://127.0.0.1:${port}`

  /** Chooses somebody on the provider's page, and answers what our callback is called with: its method and parameters. */
  async function consent(start: URL, person: string): Promise<{ method: 'GET' | 'POST'; params: URLSearchParams }> {
    const page = await fetch(`${url}${start.pathname}${start.search}`)
    const forms = formsIn(await page.text())
    const form = forms.find(({ fields }) => fields.get('email') === person || fields.get('login') === person)
    if (!form) throw new Error(`${service} answered ${page.status} without ${person}`)
    const chosen = await fetch(new URL(form.action, url), { method: 'POST', body: form.fields, redirect: 'manual' })
    const location = chosen.headers.get('location')
    if (location) return { method: 'GET', params: new URL(location).searchParams }
    return { method: 'POST', params: formsIn(await chosen.text())[0]?.fields ?? new URLSearchParams() }
  }

  return {
    url,
    sent,
    consent,
    async stop() {
      await emulator.close()
      await front.stop(true)
    },
  }
}
export type Fake = Awaited<ReturnType<typeof openFake>>
