import { quoted } from '#probes/database'
import { Fault } from '#probes/fault'
import type { Redact } from '#probes/redact'
import type { SaltedPassword } from '#probes/scram'

export type Account = { username: string; password: string; database: string; salted: SaltedPassword; redact: Redact }

/** An ErrorResponse in plain words. https://www.postgresql.org/docs/current/errcodes-appendix.html */
export function refusal(body: Buffer, { username, database, redact }: Account, asked: boolean): Fault {
  const fields = new Map<string, string>()
  for (const field of body.toString('utf8').split('\0')) if (field) fields.set(field[0] ?? '', field.slice(1))
  const code = fields.get('C') ?? ''
  const said = quoted(fields.get('M') ?? '', redact)
  const evidence = { sqlstate: code.slice(0, 5), server_said: said }
  const known = sentences.get(code)?.({ username, database: database || username, said })
  return new Fault('status', known ?? `${asked ? 'the query failed' : 'the server refuses'}: ${said}`, { evidence })
}

type Said = { username: string; database: string; said: string }
/** A map, as the server chooses the code. */
const sentences = new Map<string, (said: Said) => string>(
  Object.entries({
    '28P01': ({ username }) => `wrong password for user “${username}”`,
    '28000': ({ username, said }) => `the server does not let “${username}” in: ${said}`,
    '3D000': ({ database }) => `database “${database}” does not exist`,
    '53300': () => 'the server has too many connections',
    '57P03': ({ said }) => `the server does not take connections now: ${said}`,
    '57P01': () => 'the server is being shut down',
    '57014': () => 'the server cancelled the query',
  }),
)
