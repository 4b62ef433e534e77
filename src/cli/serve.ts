import { mkdirSync } from 'node:fs'
import { systemClock } from '#kernel/clock'
import { takeLock } from '#kernel/lock'
import { logTo } from '#kernel/log'
import { openAppliance } from '../app'
import { listen } from '../server'
import { configFrom, dataHelp, dataOption } from './config'
import type { Command } from './define'
import { lastResort } from './last-resort'
import { version } from './version'

/** How long running requests may take after a stop was asked for. */
const GRACE_MS = 5_000

function announce(base: string, token: string | undefined) {
  console.log(`\n  Xinex ${version} is running at ${base}\n`)
  if (token) console.log(`  Set it up here (one-time link):\n  ${base}/setup?token=${token}\n`)
}

export const serve: Command = {
  help: `Usage: xinex serve [options]

Runs the API, the web interface, the checks and the notifications until stopped.

Options:
${dataHelp}
  --listen HOST:PORT   address to listen on (default 127.0.0.1:3000, or XINEX_LISTEN)

Every other setting is an environment variable; see docs/configuration.md.`,
  options: { ...dataOption, listen: { type: 'string' } },

  async run(values) {
    const config = configFrom(values)
    const log = logTo((line) => process.stderr.write(line), config.logLevel, systemClock.now)
    lastResort(log)
    mkdirSync(config.data, { recursive: true, mode: 0o700 })
    const unlock = takeLock(config.data)
    const appliance = await openAppliance({ config, clock: systemClock, log, version, worker: true })
    const { socket } = appliance
    // Before anybody can ask: who comes at once must not hear that the first user does not exist.
    const { token } = await appliance.firstStart()
    const server = listen(appliance, config.listen)
    await appliance.start()
    const host = ['0.0.0.0', '::'].includes(config.listen.host) ? 'localhost' : config.listen.host
    const base = config.publicUrl ?? `http://${host.includes(':') ? `[${host}]` : host}:${server.port}`
    log.info('listening', { url: base, version, data: config.data })
    announce(base, token)

    const signal = await new Promise<string>((resolve) => {
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => resolve(name))
    })
    log.info('stopping', { signal })
    const force = setTimeout(() => void server.stop(true), GRACE_MS)
    socket.close()
    appliance.endPolls()
    await server.stop(false)
    clearTimeout(force)
    await appliance.stop()
    unlock()
    log.info('stopped')
    return 0
  },
}
