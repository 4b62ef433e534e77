import { quoted } from '#probes/database'
import { Fault } from '#probes/fault'
import type { Redact } from '#probes/redact'

export type Account = { username: string; password: string; database: string; redact: Redact }

/** A text that ends with a zero, or with the packet. */
export function textAt(body: Buffer, at: number): string {
  const end = body.indexOf(0, at)
  return body.toString('utf8', at, end < 0 ? body.length : end)
}

/** A length-encoded integer and where the next field begins. */
export function lengthAt(body: Buffer, at: number): { length: number; next: number } {
  const first = body[at] ?? 0
  const size = first === 0xfc ? 2 : first === 0xfd ? 3 : first === 0xfe ? 8 : 0
  if (!size) return { length: first, next: at + 1 }
  const next = at + 1 + size
  if (next > body.length) throw new Fault('protocol', 'the server does not speak MySQL')
  const length = size === 8 ? Number(body.readBigUInt64LE(at + 1)) : body.readUIntLE(at + 1, size)
  return { length, next }
}

/** An ERR packet in plain words. https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html */
export function refusal(body: Buffer, account: Account, asked: boolean): Fault {
  const code = body.length >= 3 ? body.readUInt16LE(1) : 0
  // Before the sign-in there is no SQL state in front of the text.
  const said = quoted(body.toString('utf8', body[3] === 0x23 ? 9 : 3), account.redact)
  const sentence = sentences[code]?.(account) ?? `${asked ? 'the query failed' : 'the server refuses'}: ${said}`
  return new Fault('status', sentence, { evidence: { error_number: code, server_said: said } })
}

const crowded = () => 'the server has too many connections'
const crowdedUser = ({ username }: Account) => `user “${username}” has too many connections`
const cancelled = () => 'the server cancelled the query'
const expired = ({ username }: Account) => `the password of user “${username}” has expired`

const sentences: Record<number, (account: Account) => string> = {
  1040: crowded,
  1044: ({ username, database }) => `user “${username}” may not open the database “${database}”`,
  1045: ({ username, password }) =>
    password
      ? `wrong user name or password for “${username}”`
      : `the server does not let “${username}” in without a password`,
  1049: ({ database }) => `database “${database}” does not exist`,
  1053: () => 'the server is being shut down',
  1129: () => 'the server blocks this address after too many broken connections (FLUSH HOSTS frees it)',
  1130: () => 'the server does not let this address in',
  1203: crowdedUser,
  1226: crowdedUser,
  1317: cancelled,
  1698: ({ username }) => `the server does not let “${username}” in with a password`,
  1820: expired,
  1862: expired,
  1969: cancelled,
  3024: cancelled,
  3118: ({ username }) => `user “${username}” is locked`,
  3159: () => 'the server demands TLS',
  4151: ({ username }) => `user “${username}” is locked`,
}
