import { type Answer, type Ask, type Booted, boot } from '../../../test/boot'
import { type How, identityProvider, type Provider, type Said } from './idp.fixtures'

export const ORIGIN = 'https://xinex.test'

export type Sp = { entity_id: string; acs_url: string; metadata: string; id: string }

/** A workspace whose single sign-on works with an identity provider of its own, for the domain of its people. */
export async function world() {
  const t = await boot({
    start: false,
    config: { publicUrl: ORIGIN, trustedProxies: ['127.0.0.1/32'], smtpUrl: 'smtp://127.0.0.1:1' },
  })
  const idp = await identityProvider(t.clock.now)
  const owner = (await t.session('alice')).ask
  const sp = await connect(t, owner, idp)
  await addDomain(owner, 'example.test')
  return { t, idp, owner, sp, ...visits(t, idp, sp) }
}
export type World = Awaited<ReturnType<typeof world>>

export const expected = ({ status, body }: Answer, wanted: number) => {
  if (status !== wanted) throw new Error(`${status} instead of ${wanted}: ${JSON.stringify(body)}`)
  return body
}

export async function connect(t: Booted, ask: Ask, idp: Provider, more: object = {}): Promise<Sp> {
  const body = { enabled: true, metadata_xml: idp.metadata(), ...more }
  const { id, sp } = expected(await ask('PUT', '/sso/connection', body), 200)
  const metadata = String((await t.nobody('GET', `/sso/metadata/${id}`)).body)
  return { id, metadata, entity_id: sp.entity_id, acs_url: sp.acs_url }
}

/** Whoever runs the appliance vouches for it. */
export async function addDomain(ask: Ask, domain: string) {
  const { id } = expected(await ask('POST', '/sso/domains', { domain }), 201)
  return expected(await ask('POST', `/sso/domains/${id}/verify`), 200)
}

let address = 0
/** The way of a browser through a sign-in, each step by itself. */
export function visits(t: Booted, idp: Provider, sp: Sp) {
  /** From an address of its own each time: how often one may ask is tested elsewhere. */
  const from = () => ({ 'x-forwarded-for': `10.1.${(++address >> 8) & 255}.${address & 255}` })
  const markIn = ({ headers }: Answer) => /xinex_sso=[\w-]+/.exec(headers.get('set-cookie') ?? '')?.[0] ?? ''

  async function begin(query = 'email=ann@example.test', headers: Record<string, string> = {}) {
    const answer = await t.nobody('GET', `/sso/login?${query}`, undefined, { ...from(), ...headers })
    if (answer.status !== 302)
      throw new Error(`The sign-in did not begin: ${answer.status} ${answer.headers.get('location')}`)
    const request = await idp.read(answer.headers.get('location') ?? '', sp.metadata)
    return { ...request, cookie: markIn(answer) }
  }
  const post = (SAMLResponse: string, RelayState: string, id = sp.id) =>
    t.nobody('POST', `/sso/acs/${id}`, new URLSearchParams({ SAMLResponse, RelayState }).toString(), {
      'content-type': 'application/x-www-form-urlencoded',
      ...from(),
    })
  const fetchIt = (answer: Answer, cookie: string) => {
    const place = answer.headers.get('location') ?? ''
    return place.startsWith('/api/')
      ? t.nobody('GET', place, undefined, { cookie, ...from() })
      : Promise.resolve(answer)
  }
  /** All steps; answers where the browser ends, and who it is signed in as. */
  async function visit(said: Partial<Said> = {}, how: How = {}, query?: string) {
    const { cookie, relay, ...request } = await begin(query)
    const response = await idp.answer(request, sp, said, how)
    return { ...(await end(response, relay, cookie)), response, relay, cookie }
  }
  async function end(response: string, relay: string, cookie: string, id = sp.id) {
    const last = await fetchIt(await post(response, relay, id), cookie)
    const session = /xinex_session=[\w-]+/.exec(last.headers.get('set-cookie') ?? '')?.[0]
    const me = session ? (await t.asking({ cookie: session })('GET', '/me')).body : undefined
    return { place: last.headers.get('location') ?? '', status: last.status, session, me }
  }
  return { begin, post, fetchIt, visit, end }
}
