import { change } from '#kernel/change'
import { systemClock } from '#kernel/clock'
import { nowhere, systemCtx } from '#kernel/context'
import { holderOf } from '#kernel/lock'
import { logTo } from '#kernel/log'
import { allUsers, promote, resetPassword, setUp, tokenFor, userByEmail } from '#modules/auth/service'
import { post } from '#modules/mails/service'
import { resetFactors } from '#modules/mfa/service'
import { endGrantsOf } from '#modules/oauth/service'
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
    await resetPassword(app, email, await passwordFrom(values), endGrantsOf)
    console.log(`Changed the password of ${email} and signed them out everywhere`)
  },
  async 'disable-mfa'({ app }, values) {
    const { id, email, name } = await userByEmail(app, required(values, 'email'))
    await change(systemCtx(app, nowhere), 'user.mfa_reset', async ({ db, at }) => {
      await resetFactors(db, id)
      const what = 'All second factors and passkeys were removed by whoever runs this Xinex'
      await post(app, db, email, { kind: 'second_factor_changed', name, what, at })
      return { id }
    })
    console.log(`Removed the authenticator app, the backup codes and the passkeys of ${email}`)
  },
  async 'make-admin'({ app }, values) {
    const { email } = await promote(app, required(values, 'email'))
    console.log(`${email} now runs this Xinex (instance admin)`)
  },
  async 'list-users'({ app }) {
    for (const { email, name, instance_admin, deletes_at } of await allUsers(app)) {
      const notes = [instance_admin ? 'instance admin' : '', deletes_at ? `goes ${deletes_at.slice(0, 10)}` : '']
      console.log([email, name, ...notes.filter(Boolean)].join('\t'))
    }
  },
  async token({ app }, values) {
    const user = await userByEmail(app, required(values, 'email'))
    console.log(await tokenFor(app, user, required(values, 'name')))
  },
}

export const admin: Command = {
  help: `Usage: xinex admin <action> [options]

Actions (all work while the server runs):
  create           the first user and workspace   --email E [--password P] [--name N] [--workspace W]
  reset-password   a new password                 --email E [--password P]
  disable-mfa      remove app, codes and passkeys --email E
  make-admin       let a user run this Xinex      --email E
  list-users       address, name, instance admin
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
