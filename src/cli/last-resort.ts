import type { Log } from '#kernel/log'

/**
 * What no other place has caught. A rejected promise has left nothing half-done that the rows do not know of, so the
 * appliance goes on; after an uncaught exception nothing can be trusted, so it ends and the supervisor starts it anew.
 */
export function lastResort(log: Log): void {
  process.on('unhandledRejection', (error) => log.error('A promise was rejected and nobody listened', { error }))
  process.on('uncaughtException', (error) => {
    log.error('An exception was not caught; ending, to be started anew', { error })
    process.exit(70) // EX_SOFTWARE: https://man.openbsd.org/sysexits
  })
}
