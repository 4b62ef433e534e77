import { expect } from 'bun:test'
import { createHmac } from 'node:crypto'
import { type Ask, type Booted, PASSWORD } from '../../../test/boot'

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

function fromBase32(text: string): Buffer {
  const bits = [...text].map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

/** An authenticator app written from RFC 6238 and RFC 4226 alone, so that it can disagree with the library. */
export function codeOf(secret: string | Buffer, at: number, digits = 6): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)))
  const key = typeof secret === 'string' ? fromBase32(secret) : secret
  const mac = createHmac('sha1', key).update(counter).digest()
  const offset = (mac.at(-1) ?? 0) & 15
  const number = mac.readUInt32BE(offset) & 0x7fffffff
  return String(number % 10 ** digits).padStart(digits, '0')
}

/** A code that is wrong now, half a minute before and half a minute after. */
function wrongCode(secret: string, at: number): string {
  const right = [-30_000, 0, 30_000].map((off) => codeOf(secret, at + off))
  return ['000000', '111111', '222222', '333333'].find((code) => !right.includes(code)) ?? ''
}

export type Name = 'alice' | 'dan' | 'carol' | 'bob' | 'mallory'

/** What a browser has after an answer that signed it in, or gave its session a new cookie. */
export function browserAfter(t: Booted, { headers, body }: Awaited<ReturnType<Ask>>) {
  const cookies = headers.getSetCookie().filter((one) => one.startsWith('xinex_session='))
  const cookie = cookies.at(-1)?.split(';')[0] ?? ''
  return { ask: t.asking({ cookie, 'x-csrf-token': body.csrf_token }), cookie, csrf: String(body.csrf_token) }
}

let hosts = 0
/** From another address each time: the limit of an address would answer for that of a person. */
export const elsewhere = () => ({ 'x-forwarded-for': `10.1.${(++hosts >> 8) & 255}.${hosts & 255}` })
export const proxied = { trustedProxies: ['127.0.0.1/32'] }

/** Sets up an authenticator app over HTTP. */
export async function withTotp(t: Booted, name: Name) {
  await t.givePassword(name)
  const before = await t.session(name)
  const begun = await before.ask('POST', '/me/mfa/totp', { current_password: PASSWORD })
  expect(begun.status).toBe(201)
  const { secret } = begun.body
  const confirmed = await before.ask('POST', '/me/mfa/totp/confirm', { code: codeOf(secret, t.clock.now()) })
  expect(confirmed.status).toBe(200)
  const codes: string[] = confirmed.body.backup_codes
  const code = (off_ms = 0) => codeOf(secret, t.clock.now() + off_ms)
  return { before, secret, code, codes, wrong: () => wrongCode(secret, t.clock.now()), ...browserAfter(t, confirmed) }
}

/** The first step of a sign-in, with the password. */
export async function knock(t: Booted, name: Name) {
  const body = { email: t.people[name].email, password: PASSWORD }
  const answer = await t.nobody('POST', '/auth/login', body, elsewhere())
  expect(answer.body).toMatchObject({ mfa_required: true })
  const { mfa_token, methods } = answer.body
  const enter = (code: string) => t.nobody('POST', '/auth/mfa', { mfa_token, code }, elsewhere())
  return { mfa_token: String(mfa_token), methods: methods as string[], enter }
}
