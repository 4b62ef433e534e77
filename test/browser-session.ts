import type { Ask, Booted } from './boot'

/** Signs in with a password over HTTP and answers a client that keeps the cookie and sends the CSRF token. */
export async function browser(
  t: Booted,
  path: string,
  body: unknown,
): Promise<{ ask: Ask; cookie: string; csrf: string; answer: Awaited<ReturnType<Ask>> }> {
  const answer = await t.nobody('POST', path, body)
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  const csrf = String(answer.body?.csrf_token ?? '')
  return { ask: t.asking({ cookie, 'x-csrf-token': csrf }), cookie, csrf, answer }
}
