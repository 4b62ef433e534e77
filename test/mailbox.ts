import { mailServer } from '#channels/mail.fixtures'
import { type Booted, boot } from './boot'

/** An appliance with a mail server of its own, and the letters that arrived there. */
export async function withMail(options: Parameters<typeof boot>[0] = {}) {
  const server = await mailServer()
  const smtpUrl = `smtp://127.0.0.1:${server.port}`
  const config = { smtpUrl, publicUrl: 'https://up.example.test', ...options.config }
  const t: Booted = await boot({ ...options, config })
  const to = (email: string) =>
    server.delivered.filter(({ to: [first] }) => first === email).map(({ mail, raw }) => ({ ...mail, raw }))
  return {
    t,
    server,
    /** What has arrived for somebody, oldest first, once nothing is on its way any more. */
    async letters(email: string) {
      await t.appliance.idle()
      return to(email)
    },
    /** The token in the link of the last letter to somebody. */
    async token(email: string): Promise<string> {
      await t.appliance.idle()
      return /token=([\w-]+)/.exec(to(email).at(-1)?.text ?? '')?.[1] ?? ''
    },
    async stop() {
      await t.stop()
      server.close()
    },
  }
}
