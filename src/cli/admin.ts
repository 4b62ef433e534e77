import { eq } from 'drizzle-orm'
import { users } from '#db/schema/auth'
import { systemClock } from '#kernel/clock'
import { holderOf } from '#kernel/lock'
import { logTo } from '#kernel/log'
import { resetPassword, setUp, tokenFor } from '#modules/auth/service'
import { type Appliance, openAppliance } from '../app'
import { configFrom, dataHelp, dataOption } from './config'
import { type Command, required, type Values } from './define'
import { version } from './version'

/** From the option, or the first line of standard input, so that it need not stand in the shell's history. */
async function passwordFrom(values: Values): Promise<string> {
  if (typeof values.password === 'string') return values.password
  process.stderr.write('Password (first line of standard input): ')
  const [line = ''] = (await Bun.stdin.text()).split('\n')
  if (line === '') throw new Error('--password is missing')
  return line
}

const actions: Record<string, (appliance: Appliance, values: Values) => Promise<void>> = {
  async create({ app }, values) {
    const email = required(values, 'email')
    const [name = email] = [values.name, email.split('@')[0]].filter((n): n is string => typeof n === 'string')
    const workspace = typeof values.workspace === 'string' ? values.workspace : 'Main'
    await setUp(app, { email, name, workspace, password: await passwordFrom(values) })
    console.log(`Created ${email}, owner of the workspace "${workspace}"`)
  },
  async 'reset-password'({ app }, values) {
    const email = required(values, 'email')
    await resetPassword(app, email, await passwordFrom(values))
    console.log(`Changed the password of ${email} and signed them out everywhere`)
  },
  async token({ app }, values) {
    const email = required(values, 'email')
    const [user] = await app.db.read.select().from(users).where(eq(users.email, email.toLowerCase()))
    if (!user) throw new Error('No user has this e-mail address')
    console.log(await tokenFor(app, user, required(values, 'name')))
  },
}

export const admin: Command = {
  summary: 'Create the first user, reset a password, make an API token',
  help: `Usage: xinex admin <action> [options]

Actions (all work while the server runs):
  create           the first user and workspace   --email E [--password P] [--name N] [--workspace W]
  reset-password   a new password                 --email E [--password P]
  token            print a new API token          --email E --name N

Without --password it is read from standard input.

Options:
${dataHelp}`,
  options: {
    ...dataOption,
    email: { type: 'string' },
    password: { type: 'string' },
    name: { type: 'string' },
    workspace: { type: 'string' },
  },
  async run(values, [action = '']) {
    const act = actions[action]
    if (!act) throw new Error(`Say one of: ${Object.keys(actions).join(', ')}`)
    const log = logTo((line) => process.stderr.write(line), 'warn', systemClock.now)
    const config = configFrom(values)
    const beside = holderOf(config.data) !== undefined
    const appliance = await openAppliance({ config, clock: systemClock, log, version, beside })
    try {
      await act(appliance, values)
      return 0
    } finally {
      await appliance.close()
    }
  },
}
